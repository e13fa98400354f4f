"""The one module that knows which TensorFlow this is.

Everything else takes `tf`, `tfd` and `tfb` from here. Importing it changes no
global behavior: the program that owns the process decides about eager
execution and v2 behavior. All of this library works inside
`with tf.Graph().as_default():` on every supported TensorFlow.
"""

from vae_graph import dependencies, errors

# A package that is missing or does not fit is a DependencyError: one line with
# the command that mends it.
with dependencies.importing_tensorflow():
  import tensorflow

  dependencies.check_tensorflow(tensorflow.__version__)
  import tensorflow.compat.v1 as tf
  from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
  from tensorflow.python.framework import op_def_registry
if dependencies.needs_keras(tf.__version__):
  with dependencies.importing_keras(tf.__version__):
    import tf_keras

    dependencies.check_keras(tf_keras.__version__, tf.__version__)
with dependencies.importing_probability(tf.__version__):
  import tensorflow_probability as tfp

  dependencies.check_probability(tfp.__version__, tf.__version__)
  # Some of its versions import these no sooner, and look at TensorFlow then.
  tfd = tfp.distributions
  tfb = tfp.bijectors
  fill_triangular = tfp.math.fill_triangular
  lbfgs_minimize = tfp.optimizer.lbfgs_minimize

__all__ = [
  "SavedModel",
  "fill_triangular",
  "lbfgs_minimize",
  "map_fn",
  "op_def",
  "require_graph_mode",
  "tf",
  "tfb",
  "tfd",
  "versions",
]


def require_graph_mode(what):
  """Raises unless a graph is being built.

  Args:
    what: name of the caller, for the message.

  Raises:
    GraphModeError: eager execution is on.
  """
  if tf.executing_eagerly():
    raise errors.GraphModeError(
      f"{what} builds a graph, but eager execution is on; call it under"
      " `with tf.Graph().as_default():`"
    )


def map_fn(fn, elements, dtype, parallel_iterations):
  """`tf.map_fn` without gradients.

  Args:
    fn: function of one element.
    elements: tensors that are alike in their first dimension.
    dtype: nested as the results of `fn`, their dtypes.
    parallel_iterations: how many elements may be under way at once.

  Returns:
    The results of all elements, stacked.
  """
  # TF 2 warns of the name that TF 1 has.
  name = "dtype" if tf.__version__.startswith("1.") else "fn_output_signature"
  return tf.map_fn(
    fn,
    elements,
    parallel_iterations=parallel_iterations,
    back_prop=False,
    **{name: dtype},
  )


def op_def(op_type):
  """Returns the `OpDef` of a type of op, such as `MatMul`, which is there."""
  if tf.__version__.startswith("1."):
    return op_def_registry.get_registered_ops()[op_type]
  return op_def_registry.get(op_type)


def versions():
  """Returns the versions of the packages that decide about results."""
  return {
    "tensorflow": tf.__version__,
    "tensorflow_probability": tfp.__version__,
  }

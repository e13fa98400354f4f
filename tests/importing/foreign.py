"""Checkpoints as other programs write them, of a run of ours."""

import numpy as np

from vae_graph.compat import tf


def read(path):
  """Returns `{name: array}` of a checkpoint."""
  reader = tf.train.NewCheckpointReader(path)
  return {
    name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()
  }


def write(path, arrays, **saver):
  """Writes a checkpoint.

  Args:
    path: without `.index`.
    arrays: `{name: array}`; names may be any.
    **saver: what else `tf.train.Saver` takes.
  """
  with tf.Graph().as_default(), tf.Session() as session:
    variables = {
      name: tf.Variable(np.asarray(value), use_resource=True, name=f"v{number}")
      for number, (name, value) in enumerate(arrays.items())
    }
    session.run(tf.global_variables_initializer())
    return tf.train.Saver(variables, **saver).save(session, path)


def rename(arrays, rename_weight, *, scope=""):
  """Returns a run's arrays under the names of another program.

  Args:
    arrays: `{name: array}` of a checkpoint of a run.
    rename_weight: function of a weight's name.
    scope: of the optimizer, with a slash behind it.
  """
  renamed = {}
  for name, value in arrays.items():
    weight, _, ending = name.rpartition("/")
    if weight in arrays:
      outer = "" if ending == "ExponentialMovingAverage" else scope
      renamed[f"{outer}{rename_weight(weight)}/{ending}"] = value
    elif "/" in name:
      renamed[rename_weight(name)] = value
    else:
      renamed[scope + name] = value
  return renamed

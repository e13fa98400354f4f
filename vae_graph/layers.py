"""Layers and variables over `tf.get_variable`, named as `tf.layers` named them.

A layer's scope is its kind, made unique in the order of calls (`dense`,
`dense_1`, ..., `conv2d`, `conv2d_transpose`), and its variables are `kernel`
and `bias`: so checkpoints of TF 1 code restore by name, also where `tf.layers`
is gone (Keras 3).

Kernels begin as of `initializers.glorot_uniform`, biases at 0, unless the
caller's scope has an initializer for kernels.

Images are `[batch, height, width, channels]`. Sizes and strides are an integer
for both axes or a pair `(height, width)`.
"""

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.initializers import glorot_uniform

# A density divides by its scale, and its gradient by the scale's square, which
# overflows float32 from 5e-20 on for a code of 1, earlier for larger ones.
_MIN_SCALE = 1e-18


def dense(inputs, units, *, activation=None, name=None):
  """A fully connected layer, `activation(inputs @ kernel + bias)`.

  Args:
    inputs: float32 `[batch, n]`, `n` known.
    units: number of outputs.
    activation: function of a tensor, or None for a linear layer.
    name: the layer's scope; by default `dense`, made unique.

  Returns:
    float32 `[batch, units]`.
  """
  with tf.variable_scope(name, default_name="dense"):
    num_inputs = int(inputs.shape[-1])
    kernel = _kernel((num_inputs, units), num_inputs, units)
    bias = _bias(units)
    outputs = tf.nn.bias_add(tf.matmul(inputs, kernel), bias)
    return outputs if activation is None else activation(outputs)


def masked_dense(inputs, units, *, mask, activation=None, name=None):
  """A dense layer, each of whose outputs sees only some of the inputs.

  Args:
    inputs: float32 `[..., n]`, `n` known.
    units: number of outputs.
    mask: bool array `[n, units]`; where it is False, the kernel is 0.
    activation: function of a tensor, or None for a linear layer.
    name: the layer's scope; by default `masked_dense`, made unique.

  Returns:
    float32 `[..., units]`.
  """
  with tf.variable_scope(name, default_name="masked_dense"):
    num_inputs = int(inputs.shape[-1])
    kernel = _kernel((num_inputs, units), num_inputs, units)
    kernel = tf.multiply(kernel, tf.constant(mask, tf.float32))
    outputs = tf.tensordot(inputs, kernel, axes=1) + _bias(units)
    return outputs if activation is None else activation(outputs)


def conv2d(
  inputs,
  filters,
  size,
  *,
  strides=1,
  padding="same",
  activation=None,
  name=None,
):
  """A convolution of images, `activation(conv(inputs, kernel) + bias)`.

  Args:
    inputs: float32 `[batch, height, width, n]`, all but `batch` known.
    filters: number of output channels.
    size: height and width of the kernel, `[*size, n, filters]`.
    strides: pixels between two places of the kernel.
    padding: `"same"` pads with zeros so that a size becomes size / strides,
      rounded up; `"valid"` does not pad.
    activation: function of a tensor, or None for a linear layer.
    name: the layer's scope; by default `conv2d`, made unique.

  Returns:
    float32 `[batch, new_height, new_width, filters]`; for the new size see
    `conv_size`.
  """
  size, strides = _pair(size), _pair(strides)
  with tf.variable_scope(name, default_name="conv2d"):
    channels = int(inputs.shape[-1])
    area = size[0] * size[1]
    kernel = _kernel(
      size + (channels, filters), area * channels, area * filters
    )
    bias = _bias(filters)
    outputs = tf.nn.conv2d(
      inputs, kernel, strides=(1,) + strides + (1,), padding=padding.upper()
    )
    outputs = tf.nn.bias_add(outputs, bias)
    return outputs if activation is None else activation(outputs)


def conv2d_transpose(
  inputs,
  filters,
  size,
  *,
  strides=1,
  padding="same",
  activation=None,
  name=None,
  output_size=None,
):
  """The adjoint of a convolution: from its output's size back to its input's.

  With `strides` above 1 a convolution brings several sizes to the same one (27
  and 28 to 14, say), and `output_size` chooses among them.

  Args:
    inputs: float32 `[batch, height, width, n]`, all but `batch` known.
    filters: number of output channels.
    size: height and width of the kernel, `[*size, filters, n]`.
    strides: pixels between two places of the kernel.
    padding: `"same"` or `"valid"`, that of the convolution.
    activation: function of a tensor, or None for a linear layer.
    name: the layer's scope; by default `conv2d_transpose`, made unique.
    output_size: `(new_height, new_width)`; by default as in `tf.layers`, for
      `"same"` input size * strides, for `"valid"` with a kernel at least as
      large as the strides (input size - 1) * strides + kernel size. What is
      called output padding elsewhere is what this is larger by.

  Returns:
    float32 `[batch, new_height, new_width, filters]`.

  Raises:
    ConfigError: no convolution of these settings brings `output_size` to the
      size of `inputs`.
  """
  size, strides = _pair(size), _pair(strides)
  _, height, width, channels = inputs.shape.as_list()
  if output_size is None:
    output_size = tuple(
      in_size * stride + (max(kernel - stride, 0) if padding == "valid" else 0)
      for in_size, kernel, stride in zip((height, width), size, strides)
    )
  if conv_size(output_size, size, strides=strides, padding=padding) != (
    height,
    width,
  ):
    raise errors.ConfigError(
      "conv2d_transpose: output_size must be one that a convolution of size"
      f" {size}, strides {strides} and {padding} padding brings to"
      f" {(height, width)}, found {tuple(output_size)}"
    )
  with tf.variable_scope(name, default_name="conv2d_transpose"):
    area = size[0] * size[1]
    kernel = _kernel(
      size + (filters, channels), area * channels, area * filters
    )
    bias = _bias(filters)
    shape = tuple(output_size) + (filters,)
    outputs = tf.nn.conv2d_transpose(
      inputs,
      kernel,
      output_shape=tf.stack((tf.shape(inputs)[0],) + shape),
      strides=(1,) + strides + (1,),
      padding=padding.upper(),
    )
    outputs.set_shape((inputs.shape[0],) + shape)
    outputs = tf.nn.bias_add(outputs, bias)
    return outputs if activation is None else activation(outputs)


def conv_size(image_size, size, *, strides=1, padding="same"):
  """Returns the `(height, width)` that a convolution leaves of an image.

  Args:
    image_size: `(height, width)` before it.
    size: height and width of the kernel.
    strides: pixels between two places of the kernel.
    padding: `"same"` or `"valid"`.

  Returns:
    Two integers; one below 1 means that the image is too small.
  """
  return tuple(
    -(-(before - (kernel - 1 if padding == "valid" else 0)) // stride)
    for before, kernel, stride in zip(image_size, _pair(size), _pair(strides))
  )


def positive_scale(raw, to_positive=tf.nn.softplus):
  """A positive scale, of a size by which a density can divide.

  Below the floor its gradient is zero, so that what is there stays there.

  Args:
    raw: float32 tensor of any shape.
    to_positive: function that makes it positive; softplus and the exponential
      are 0 from about -90 on.

  Returns:
    float32 of the same shape, at least 1e-18.
  """
  return tf.maximum(to_positive(raw), _MIN_SCALE)


def flatten(inputs):
  """Returns `inputs` `[batch, ...]` as `[batch, n]`."""
  size = int(inputs.shape[1:].num_elements())
  return tf.reshape(inputs, [-1, size])


def variable(name, shape, *, initializer):
  """A trainable float32 resource variable of the open scope.

  Where the scope has a partitioner it is a partitioned variable, which is used
  as a tensor is, but as the first operand of `*` and the like.
  """
  return tf.get_variable(
    name, shape, tf.float32, initializer=initializer, use_resource=True
  )


def _pair(value):
  return (value, value) if isinstance(value, int) else tuple(value)


def _kernel(shape, fan_in, fan_out):
  # An initializer of the caller's scope goes before ours.
  initializer = tf.get_variable_scope().initializer
  if initializer is None:
    initializer = glorot_uniform(fan_in, fan_out)
  return variable("kernel", shape, initializer=initializer)


def _bias(units):
  return variable("bias", [units], initializer=tf.zeros_initializer())

"""Convolutions as data, and what each of them leaves of an image.

For the encoder of rstudio_conv.py and images of 28x28:

    sizes((28, 28), ENCODER, network="rstudio_conv") ==
        [(28, 28), (13, 13), (6, 6)]
"""

import typing

from vae_graph import errors, layers


class Conv(typing.NamedTuple):
  """The settings of one `layers.conv2d`, by the names of its arguments."""

  filters: int
  size: int
  strides: int = 1
  padding: str = "same"


def sizes(image_size, convs, *, network):
  """Follows an image's size through convolutions, before any op is made.

  Args:
    image_size: `(height, width)` of the image.
    convs: sequence of `Conv`.
    network: its name, for the error message.

  Returns:
    List of `(height, width)`: of the image, and after each convolution.

  Raises:
    ConfigError: the image is too small for one of them; the message shows the
      size after each layer.
  """
  found = [tuple(int(size) for size in image_size)]
  for index, conv in enumerate(convs):
    found.append(
      layers.conv_size(
        found[-1], conv.size, strides=conv.strides, padding=conv.padding
      )
    )
    if min(found[-1]) < 1:
      shown = convs[: index + 1]
      trace = ", ".join(_step(conv, size) for conv, size in zip(shown, found))
      height, width = found[0]
      raise errors.ConfigError(
        f"network={network} cannot take images of {height}x{width}: {trace},"
        " larger than what is left; use larger images or another network, such"
        " as --network=dense"
      )
  return found


def conv_stack(inputs, convs, activation):
  """Applies convolutions in turn.

  Args:
    inputs: float32 `[batch, height, width, channels]`.
    convs: sequence of `Conv`.
    activation: function of a tensor, after each of them.

  Returns:
    float32 `[batch, new_height, new_width, filters of the last]`.
  """
  hidden = inputs
  for conv in convs:
    hidden = layers.conv2d(hidden, **conv._asdict(), activation=activation)
  return hidden


def _step(conv, size):
  kernel = f"{conv.size}x{conv.size}"
  return (
    f"{size[0]}x{size[1]} into conv {kernel} strides {conv.strides}"
    f" {conv.padding}"
  )

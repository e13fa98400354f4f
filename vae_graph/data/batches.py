"""Batch sources: from a training step to its images.

Every source visits the images in the order of `randomness.epoch_order`, so all
input modes train on the same batches. A source offers

    batch(step)           the images of a step, float32 [batch, *image_shape]
    load(session)         once after a session is made
    feed(session, step)   feed_dict of a session.run that begins at a step
    images_of(step)       the same images as a NumPy array
    skip(numbers)         leaves batches out from now on, all others if any
    number(step)          that of a step's batch, counted from the first epoch's
    steps_per_epoch       the last partial batch of an epoch is dropped
    max_steps_per_run     steps in one session.run, or None for no limit

The batches of an epoch that are left take the steps in turn, from the first one
again where some were left out. So which batch a step has follows from the seed
and from what is left out, and an epoch has as many steps as ever.
"""

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.data.pixels import PIXEL_SCALE, to_unit_interval
from vae_graph.randomness import epoch_order

RESIDENT_COLLECTION = "vae_graph/resident"
_RESIDENT_LIMIT_BYTES = 2**30


def make_batches(images, training_config, *, data, rows=None):
  """Returns the batch source for an input mode.

  Args:
    images: training images, uint8 or float32 `[n, *image_shape]`.
    training_config: a `TrainingConfig`; reads `batch_size`, `seed` and
      `input_mode`.
    data: the placeholder that the feed mode feeds.
    rows: the slice of each batch to take; by default all of it.

  Raises:
    ConfigError: there are fewer images than `batch_size`.
  """
  batch_size, seed = training_config.batch_size, training_config.seed
  if batch_size > len(images):
    raise errors.ConfigError(
      f"batch_size must be at most the number of training images,"
      f" {len(images)}, found {batch_size}"
    )
  mode = training_config.input_mode
  if mode == "auto":
    mode = "resident" if images.nbytes <= _RESIDENT_LIMIT_BYTES else "feed"
  settings = {
    "batch_size": batch_size,
    "seed": seed,
    "rows": rows,
  }
  if mode == "resident":
    return ResidentBatches(images, **settings)
  return FeedBatches(images, data=data, **settings)


class _Epochs:
  """The images in the order of each epoch, the base of all sources."""

  def __init__(self, images, *, batch_size, seed, rows=None):
    self._images = images
    self._batch_size = batch_size
    self._seed = seed
    self._rows = rows or slice(0, batch_size)
    self._skipped = frozenset()
    # An epoch and its order.
    self._ordered = None
    self.steps_per_epoch = len(images) // batch_size

  def skip(self, numbers):
    """Leaves out batches of these numbers, and no others, from now on."""
    self._skipped = frozenset(numbers)
    self._ordered = None

  def images_of(self, step):
    """Returns the images of a step, float32 `[batch, *image_shape]`."""
    epoch, position = divmod(step, self.steps_per_epoch)
    start = position * self._batch_size
    chosen = self._order_of(epoch)[start : start + self._batch_size]
    return to_unit_interval(self._images[chosen[self._rows]])

  def number(self, step):
    """Returns the number of a step's batch."""
    epoch, position = divmod(step, self.steps_per_epoch)
    return epoch * self.steps_per_epoch + self._places(epoch)[position]

  def _places(self, epoch):
    """Returns which of an epoch's batches each of its steps has."""
    first = epoch * self.steps_per_epoch
    everything = range(self.steps_per_epoch)
    kept = [i for i in everything if first + i not in self._skipped]
    return [int(i) for i in np.resize(kept or everything, len(everything))]

  def _order_of(self, epoch):
    """Returns the indices of an epoch's images, int32 `[n]`."""
    if not self._ordered or self._ordered[0] != epoch:
      self._ordered = epoch, self._make_order(epoch)
    return self._ordered[1]

  def _make_order(self, epoch):
    order = epoch_order(self._seed, epoch, num_images=len(self._images))
    whole = self.steps_per_epoch * self._batch_size
    batches = order[:whole].reshape([self.steps_per_epoch, -1])
    batches = batches[self._places(epoch)]
    return np.concatenate([batches.ravel(), order[whole:]])


class FeedBatches(_Epochs):
  """NumPy batches through a placeholder, one step a session.run."""

  max_steps_per_run = 1

  def __init__(self, images, *, data, **settings):
    super().__init__(images, **settings)
    self._data = data

  def batch(self, step):
    """Returns the placeholder, whatever the step."""
    del step
    return self._data

  def load(self, session):
    """Does nothing: the images stay on the host."""

  def feed(self, session, step):
    """Returns the feed of the batch of `step`."""
    del session
    return {self._data: self.images_of(step)}


class ResidentBatches(_Epochs):
  """Images in a variable on the device, batches gathered in the graph.

  The variables are on the device whose scope is open, and in a collection of
  their own: no initializer needs to run for them, no saver saves them, and no
  GraphDef holds the images. `load` fills them, and `feed` brings the order of
  an epoch when it begins, so that a session.run must end where an epoch ends.
  """

  max_steps_per_run = None

  def __init__(self, images, **settings):
    super().__init__(images, **settings)
    # Of which epoch the order on the device is.
    self._loaded_epoch = None
    with tf.variable_scope("resident"):
      self._images_variable, self._load_images = _resident_variable(
        "images", images.dtype, images.shape
      )
      self._order_variable, self._load_order = _resident_variable(
        "order", tf.int32, images.shape[:1]
      )

  def batch(self, step):
    """Gathers the images of a step.

    Args:
      step: the global step, a scalar int64 tensor.

    Returns:
      float32 `[batch, *image_shape]` in [0, 1].
    """
    # Where the images are: no others need to be copied between devices, and no
    # other device's op could read them.
    with tf.device(self._images_variable.device), tf.name_scope("batch"):
      start = tf.cast(step % self.steps_per_epoch, tf.int32) * self._batch_size
      order = self._order_variable.read_value()
      if self._rows.start:
        start += self._rows.start
      size = self._rows.stop - self._rows.start
      chosen = tf.slice(order, [start], [size])
      images = tf.gather(self._images_variable, chosen)
      if images.dtype == tf.uint8:
        images = tf.cast(images, tf.float32) * PIXEL_SCALE
      return images

  def load(self, session):
    """Copies the images to the device."""
    _assign(session, self._load_images, self._images)
    self._loaded_epoch = None

  def skip(self, numbers):
    """As every source; the order is to be loaded anew."""
    super().skip(numbers)
    self._loaded_epoch = None

  def feed(self, session, step):
    """Loads the epoch's order where `step` begins an epoch; feeds nothing."""
    epoch = step // self.steps_per_epoch
    if epoch != self._loaded_epoch:
      _assign(session, self._load_order, self._order_of(epoch))
      self._loaded_epoch = epoch
    return {}


def _resident_variable(name, dtype, shape):
  """Returns a variable and the (op, placeholder) that load it."""
  value = tf.placeholder(dtype, shape, name=name + "_value")
  variable = tf.get_variable(
    name,
    initializer=value,
    trainable=False,
    use_resource=True,
    collections=[RESIDENT_COLLECTION],
  )
  return variable, (variable.initializer, value)


def _assign(session, load, value):
  op, placeholder = load
  session.run(op, {placeholder: value})

"""In-graph data parallelism: each batch is divided between devices.

    batch [100, ...] -> tower 0: rows 0 to 49   -> gradients \
                     -> tower 1: rows 50 to 99  -> gradients -> mean -> update

All towers use the same variables, by the VAE's templates, and together draw the
noise that the undivided batch would get. Losses are means over their rows and
towers have equally many, so the mean of the towers' gradients is the gradient
of the whole batch, but for rounding.
"""

import contextlib

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.config.combinations import whole_batch_part
from vae_graph.randomness import BatchSeed
from vae_graph.runtime.sessions import resolve_session

# The ops that must be where a variable is; those that read and write it go
# there by themselves.
_VARIABLE_OPS = ("VarHandleOp", "VarIsInitializedOp", "VariableV2")


def make_towers(experiment_config, num_ranks=1):
  """Returns what divides a batch.

  Args:
    experiment_config: an `ExperimentConfig`.
    num_ranks: among how many processes it is divided before.

  Returns:
    `Towers`, or `Undivided` for a single one on whatever device.

  Raises:
    ConfigError: the towers do not divide the batch, or its loss is no mean over
      their shares.
    DeviceError: a tower's device is not there.
  """
  session = resolve_session(experiment_config.session)
  batch_size = experiment_config.training.batch_size
  devices = session.tower_devices
  if not devices:
    return Undivided()
  whole = whole_batch_part(experiment_config.objective)
  if len(devices) > 1 and whole:
    raise errors.ConfigError(
      f"{whole} is of a whole batch, which {len(devices)} towers would divide;"
      " use num_towers=1, or do without"
    )
  parts = len(devices) * num_ranks
  if batch_size % parts:
    raise errors.ConfigError(
      f"batch_size must be a multiple of the number of towers, {parts},"
      f" found {batch_size}; the next are"
      f" {batch_size - batch_size % parts or parts} and"
      f" {(batch_size // parts + 1) * parts}"
    )
  on_cpu = session.variable_device == "cpu"
  return Towers(devices, variable_device="cpu:0" if on_cpu else devices[0])


class Undivided:
  """The whole batch at once, with no word about devices."""

  def model_scope(self):
    """Returns the scope of what is not part of training."""
    return contextlib.nullcontext()

  def update_scope(self):
    """Returns the scope of batches, updates and the loop around them."""
    return contextlib.nullcontext()

  def average(self, compute, images):
    """Returns what `compute` returns for the batch; see `Towers.average`."""
    return compute(images, lambda seed: seed)


class Towers:
  """The same computation on each of several devices.

  Args:
    devices: their names, such as `("gpu:0", "gpu:1")`.
    variable_device: name of the device that keeps all variables.
  """

  def __init__(self, devices, *, variable_device):
    self._devices = [_full_name(name) for name in devices]
    self._variable_device = _full_name(variable_device)

  def model_scope(self):
    """Returns the scope of what is not part of training: the first tower."""
    return self._scope(self._devices[0])

  def update_scope(self):
    """Returns the scope of all that the towers share: where variables are."""
    return self._scope(self._variable_device)

  def average(self, compute, images):
    """Computes on every tower, and averages where the variables are.

    Args:
      compute: function of a tower's images and of `rows`, which turns the
        batch's seed into the seed of the tower's rows. It returns a dict of
        scalar tensors, and pairs of gradient and variable.
      images: float32 `[batch, *image_shape]`, in the update scope.

    Returns:
      Both, averaged over the towers.
    """
    if len(self._devices) == 1:
      with self.model_scope():
        return compute(images, lambda seed: seed)
    results = []
    with tf.name_scope("divide"):
      total = images.shape.as_list()[0] or tf.shape(images)[0]
      size = total // len(self._devices)
      parts = tf.split(images, len(self._devices))
    for i, part in enumerate(parts):
      with self._scope(self._devices[i]), tf.name_scope(f"tower_{i}"):
        results.append(compute(part, _rows(i * size, total)))
    terms, gradients = zip(*results)
    with tf.name_scope("tower_means"):
      means = {name: _mean([each[name] for each in terms]) for name in terms[0]}
      return means, [_mean_gradient(pairs) for pairs in zip(*gradients)]

  def _scope(self, device):
    def place(op):
      mine = self._variable_device if op.type in _VARIABLE_OPS else device
      # Device functions act from the innermost scope outwards, and each has the
      # last word on all parts of the name that it returns.
      inner = tf.DeviceSpec.from_string(op.device)
      return tf.DeviceSpec.from_string(mine).make_merged_spec(inner).to_string()

    return tf.device(place)


def _rows(start, total):
  """Returns what turns the batch's seed into the seed of some of its rows."""
  return lambda seed: BatchSeed(seed, start, total)


def _full_name(name):
  return f"/device:{name.upper()}"


def _mean(values):
  return tf.add_n(list(values)) / len(values)


def _mean_gradient(pairs):
  """Returns one (gradient, variable) of those of all towers."""
  gradients, (variable, *_) = zip(*pairs)
  if gradients[0] is None:
    return None, variable
  return _mean([tf.convert_to_tensor(each) for each in gradients]), variable

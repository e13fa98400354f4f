"""The configuration of training: how to fit a model, and what to record."""

import dataclasses
from typing import Tuple

from vae_graph import errors, registry
from vae_graph.config.combinations import whole_batch_part
from vae_graph.config.fields import Config, field


@dataclasses.dataclass(frozen=True)
class TrainingConfig(Config):
  """How a model is trained, and what is recorded on the way."""

  seed: int = field(
    0,
    "Seed of all randomness: initial weights, batch order, noise.",
    at_least=0,
    at_most=2**31 - 1,
  )
  batch_size: int = field(
    100,
    "Images in a training step. An epoch's last partial batch is dropped; each"
    " epoch has its own order, so no image is dropped for good.",
    at_least=1,
  )
  epochs: int = field(
    20, "Passes over the training images.", at_least=0, may_change=True
  )
  train_steps: int = field(
    0,
    "Train until this global step (batches of training) instead of for"
    " --epochs; 0: --epochs decides.",
    at_least=0,
    may_change=True,
  )
  init_checkpoint: str = field(
    "",
    "Checkpoint, or folder of a run, from which a new run takes the model's"
    " weights, by name; one of another program will do.",
    is_path=True,
  )
  init_scope: Tuple[str, ...] = field(
    (),
    "Take only the weights under these scopes of the model, comma-separated,"
    " such as encoder, from --init_checkpoint; the others keep their initial"
    " values. By default all are taken.",
  )
  init_map: Tuple[str, ...] = field(
    (),
    "OLD_REGEX=NEW: rename the variables of --init_checkpoint, such as"
    " ^model/= for those under a scope model. Repeat the flag for several,"
    " which act in turn.",
    repeated=True,
  )
  on_nan: str = field(
    "stop",
    "What to do when the loss or a weight becomes infinite or NaN. stop: end"
    " training; the checkpoint before it is kept. rollback: go back to a"
    " checkpoint, and on from there with a smaller learning rate and without"
    " the batch at which it happened.",
    choices=("stop", "rollback"),
    may_change=True,
  )
  rollback_factor: float = field(
    0.5,
    "Factor of the learning rate at each rollback.",
    above=0,
    at_most=1,
    may_change=True,
  )
  max_rollbacks: int = field(
    5,
    "Rollbacks in a run, after which training ends as with --on_nan=stop.",
    at_least=1,
    may_change=True,
  )
  optimizer: str = field(
    "adam", "Gradient descent rule.", choices=registry.OPTIMIZERS
  )
  momentum: float = field(
    0.0,
    "Momentum of the optimizer.",
    at_least=0,
    at_most=1,
    of_parts=True,
  )
  learning_rate: float = field(1e-3, "Step size of the optimizer.", above=0)
  learning_rate_schedule: str = field(
    "constant",
    "How the learning rate changes.",
    choices=registry.SCHEDULES,
  )
  warmup_steps: int = field(
    0, "Steps over which the learning rate grows from 0.", at_least=0
  )
  decay_steps: int = field(
    10000,
    "Steps of the schedule.",
    at_least=1,
    of_parts=True,
  )
  decay_rate: float = field(
    0.1,
    "Factor of the schedule.",
    above=0,
    at_most=1,
    of_parts=True,
  )
  decay_boundaries: Tuple[int, ...] = field(
    (),
    "Global steps at which the schedule changes, comma-separated.",
    at_least=1,
    of_parts=True,
  )
  clip_gradient_norm: float = field(
    0.0,
    "Largest norm of all gradients together, beyond which they are scaled"
    " down; 0: no limit.",
    at_least=0,
  )
  ema_decay: float = field(
    0.0,
    "Keep an exponential moving average of the weights with this decay, such as"
    " 0.999, and use it for evaluation and pictures; 0: none. The decay grows"
    " to its value as (1 + step) / (10 + step).",
    at_least=0,
    below=1,
  )
  input_mode: str = field(
    "auto",
    "feed: NumPy batches through the placeholder `data`, one step a"
    " session.run. resident: the images are a variable on the device and"
    " batches are gathered in the graph. auto: resident where the images take"
    " at most 1 GiB, else feed.",
    choices=("auto", "feed", "resident"),
    may_change=True,
  )
  steps_per_run: int = field(
    0,
    "Training steps inside one session.run, in the resident mode; 0: as many"
    " as take about half a second.",
    at_least=0,
    may_change=True,
  )
  eval_every_epochs: int = field(
    1,
    "Epochs between evaluations on the whole test set; 0: only at the end.",
    at_least=0,
    may_change=True,
  )
  early_stopping: int = field(
    0,
    "End training when so many evaluations in a row were no better than the"
    " best before them, by test ELBO; 0: never.",
    at_least=0,
    may_change=True,
  )
  eval_batch_size: int = field(
    1000,
    "Images in an evaluation batch, at most: large images are evaluated in"
    " batches that take about 1 GiB. It changes no figure but those of an"
    " objective that compares the images of a batch, such as the MMD.",
    at_least=1,
    may_change=lambda asked: not whole_batch_part(asked.objective),
  )
  plot_every_epochs: int = field(
    0,
    "Epochs between pictures in plots/; 0: only at the end.",
    at_least=0,
    may_change=True,
  )
  checkpoint_every_steps: int = field(
    0,
    "Steps between checkpoints, besides those at evaluations and at the end;"
    " 0: none.",
    at_least=0,
    may_change=True,
  )
  checkpoint_every_seconds: float = field(
    600,
    "Seconds between checkpoints, likewise; 0: none.",
    at_least=0,
    may_change=True,
  )
  keep_checkpoints: int = field(
    5,
    "How many of the last checkpoints to keep; the best by test ELBO is kept"
    " in best/ besides, and with on_nan=rollback the last one of an evaluation"
    " or of checkpoint_every_steps.",
    at_least=1,
    may_change=True,
  )
  summary_every_steps: int = field(
    100,
    "Steps between TensorBoard scalars of training: the objective's terms, the"
    " learning rate, the gradient norm and images a second.",
    at_least=1,
    may_change=True,
  )

  def __post_init__(self):
    super().__post_init__()
    for name in ("init_scope", "init_map"):
      if getattr(self, name) and not self.init_checkpoint:
        raise errors.ConfigError(
          f"{name} says what to take of an init_checkpoint, and there is none;"
          " name one, or leave it out"
        )

  def last_step(self, num_images):
    """Returns the global step at which training ends.

    Args:
      num_images: images in the train split.
    """
    return self.train_steps or self.epochs * (num_images // self.batch_size)

"""Bars of the KL divergence of each dimension of the code."""

import numpy as np
from matplotlib.patches import Patch

from vae_graph.plots import style

# A dimension of fewer nats is inactive, unless the caller knows better.
_LEAST_ACTIVE = 0.01
_ACTIVE_COLOR = "#0f6cb6"
_INACTIVE_COLOR = "#b5b5b5"
_INACTIVE_TEXT = "#8c8c8c"
# Of more dimensions, no longer each is named.
_MOST_NAMED = 64
_LEAST_WIDTH, _MOST_WIDTH, _HEIGHT = 900, 1320, 420
_BAR_WIDTH = 24
_FEWEST_PLACES = 12


def plot_kl_bars(path, kl_per_dimension, *, active=None):
  """Draws the KL divergence of each dimension of the code, the largest first.

  Args:
    path: the PNG file to write.
    kl_per_dimension: mean KL(q(z_i|x) || p(z_i)) in nats per image,
      `[code_size]`; one that is not finite counts as 0.
    active: booleans `[code_size]`, which dimensions the model uses; the others
      are gray. By default those of at least 0.01 nats.

  Raises:
    ValueError: the arrays have another shape.
  """
  kl = np.asarray(kl_per_dimension, np.float64)
  if kl.ndim != 1 or not kl.size:
    raise ValueError(
      f"kl_per_dimension must be [code_size], found {list(kl.shape)}"
    )
  kl = np.where(np.isfinite(kl), kl, 0)
  active = kl >= _LEAST_ACTIVE if active is None else np.asarray(active, bool)
  if active.shape != kl.shape:
    raise ValueError(
      f"active must be [{len(kl)}] like kl_per_dimension, found"
      f" {list(active.shape)}"
    )
  order = np.argsort(-kl, kind="stable")
  width = int(np.clip(160 + _BAR_WIDTH * len(kl), _LEAST_WIDTH, _MOST_WIDTH))
  figure = style.make_figure(width, _HEIGHT, layout="constrained")
  axes = figure.add_subplot()
  noun = "dimension" if len(kl) == 1 else "dimensions"
  title = (
    f"KL divergence of {len(kl)} code {noun}: {active.sum()} active,"
    f" {kl.sum():.2f} nats in all"
  )
  style.style_axes(axes, title, "dimension of the code", "nats per image")
  axes.grid(False, axis="x")
  axes.bar(
    np.arange(len(kl)),
    kl[order],
    color=np.where(active[order], _ACTIVE_COLOR, _INACTIVE_COLOR),
    width=0.8,
  )
  # Few bars are not blown up to the picture's width.
  margin = max(0.8, (_FEWEST_PLACES - len(kl)) / 2)
  axes.set_xlim(-margin, len(kl) - 1 + margin)
  if len(kl) <= _MOST_NAMED:
    axes.set_xticks(np.arange(len(kl)))
    axes.set_xticklabels([str(index) for index in order])
    crowded = len(kl) > 32
    axes.tick_params("x", length=0, rotation=90 if crowded else 0)
    for label, is_active in zip(axes.get_xticklabels(), active[order]):
      label.set_color(style.TEXT_COLOR if is_active else _INACTIVE_TEXT)
  else:
    axes.set_xticks([])
    axes.set_xlabel(
      f"the {len(kl)} dimensions of the code, in order of their divergence",
      fontsize=style.LABEL_SIZE,
    )
  if not active.all():
    kinds = [("active", _ACTIVE_COLOR), ("inactive", _INACTIVE_COLOR)]
    axes.legend(
      handles=[Patch(color=color, label=name) for name, color in kinds],
      fontsize=style.LABEL_SIZE,
      loc="upper right",
    )
  style.save_png(figure, path)

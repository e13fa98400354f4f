"""The codes of images as points of a plane, colored by class."""

import math
import typing
from typing import List

import matplotlib.lines
import numpy as np

from vae_graph import errors
from vae_graph.plots import style
from vae_graph.plots.class_names import are_drawn, drawn_texts
from vae_graph.plots.points import principal_components, spread_apart

# More points hide each other and only make the picture slow to draw.
_MOST_POINTS = 10000
_SEED = 0
# More classes than this are told by color alone, which the title says.
_MOST_NAMED = 50
# Of more strips, not each has its name beside it.
_MOST_STRIPS = 40
_WIDTH, _HEIGHT = 900, 820
# About the pixels of the points' extent, and how far apart the texts of classes
# are to be at least.
_EXTENT, _TEXT_DISTANCE = 700, 32
# Points of a class's text among the points: of numbers, and of names.
_NUMBER_SIZE, _NAME_SIZE = 15, 10
# Over fewer points a text would hide them; the legend has the class.
_FEWEST_POINTS = 5
# More names than these would hide the points, and so would longer ones.
_MOST_NAMES, _MOST_CHARACTERS = 12, 12
_MOST_CHARACTERS_IN_LEGEND = 24
_CLASSES_IN_COLUMN = 25


class _Classes(typing.NamedTuple):
  """The classes of points.

  texts: what each is called.
  marks: what stands over the points of each.
  numbers: of which of them each point is.
  """

  texts: List[str]
  marks: List[str]
  numbers: np.ndarray

  @property
  def are_named(self):
    """Whether they are few enough for the picture to name each."""
    return len(self.texts) <= _MOST_NAMED


def plot_codes(path, codes, *, labels=None, class_names=None):
  """Draws codes as points, colored by class.

  Two dimensions are drawn as they are, more by their first two principal
  components, and one against the class (without labels: as a histogram). Of
  more than 10,000 codes, so many are drawn, chosen at random from a fixed seed.

  Args:
    path: the PNG file to write.
    codes: floats `[n, code_size]`; those that hold a NaN or infinity are left
      out, and the title says how many.
    labels: integer classes `[n]`, or None.
    class_names: the name of label i at place i, or None.

  Raises:
    ValueError: the arrays have another shape.
    NonFiniteError: not one code is finite.
  """
  codes = np.asarray(codes, np.float64)
  if codes.ndim != 2 or not codes.size:
    raise ValueError(
      f"codes must be [n, code_size] and not empty, found {list(codes.shape)}"
    )
  if labels is not None:
    labels = np.asarray(labels)
    if labels.shape != codes.shape[:1]:
      raise ValueError(
        f"labels must be [{len(codes)}] like the codes, found"
        f" {list(labels.shape)}"
      )
  chosen = _choose_points(codes)
  title = _title(codes, chosen)
  codes = codes[chosen]
  classes, width = None, _WIDTH
  if labels is not None:
    classes = _name_classes(labels[chosen], class_names)
    if classes.are_named:
      width += _names_width(classes.texts)
      if not are_drawn(np.unique(labels[chosen]), class_names):
        title += "\n(numbers for names with characters that the font lacks)"
    else:
      title += f", {len(classes.texts):,} classes from dark to light"
  figure = style.make_figure(width, _HEIGHT, layout="constrained")
  axes = figure.add_subplot()
  if codes.shape[1] > 1:
    _draw_plane(axes, title, codes, classes)
  elif classes is not None:
    _draw_strips(axes, title, codes[:, 0], classes)
  else:
    style.style_axes(axes, title, "code[0]", "codes")
    axes.hist(codes[:, 0], bins=60, color=style.PALETTE[0])
  style.save_png(figure, path)


def _name_classes(labels, class_names):
  """Returns the `_Classes` of labels."""
  found, numbers = np.unique(labels, return_inverse=True)
  texts = drawn_texts(
    found, class_names, most_characters=_MOST_CHARACTERS_IN_LEGEND
  )
  marks = drawn_texts(found, class_names, most_characters=_MOST_CHARACTERS)
  if class_names and len(found) > _MOST_NAMES:
    marks = list(map(str, found))
    # Which of them a number is, the legend says.
    texts = [
      text if text == mark else f"{mark} {text}"
      for text, mark in zip(texts, marks)
    ]
  return _Classes(texts, marks, numbers)


def _choose_points(codes):
  """Returns the indices of the codes to draw, in random order.

  The order is random so that no class lies on top of all others.
  """
  finite = np.flatnonzero(np.isfinite(codes).all(axis=1))
  if not len(finite):
    raise errors.NonFiniteError(
      f"not one of the {len(codes):,} codes to be drawn is finite; try a"
      " smaller --learning_rate"
    )
  order = np.random.RandomState(_SEED).permutation(len(finite))
  return finite[order[:_MOST_POINTS]]


def _title(codes, chosen):
  """Returns the title, which says what is not drawn."""
  finite = np.isfinite(codes).all(axis=1).sum()
  drawn = f"{len(chosen):,} of " if len(chosen) < finite else ""
  left_out = len(codes) - finite
  note = f" ({left_out:,} not finite, left out)" if left_out else ""
  noun = "image" if finite == 1 else "images"
  return f"Codes of {drawn}{finite:,} {noun}{note}"


def _draw_plane(axes, title, codes, classes):
  """Draws codes of two or more dimensions."""
  if codes.shape[1] == 2:
    points, names = codes, ["code[0]", "code[1]"]
  else:
    points, shares = principal_components(codes)
    names = [
      f"principal component {index + 1} of {codes.shape[1]}"
      f" ({share:.1%} of variance)"
      for index, share in enumerate(shares)
    ]
  style.style_axes(axes, title, *names)
  # The box stays as it is; the limits of one axis widen to make a unit equal.
  axes.set_aspect("equal", adjustable="datalim")
  _scatter(axes, points, classes, extent=np.ptp(points, axis=0).max())


def _draw_strips(axes, title, codes, classes):
  """Draws codes of one dimension, each class in a strip of its own."""
  jitter = np.random.RandomState(_SEED).uniform(-0.35, 0.35, len(codes))
  style.style_axes(axes, title, "code[0]", "class")
  every = math.ceil(len(classes.texts) / _MOST_STRIPS)
  axes.set_yticks(np.arange(len(classes.texts))[::every])
  axes.set_yticklabels(classes.texts[::every])
  points = np.stack([codes, classes.numbers + jitter], axis=1)
  _scatter(axes, points, classes, extent=np.ptp(points, axis=0))


def _scatter(axes, points, classes, *, extent):
  """Draws points `[n, 2]`, and for each class its text and a legend entry.

  The extent is what about 700 pixels are along both axes, or along each.
  """
  look = {
    "s": np.clip(40000 / len(points), 5, 30),
    "alpha": np.clip(4000 / len(points), 0.6, 0.85),
    "linewidths": 0,
  }
  if classes is None:
    axes.scatter(points[:, 0], points[:, 1], color=style.PALETTE[0], **look)
    return
  colors = style.class_colors(len(classes.texts))
  axes.scatter(
    points[:, 0], points[:, 1], color=colors[classes.numbers], **look
  )
  if not classes.are_named:
    return
  _write_marks(axes, points, classes, extent)
  _add_legend(axes, classes.texts, colors)


def _write_marks(axes, points, classes, extent):
  """Writes the text of each class over its points, if they are not few."""
  counts = np.bincount(classes.numbers)
  chosen = np.flatnonzero(counts >= _FEWEST_POINTS)
  if not len(chosen):
    return
  medians = np.array(
    [np.median(points[classes.numbers == number], axis=0) for number in chosen]
  )
  marks = [classes.marks[number] for number in chosen]
  size = _NUMBER_SIZE if max(map(len, marks)) <= 2 else _NAME_SIZE
  # What a text takes, which is wider than high.
  width = max(style.text_width(mark, size) for mark in marks)
  room = np.array([max(width, _TEXT_DISTANCE), _TEXT_DISTANCE])
  room = room / _EXTENT * np.where(extent > 0, extent, 1)
  places = spread_apart(medians / room, distance=1) * room
  for mark, place in zip(marks, places):
    _write_mark(axes, mark, place, size)
  # Lest they cross the border.
  axes.update_datalim(np.concatenate([places - room / 2, places + room / 2]))
  axes.autoscale_view()


def _legend_columns(texts):
  return math.ceil(len(texts) / _CLASSES_IN_COLUMN)


def _names_width(texts):
  """Returns what a legend takes, in pixels, beyond one of numbers."""
  width = max(style.text_width(text, style.LABEL_SIZE) for text in texts)
  number = style.text_width("00", style.LABEL_SIZE)
  return _legend_columns(texts) * max(0, width - number)


def _add_legend(axes, texts, colors):
  """Lists the classes to the right of the axes."""
  handles = [
    matplotlib.lines.Line2D(
      [], [], color=color, marker="o", markersize=7, linestyle=""
    )
    for color in colors
  ]
  legend = axes.legend(
    handles,
    # A legend leaves out what begins with _, so the texts come afterwards.
    [" "] * len(handles),
    title="class",
    title_fontsize=style.LABEL_SIZE,
    fontsize=style.LABEL_SIZE,
    loc="upper left",
    bbox_to_anchor=(1.01, 1),
    borderaxespad=0,
    frameon=False,
    ncol=_legend_columns(texts),
    handletextpad=0.2,
  )
  for entry, text in zip(legend.get_texts(), texts):
    entry.set_text(text)


def _write_mark(axes, mark, position, size):
  """Writes a class's text over its points: dark, outlined in white."""
  axes.text(
    *position,
    mark,
    fontsize=size,
    fontweight="bold",
    color=style.TEXT_COLOR,
    ha="center",
    va="center",
    path_effects=[style.outline()],
  )

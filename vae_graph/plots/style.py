"""What the pictures have in common: size of text, colors, and saving."""

import io
import math

import matplotlib
import matplotlib.patheffects
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vae_graph import files

# Pixels an inch. A power of two, so that a size in pixels survives the way
# through inches exactly.
DPI = 128

# Points; readable when the picture is seen at its own size.
TITLE_SIZE = 10
LABEL_SIZE = 9
TICK_SIZE = 8

GRID_COLOR = "#d9d9d9"
TEXT_COLOR = "#262626"

# The ten colors of M. A. Petroff, "Accessible Color Sequences for Data
# Visualization" (arXiv:2107.02270), made for color-vision deficiencies too.
PALETTE = (
  "#3f90da",
  "#ffa90e",
  "#bd1f01",
  "#94a4a2",
  "#832db6",
  "#a96b59",
  "#e76300",
  "#b9ac70",
  "#717581",
  "#92dadd",
)


def class_colors(count):
  """Returns a color for each class.

  Args:
    count: number of classes. Beyond ten no palette keeps them all apart, and
      the colors follow the scale viridis instead.

  Returns:
    RGBA float64 in [0, 1], `[count, 4]`.
  """
  if count <= len(PALETTE):
    return matplotlib.colors.to_rgba_array(PALETTE[:count])
  return matplotlib.cm.viridis(np.linspace(0, 1, count))


def make_figure(width, height, **kwargs):
  """Returns a white figure of that many pixels, drawn without a display."""
  figure = Figure((width / DPI, height / DPI), DPI, facecolor="white", **kwargs)
  FigureCanvasAgg(figure)
  return figure


def text_width(text, size):
  """Returns how many whole pixels a text of that many points is wide."""
  figure = make_figure(1, 1)
  label = figure.text(0, 0, text, fontsize=size)
  box = label.get_window_extent(figure.canvas.get_renderer())
  return math.ceil(box.width)


def style_axes(axes, title, x_label, y_label):
  """Gives axes their texts, in readable sizes, and a grid behind the data."""
  axes.set_title(title, fontsize=TITLE_SIZE, color=TEXT_COLOR)
  axes.set_xlabel(x_label, fontsize=LABEL_SIZE, color=TEXT_COLOR)
  axes.set_ylabel(y_label, fontsize=LABEL_SIZE, color=TEXT_COLOR)
  axes.tick_params(labelsize=TICK_SIZE)
  axes.grid(True, color=GRID_COLOR, linewidth=0.6)
  axes.set_axisbelow(True)


def outline():
  """Returns the effect that keeps text legible on top of anything."""
  return matplotlib.patheffects.withStroke(linewidth=3.5, foreground="white")


def save_png(figure, path):
  """Writes the figure as a PNG file, atomically.

  Args:
    figure: from `make_figure`.
    path: the file; its folder is made if it is missing.
  """
  content = io.BytesIO()
  # Not savefig, which obeys the user's rcParams about resolution and margins.
  figure.canvas.print_png(content)
  files.write_atomically(path, content.getvalue())

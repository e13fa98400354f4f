"""Pictures of a trained model, drawn with matplotlib.

Each function writes one PNG file, under a temporary name first, and returns
nothing. The same input gives the same bytes in the same environment. They use
matplotlib's objects, never pyplot, so they leave a program's own figures and
settings alone and need no display.
"""

from vae_graph.plots.codes import plot_codes
from vae_graph.plots.image_grid import plot_reconstructions, plot_samples
from vae_graph.plots.training_curve import plot_training_curve

__all__ = [
  "plot_codes",
  "plot_reconstructions",
  "plot_samples",
  "plot_training_curve",
]

"""Pictures of a trained model, drawn with matplotlib.

Each function writes one PNG file (`write_gif`: a GIF file), under a temporary
name first, and returns nothing. The same input gives the same bytes in the same
environment. They use matplotlib's objects, never pyplot, so they leave a
program's own figures and settings alone and need no display.
"""

from vae_graph.plots.animation import write_gif
from vae_graph.plots.codes import plot_codes
from vae_graph.plots.image_grid import plot_reconstructions, plot_samples
from vae_graph.plots.interpolations import plot_interpolations
from vae_graph.plots.kl_bars import plot_kl_bars
from vae_graph.plots.manifold import plot_manifold, prior_quantiles
from vae_graph.plots.training_curve import plot_training_curve
from vae_graph.plots.traversals import plot_traversals

__all__ = [
  "plot_codes",
  "plot_interpolations",
  "plot_kl_bars",
  "plot_manifold",
  "plot_reconstructions",
  "plot_samples",
  "plot_training_curve",
  "plot_traversals",
  "prior_quantiles",
  "write_gif",
]

"""Runs as reports get them: a VAE, and a model without a density."""

import math

from tests.plots.picture import random_images
from vae_graph import config, plots, report

REASON = "the posterior has no density"


def read(path):
  with open(path, "rb") as file:
    return file.read()


def small_picture(folder, name, seed):
  """Returns the bytes of a PNG file, or a GIF file, by the name's end."""
  path = f"{folder}/{name}"
  images = random_images((4, 8, 8), seed)
  write = plots.write_gif if name.endswith(".gif") else plots.plot_samples
  write(path, images)
  return read(path)


def vae(folder=None):
  pictures = []
  if folder:
    pictures = [
      ("Samples", "Of the prior.", small_picture(folder, "a.png", 0)),
      report.Picture("Walk", "", small_picture(folder, "a.gif", 1)),
    ]
  metrics = [
    {
      "step": 600 * epoch,
      "epoch": float(epoch),
      "test_elbo": -144 - 400 * math.exp(-3 * epoch),
      "test_elbo_stderr": 0.5,
      "test_rate": 6.5,
      "test_distortion": 137.5 + 400 * math.exp(-3 * epoch),
      **({"train_elbo": -143.0} if epoch else {}),
    }
    for epoch in range(5)
  ]
  evaluation = {
    "elbo": -143.6828,
    "elbo_stderr": 0.5016,
    "rate": 6.4,
    "importance_weighted_bound": -141.4,
    "importance_weighted_bound_stderr": 0.5,
    "importance_samples": 1000,
    "mmd": 0.0123,
    "mmd_reference": 0.00001,
    "code_mean": [0.02, -0.001],
    "code_covariance": [[1.0, 0.1], [0.1, 1.0]],
    "active_units": 2,
    "code_size": 2,
    "knn_accuracy": 0.7863,
    "neighbors": 5,
    "step": 2400,
    "warnings": ["the posterior <collapsed>"],
    "dataset": "mnist",
    "split": "test",
    "images": 10000,
    "pixels": "gray",
    "undefined": {},
  }
  return report.ReportRun(
    "VAE", config.ExperimentConfig().to_dict(), metrics, evaluation, pictures
  )


def mmd_vae(folder=None):
  pictures = []
  if folder:
    pictures = [("Samples", "Other.", small_picture(folder, "b.png", 2))]
  settings = config.ExperimentConfig().to_dict()
  settings["model"].update(likelihood="gaussian", hidden_units=[32, 64])
  metrics = [
    {"step": 600, "epoch": 1.0, "test_loss": 0.5, "test_distortion": 90.0},
    {"step": 1200, "epoch": 2.0, "test_loss": 0.25, "test_distortion": 80.0},
  ]
  evaluation = {
    "elbo": None,
    "rate": None,
    "importance_weighted_bound": None,
    "active_units": 2,
    "code_size": 2,
    "knn_accuracy": 0.8127,
    "undefined": dict.fromkeys(
      ("elbo", "rate", "importance_weighted_bound"), REASON
    ),
  }
  return report.ReportRun("MMD-VAE", settings, metrics, evaluation, pictures)

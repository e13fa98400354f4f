"""A data set and settings so small that a run takes a second."""

from unittest import mock

import numpy as np

import vae_graph
from vae_graph.data import dataset as dataset_lib


def toy_dataset(num_train=64, num_test=23, shape=(6, 5), dtype=np.uint8):
  """Bright bars on a dark ground, whose row is the label."""
  random = np.random.RandomState(0)

  def split(n):
    labels = random.randint(shape[0], size=n).astype(np.int32)
    images = random.randint(40, size=(n,) + shape).astype(np.uint8)
    images[np.arange(n), labels] = 255
    if dtype == np.float32:
      images = images.astype(np.float32) / 255
    return vae_graph.Split(images, labels)

  return vae_graph.Dataset(split(num_train), split(num_test))


def any_pixels():
  """A context in which images may hold NaN, so that their loss is NaN."""
  return mock.patch.object(
    dataset_lib, "to_standard", lambda images, name, **settings: images
  )


def toy_config(binarization="none", **training):
  """Six steps an epoch on `toy_dataset`, four images left over."""
  settings = dict(batch_size=10, epochs=2, learning_rate=0.01)
  settings.update(training)
  return vae_graph.ExperimentConfig(
    model=vae_graph.ModelConfig(hidden_units=(8,)),
    data=vae_graph.DataConfig(binarization=binarization),
    training=vae_graph.TrainingConfig(**settings),
  )

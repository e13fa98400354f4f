"""Encodes images in several processes, each with a model of its own.

TensorFlow does not outlive a fork, so the workers start afresh, by `spawn`, and
are given the run's folder rather than a model. What they share is on the disk.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    200 codes by 2 processes
    the same as by one: True
"""

import multiprocessing

import numpy as np

import vae_graph

LOGDIR = "runs/digits"


def encode(images):
  with vae_graph.TrainedModel(LOGDIR) as model:
    return model.encode(images).mean


def main():
  config = vae_graph.ExperimentConfig(
    training=vae_graph.TrainingConfig(train_steps=20)
  )
  images = vae_graph.load_dataset(config.data).test.images[:200]
  vae_graph.train(config, LOGDIR)

  with multiprocessing.get_context("spawn").Pool(2) as pool:
    codes = np.concatenate(pool.map(encode, [images[:100], images[100:]]))
  print(f"{len(codes)} codes by 2 processes")
  print("the same as by one:", np.allclose(codes, encode(images), atol=1e-5))


# Each worker imports this file: what is below must not run there.
if __name__ == "__main__":
  main()

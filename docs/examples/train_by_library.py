"""Trains a run with `vae_graph.train`, and encodes images with what it left.

The program names the settings; graph, session, checkpoints, evaluation and
pictures are the library's. The same call goes on where a stopped run ended.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    step 20, test ELBO N nats per image
    codes of 3 images: (3, 2)
"""

import vae_graph


def main():
  config = vae_graph.ExperimentConfig(
    model=vae_graph.ModelConfig(hidden_units=(200, 200), code_size=2),
    data=vae_graph.DataConfig(dataset="mnist_10k"),
    training=vae_graph.TrainingConfig(train_steps=20),
  )
  dataset = vae_graph.load_dataset(config.data)
  result = vae_graph.train(config, "runs/digits", dataset=dataset)
  elbo = result.metrics["test_elbo"]
  print(f"step {result.step}, test ELBO {elbo:.2f} nats per image")

  with vae_graph.TrainedModel("runs/digits") as model:
    codes = model.encode(dataset.test.images[:3]).mean
  print(f"codes of {len(codes)} images: {codes.shape}")


if __name__ == "__main__":
  main()

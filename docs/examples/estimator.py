"""Trains, evaluates and exports a VAE by a `tf.estimator.Estimator`.

What is left in `model_dir` is a run: `TrainedModel` and the binaries take it.

Legs: TensorFlow 1.15, 2.15.
Prints:

    step 40, ELBO N nats per image
    codes of 3 images: (3, 2)
    signatures: encode, reconstruct, score
"""

import tensorflow.compat.v1 as tf

import vae_graph


def make_input_fn(images, epochs):
  def input_fn():
    data = tf.data.Dataset.from_tensor_slices(images).repeat(epochs).batch(100)
    return data.map(vae_graph.pixels)

  return input_fn


def receive_images():
  images = tf.placeholder(tf.float32, [None, 28, 28], name="images")
  features = {"images": images}
  return tf.estimator.export.ServingInputReceiver(features, features)


def main():
  dataset = vae_graph.load_dataset(vae_graph.DataConfig())
  estimator = tf.estimator.Estimator(
    vae_graph.estimator.model_fn,
    model_dir="runs/estimator",
    params={
      "model": vae_graph.ModelConfig(hidden_units=(200, 200), code_size=2),
      "training": vae_graph.TrainingConfig(learning_rate=1e-3),
    },
  )
  metrics, _ = tf.estimator.train_and_evaluate(
    estimator,
    tf.estimator.TrainSpec(
      make_input_fn(dataset.train.images, epochs=None), max_steps=40
    ),
    tf.estimator.EvalSpec(make_input_fn(dataset.test.images, epochs=1)),
  )
  elbo, step = metrics["elbo"], metrics["global_step"]
  print(f"step {step}, ELBO {elbo:.2f} nats per image")

  with vae_graph.TrainedModel("runs/estimator") as model:
    codes = model.encode(dataset.test.images[:3]).mean
  print(f"codes of {len(codes)} images: {codes.shape}")

  folder = estimator.export_saved_model("runs/exported", receive_images)
  with tf.Graph().as_default(), tf.Session() as session:
    loaded = tf.saved_model.loader.load(session, ["serve"], folder.decode())
  names = sorted(set(loaded.signature_def) - {"serving_default"})
  print(f"signatures: {', '.join(names)}")


if __name__ == "__main__":
  main()

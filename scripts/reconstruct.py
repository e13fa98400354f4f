r"""Reconstructs images: encodes and decodes them by a trained model.

    python -m scripts.reconstruct --logdir=DIR --output=FOLDER IMAGE...

Each IMAGE is an image file, a folder of them, a .npz file with the array
images, or the index of a test image; without any, the first 20 test images are
taken. Colors become gray, or gray colors, as the run has them. A run with
--binarization has learned black and white pixels, so they are drawn here too,
white with probability gray, from a fixed seed.

Writes FOLDER/reconstructions.png with the decoder's mean and a sample of p(x|z)
under each image, and reconstructions.npz; prints each image's squared error,
summed over the pixels in [0, 1].
"""

from absl import flags as absl_flags

import vae_graph
from flags import images, inference, output, run_data, session
from scripts import app, trained_run

# For --help to list them.
for module in (images, inference, output, run_data, session, app):
  absl_flags.adopt_module_key_flags(module)

_FROM_MEAN = absl_flags.DEFINE_boolean(
  "from_mean", True, "Decode the posterior's mean rather than a sample of it."
)
_DEFAULT_IMAGES = 20


def main(arguments):
  """Reconstructs the images that the arguments name."""
  folder = output.path("a folder")
  vae_graph.try_output(folder, is_folder=True)
  with trained_run.open_run(folder) as (model, run_images):
    if arguments:
      chosen = run_images.choose(arguments)
    else:
      chosen = run_images.split("test", at_most=_DEFAULT_IMAGES)
    reconstructions = vae_graph.reconstruct(
      model, chosen.images, seed=images.seed(), from_mean=_FROM_MEAN.value
    )
    paths = vae_graph.write_reconstructions(
      folder, reconstructions, names=chosen.names
    )
  errors = reconstructions.squared_error
  for name, error in zip(chosen.names, errors):
    print(f"{name}: squared error {error:.3f}")
  if len(errors) > 1:
    print(f"mean of {len(errors):,}: {errors.mean():.3f}")
  print("\n".join(paths))


if __name__ == "__main__":
  app.run(main)

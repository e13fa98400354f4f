r"""Generates pictures: samples, the latent plane, interpolations, traversals.

    python -m scripts.generate --logdir=DIR --output=FOLDER
    python -m scripts.generate --logdir=DIR --output=FOLDER \
        --what=manifold,interpolation --image_a=3 --image_b=photo.png

Writes FOLDER/samples, manifold, interpolation and traversals: .png, .npz with
the arrays behind each picture and, of what moves, .gif.

A run with --binarization has learned black and white pixels, so the images to
interpolate between are drawn so too, white with probability gray, from a fixed
seed.
"""

from absl import flags as absl_flags

import vae_graph
from flags import generation, images, inference, output, run_data, session
from scripts import app, trained_run

# For --help to list them.
for module in (generation, images, inference, output, run_data, session, app):
  absl_flags.adopt_module_key_flags(module)


def main():
  """Generates as the flags say."""
  folder = output.path("a folder")
  vae_graph.try_output(folder, is_folder=True)
  generation_config = generation.generation_config()
  with trained_run.open_run(folder) as (model, run_images):
    paths = vae_graph.generate(
      model,
      run_images,
      folder=folder,
      generation_config=generation_config,
      seed=images.seed(),
    )
  print("\n".join(paths))


if __name__ == "__main__":
  app.run(main)

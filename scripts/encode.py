r"""Encodes images: writes the codes that a trained model gives them.

    python -m scripts.encode --logdir=DIR --split=train --output=codes.npz
    python -m scripts.encode --logdir=DIR --output=codes.npz IMAGE...

Takes a split of the run's data set, or each IMAGE: an image file, a folder of
them, a .npz file with the array images, or the index of a test image.
Colors become gray, or gray colors, as the run has them. A run with
--binarization has learned black and white pixels, so they are drawn here too,
white with probability gray, from a fixed seed.

The file holds codes (posterior means), samples, stddevs where there are such,
and the step; of a split dataset, split, indices, labels and class_names, of an
IMAGE names.
"""

from absl import flags as absl_flags

import vae_graph
from flags import images, inference, output, run_data, session, shared
from scripts import app, trained_run

# For --help to list them.
for module in (images, inference, output, run_data, session, app):
  absl_flags.adopt_module_key_flags(module)

_split = shared.define(
  absl_flags.DEFINE_enum,
  "split",
  "test",
  "Which images of the data set, where no IMAGE is named.",
  enum_values=["test", "train"],
)


def main(arguments):
  """Encodes the images that the arguments name, or a split."""
  path = output.path("a .npz file")
  vae_graph.try_output(path)
  with trained_run.open_run(path) as (model, run_images):
    split = None if arguments else _split()
    count = vae_graph.write_codes(
      path,
      model,
      named_images=(
        run_images.split(split) if split else run_images.choose(arguments)
      ),
      split=split,
      seed=images.seed(),
    )
    print(f"codes of {count:,} images at step {model.step}: {path}")


if __name__ == "__main__":
  app.run(main)

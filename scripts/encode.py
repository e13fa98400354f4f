r"""Encodes images: writes the codes that a trained model gives them.

    python -m scripts.encode --logdir=DIR --split=train --output=codes.npz
    python -m scripts.encode --logdir=DIR --output=codes.npz IMAGE...

Takes a split of the run's data set, or each IMAGE: a PNG or JPEG file, a
folder of them, a .npz file with the array images, or the index of a test image.
Colors become gray, or gray colors, as the run has them. A run with
--binarization has learned black and white pixels, so they are drawn here too,
white with probability gray, from a fixed seed.

The file holds codes (posterior means), samples, stddevs where there are such,
and the step; of a split dataset, split, indices and labels, of an IMAGE names.
"""

from absl import flags as absl_flags

from flags import images, inference, session
from scripts import app, trained_run

# For --help to list them.
for module in (images, inference, session, app):
  absl_flags.adopt_module_key_flags(module)

_SPLIT = absl_flags.DEFINE_enum(
  "split",
  "test",
  ["test", "train"],
  "Which images of the data set, where no IMAGE is named.",
)


def main(arguments):
  """Encodes the images that the arguments name, or a split."""
  path = images.output("a .npz file")
  with trained_run.open_run() as (model, source):
    from vae_graph.inference import code_files

    split = None if arguments else _SPLIT.value
    chosen = source.split(split) if split else source.choose(arguments)
    count = code_files.write_codes(
      path, model, chosen, split, images.SEED.value
    )
    print(f"codes of {count:,} images at step {model.step}: {path}")


if __name__ == "__main__":
  app.run(main, takes_arguments=True)

"""Code files: the codes of images as arrays in a .npz file."""

from typing import Any, Dict, Optional

import numpy as np

from vae_graph.inference.output_files import write_npz
from vae_graph.inference.run_images import NamedImages
from vae_graph.inference.trained_model import TrainedModel
from vae_graph.paths import LocalPath, local_path


def write_codes(
  path: LocalPath,
  model: TrainedModel,
  *,
  named_images: NamedImages,
  split: Optional[str] = None,
  seed: int = 0,
) -> int:
  """Encodes images, and writes their codes as a .npz file.

  It holds `codes` (posterior means) and `samples`, float32 `[n, code_size]`,
  `stddevs` where the posterior has them in closed form, and the `step` of the
  weights. Of a split it holds the names `dataset` and `split`, `indices` and,
  where there are, `labels` `[n]` and `class_names`, of which that of label i is
  at place i; of other images their `names` `[n]`.

  Args:
    path: the file; its folder is made if it is missing.
    model: a `TrainedModel`.
    named_images: `NamedImages`.
    split: the split of which they are the first, or None.
    seed: integer, of the samples.

  Returns:
    The number of images.

  Raises:
    ConfigError: `path` is no path of this machine.
    OutputError: it cannot be written.
  """
  path = local_path(path, "path")
  encoded = model.encode(named_images.images, seed=seed)
  arrays: Dict[str, Any] = {
    "codes": encoded.mean,
    "samples": encoded.sample,
    "stddevs": encoded.stddev,
    "labels": named_images.labels,
    "class_names": named_images.class_names,
    "step": model.step,
  }
  if split is None:
    arrays["names"] = named_images.names
  else:
    arrays["dataset"] = model.config.data.dataset
    arrays["split"] = split
    arrays["indices"] = np.arange(len(named_images.images))
  write_npz(path, arrays)
  return len(named_images.images)

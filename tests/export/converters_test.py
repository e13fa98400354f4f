"""Other runtimes than TensorFlow give what the training graph gives.

Of the presets that presets.py names, as in presets_test.
"""

import importlib.util
import os
import tempfile
from unittest import mock

from absl.testing import absltest, parameterized

import vae_graph
from tests.export.presets import PresetTestCase, presets
from tests.inference.random_run import make_run
from vae_graph import errors
from vae_graph.compat import tf

IS_TF1 = tf.__version__.startswith("1.")


@absltest.skipIf(IS_TF1, "the converters are of TensorFlow 2")
class ConvertersTest(PresetTestCase):
  def setUp(self):
    super().setUp()
    for package in ("tf2onnx", "onnxruntime"):
      if importlib.util.find_spec(package) is None:
        reason = f"there is no {package}; requirements/tf2.txt has it"
        if os.environ.get("CI") == "true":
          self.fail(reason)
        self.skipTest(reason)

  @parameterized.named_parameters(*presets())
  def test_gives_what_the_training_graph_gives(self, config):
    self.assert_exports_give_the_same(
      config, ("onnx", "tflite"), tolerance=1e-4
    )


class MissingConverterTest(absltest.TestCase):
  def _assert_refused(self, export_format, message):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    make_run(os.path.join(folder, "run"))
    with self.assertRaisesRegex(errors.UnsupportedError, message) as caught:
      vae_graph.export_model(
        os.path.join(folder, "run"),
        os.path.join(folder, "exports", "1"),
        export_config=vae_graph.ExportConfig(export_format),
      )
    self.assertNotIn("\n", str(caught.exception))
    self.assertEqual(os.listdir(folder), ["run"])

  @absltest.skipIf(IS_TF1, "the converters are of TensorFlow 2")
  def test_onnx(self):
    with mock.patch.object(importlib.util, "find_spec", return_value=None):
      self._assert_refused("onnx", "format onnx needs tf2onnx.*pip install")

  @absltest.skipUnless(IS_TF1, "TensorFlow 2 has its converters")
  def test_tensorflow_1(self):
    for name in ("onnx", "tflite"):
      with self.subTest(name):
        self._assert_refused(
          name, f"format {name} needs .* TensorFlow 2, found"
        )


if __name__ == "__main__":
  absltest.main()

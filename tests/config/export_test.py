import importlib

from absl.testing import absltest

from vae_graph import errors
from vae_graph.config.export import FORMATS, ExportConfig


class ExportConfigTest(absltest.TestCase):
  def test_each_format_has_a_module(self):
    for name in FORMATS:
      self.assertTrue(
        callable(importlib.import_module(f"vae_graph.export.{name}").write)
      )

  def test_refuses_an_unknown_format(self):
    with self.assertRaisesRegex(
      errors.ConfigError, "format must be .*'pickle'"
    ):
      ExportConfig("pickle")

  def test_refuses_an_older_tensorflow_where_there_is_none(self):
    with self.assertRaisesRegex(
      errors.ConfigError, "target_tf 1.15 is of format saved_model.*found.*onnx"
    ):
      ExportConfig("onnx", "1.15")


if __name__ == "__main__":
  absltest.main()

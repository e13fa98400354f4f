import os
import pathlib
import pwd

from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import config, errors
from vae_graph.paths import local_path


class LocalPathTest(parameterized.TestCase):
  @parameterized.parameters(
    "run",
    "runs/run[1]",
    "lr?b",
    "lr*b",
    "a\\b\\",
    "{a,b}",
    " 'quoted' \"name\" $HOME %s",
    "-a",
    "a~",
    "./~",
    "Grüße/日本語/🙂/e\u0301",
    "a:/b",
    "a/gs://b",
    "/",
    "..",
    "end /",
  )
  def test_other_names_stay_as_they_are(self, name):
    self.assertEqual(local_path(name, "logdir"), name)
    self.assertEqual(local_path(os.fsencode(name), "logdir"), name)

  def test_a_path_object_is_its_text(self):
    self.assertEqual(local_path(pathlib.Path("a/b c"), "logdir"), "a/b c")

  def test_a_tilde_is_a_home_folder(self):
    user = pwd.getpwuid(os.getuid())
    self.assertEqual(
      local_path(f"~{user.pw_name}/a", "logdir"), f"{user.pw_dir}/a"
    )
    with absltest.mock.patch.dict(os.environ, HOME="/home/ours"):
      self.assertEqual(local_path("~", "logdir"), "/home/ours")
      self.assertEqual(local_path("~/a", "logdir"), "/home/ours/a")

  @parameterized.parameters(
    ("", "name a file or folder"),
    ("gs://bucket/run", "gs:// is not supported"),
    ("file:///tmp/run", "file:// is not supported"),
    ("S3://b", "S3:// is not supported"),
    ("a+b.c-1://b", r"a\+b.c-1:// is not supported"),
    ("a\0b", r"'a\\x00b': no path holds"),
    ("a\nb", r"'a\\nb': it has a line break"),
    ("a\u2028b", "it has a line break"),
    ("a\n", "it has a line break"),
    ("a ", "ends in white space"),
    (os.fsdecode(b"a\xff"), r"'a\\udcff': it is not UTF-8"),
    ("~no_such_user/a", "no such user; put ./ before"),
  )
  def test_what_cannot_be_used_is_refused_in_one_line(self, name, message):
    for path in (name, os.fsencode(name)):
      with self.assertRaisesRegex(errors.ConfigError, message) as caught:
        local_path(path, "logdir")
      line = str(caught.exception)
      self.assertStartsWith(
        line, "logdir must be a path of this machine, found"
      )
      self.assertLen(line.splitlines(), 1)
      line.encode("utf-8")  # It can be printed.

  @parameterized.parameters(
    (config.DataConfig, "data_dir", {"dataset": "mnist"}),
    (config.DataConfig, "cache_dir", {"dataset": "mnist"}),
    (config.TrainingConfig, "init_checkpoint", {}),
  )
  def test_settings_that_are_paths(self, config_class, name, others):
    made = config_class(**{name: "~/a"}, **others)
    self.assertEqual(getattr(made, name), os.path.expanduser("~/a"))
    self.assertEqual(getattr(config_class(**others), name), "")
    with self.assertRaisesRegex(errors.ConfigError, f"^{name} must be a path"):
      config_class(**{name: "gs://a"}, **others)

  @parameterized.parameters(
    lambda path: vae_graph.RunDirectory(path),
    lambda path: vae_graph.TrainedModel(path),
    lambda path: vae_graph.restore_by_name(path, []),
    lambda path: vae_graph.train(vae_graph.ExperimentConfig(), path),
    lambda path: vae_graph.evaluate_run(path, None),
    lambda path: vae_graph.make_report_run(path, "name"),
    lambda path: vae_graph.export_model("run", path),
    lambda path: vae_graph.generate(None, None, folder=path),
    lambda path: vae_graph.write_codes(path, None, named_images=None),
    lambda path: vae_graph.write_reconstructions(path, None, names=()),
    lambda path: vae_graph.write_report(path, ()),
    lambda path: vae_graph.RunImages(
      vae_graph.DataConfig(), image_shape=(2, 2)
    ).choose([path]),
  )
  def test_functions_that_take_a_path(self, function):
    with self.assertRaisesRegex(errors.ConfigError, "gs:// is not supported"):
      function("gs://bucket/a.png")


if __name__ == "__main__":
  absltest.main()

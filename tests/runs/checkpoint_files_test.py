from absl.testing import absltest, parameterized

from vae_graph.runs import checkpoint_files


class SplitEndingTest(parameterized.TestCase):
  @parameterized.parameters(
    (".index",),
    (".meta",),
    (".data-00000-of-00002",),
    ("-00001-of-00002",),
    ("-?????-of-00002",),
  )
  def test_a_file_of_a_checkpoint(self, ending):
    for path in ("model.ckpt-7", "/a\n/b.index/model", "model-1-of-2"):
      self.assertEqual(
        checkpoint_files.split_ending(path + ending), (path, ending)
      )

  @parameterized.parameters(
    ("model.ckpt-7",),
    ("checkpoint",),
    ("model.ckpt-7.state.json",),
    ("model.index/file",),
    ("",),
  )
  def test_no_file_of_one(self, path):
    self.assertEqual(checkpoint_files.split_ending(path), (path, ""))


if __name__ == "__main__":
  absltest.main()

import os

from absl.testing import absltest, parameterized

from tests.data import fake_files
from vae_graph import config, errors
from vae_graph.data.outside import check_outside_data


class OutsideTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = os.path.realpath(fake_files.temporary_folder(self))
    self.addCleanup(os.chdir, os.getcwd())
    os.chdir(self.folder)
    os.makedirs("images/a")
    os.symlink("images", "link")

  def _check(self, path, data_dir="images", dataset="images"):
    data_config = config.DataConfig(dataset=dataset, data_dir=data_dir)
    check_outside_data(path, data_config, name="logdir")

  @parameterized.product(
    path=("images", "images/run", "images/a/run", "link/run", "x/../images/b"),
    data_dir=("images", "link", "./images/"),
  )
  def test_refuses_what_would_be_data(self, path, data_dir):
    for each in (path, os.path.abspath(path)):
      with self.assertRaisesRegex(
        errors.ConfigError,
        f"^logdir {self.folder}/.* is in the folder of images, {data_dir},"
        ".*choose a --logdir elsewhere$",
      ):
        self._check(each, data_dir)

  @parameterized.parameters(
    "run", ".", "..", "images_2", "images/../run", "images/.run", "link2/run"
  )
  def test_takes_what_is_elsewhere_or_hidden(self, path):
    for each in (path, os.path.abspath(path)):
      self._check(each)

  def test_other_data_sets_take_their_own_files_alone(self):
    self._check("images/run", dataset="mnist")
    self._check("images/run", "images/data.npz", dataset="npz")

  def test_a_missing_folder_of_images_is_for_the_reader_to_tell(self):
    self._check("run", "")


if __name__ == "__main__":
  absltest.main()

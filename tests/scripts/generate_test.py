import os

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

import vae_graph
from tests.data import fake_files
from tests.scripts.trained_run import TrainedRunTestCase
from vae_graph import errors

_GRID = 4
_STEPS = 5
_FILES = {
  "samples": ["png", "npz"],
  "manifold": ["png", "npz"],
  "interpolation": ["png", "gif", "npz"],
  "traversals": ["png", "gif", "npz"],
}


def _names(*kinds):
  return [f"{kind}.{end}" for kind in kinds for end in _FILES[kind]]


def _read(*path):
  with open(os.path.join(*path), "rb") as file:
    return file.read()


class GenerateTest(TrainedRunTestCase):
  binary = "scripts.generate"
  code_size = 3

  def _generate(self, *arguments):
    """Runs the binary; returns the names of the files that it lists."""
    lines = self.run_binary(
      "--num_samples=7", f"--grid_size={_GRID}", f"--steps={_STEPS}", *arguments
    )
    for line in lines:
      self.assertEqual(os.path.dirname(line), self.output)
    names = [os.path.basename(line) for line in lines]
    self.assertCountEqual(os.listdir(self.output), names)
    return names

  def _assert_opens(self, name):
    with Image.open(os.path.join(self.output, name)) as image:
      image.load()
      self.assertGreater(min(image.size), 40)

  def _assert_animates(self, name, frames):
    """Checks how long it takes: Pillow makes one frame of equal ones."""
    durations = []
    with Image.open(os.path.join(self.output, name)) as image:
      self.assertEqual(image.info["loop"], 0)
      for index in range(image.n_frames):
        image.seek(index)
        image.load()
        durations.append(image.info["duration"])
    self.assertEqual(sum(durations), 100 * frames)
    self.assertLessEqual(len(durations), frames)
    self.assertGreater(len(durations), 1)

  def test_all_kinds(self):
    photo = os.path.join(fake_files.temporary_folder(self), "photo.png")
    image_a = self.dataset.test.images[2]
    image_b = self.dataset.train.images[4]
    Image.fromarray(image_b).save(photo)
    names = self._generate("--image_a=2", f"--image_b={photo}")
    self.assertEqual(names, _names(*_FILES))
    for name in names:
      if not name.endswith(".npz"):
        self._assert_opens(name)
    self._check_samples()
    self._check_manifold()
    self._check_interpolation(image_a, image_b)
    self._check_traversals()

  def _check_samples(self):
    arrays = self.load("samples.npz")
    self.assertCountEqual(arrays, ["images", "codes"])
    expected = self.model().sample(7, seed=0)
    np.testing.assert_allclose(arrays["codes"], expected.codes, rtol=1e-5)
    np.testing.assert_allclose(arrays["images"], expected.images, atol=1e-6)
    self.assertEqual(arrays["images"].shape, (7, 6, 5))

  def _check_manifold(self):
    model = self.model()
    arrays = self.load("manifold.npz")
    self.assertEqual(arrays["images"].shape, (_GRID, _GRID, 6, 5))
    codes = arrays["codes"].reshape(_GRID * _GRID, 3)
    np.testing.assert_allclose(
      arrays["images"].reshape(-1, 6, 5), model.decode(codes), atol=1e-6
    )
    # The two of most KL, mean over the test images; the third stays at 0.
    posterior = model.encode(self.dataset.test.images)
    variance = posterior.stddev**2
    kl = 0.5 * (posterior.mean**2 + variance - np.log(variance) - 1)
    across, up, other = np.argsort(-kl.mean(axis=0))
    self.assertEqual(arrays["dimensions"].tolist(), [across, up])
    np.testing.assert_array_equal(arrays["codes"][..., other], 0)
    for row in range(_GRID):
      np.testing.assert_allclose(
        arrays["codes"][row][:, across], arrays["values_x"], rtol=1e-6
      )
      np.testing.assert_allclose(
        arrays["codes"][row][:, up], arrays["values_y"][row], rtol=1e-6
      )

  def _check_interpolation(self, image_a, image_b):
    arrays = self.load("interpolation.npz")
    np.testing.assert_array_equal(arrays["image_a"], image_a)
    np.testing.assert_array_equal(arrays["image_b"], image_b)
    model = self.model()
    ends = model.decode(model.encode(np.stack([image_a, image_b])).mean)
    for way in ("linear", "spherical"):
      self.assertEqual(arrays[way].shape, (_STEPS, 6, 5))
      np.testing.assert_allclose(arrays[way][[0, -1]], ends, atol=1e-6)
    self.assertTrue((arrays["linear"][1] != arrays["spherical"][1]).any())
    # There and back, without the ends twice.
    self._assert_animates("interpolation.gif", 2 * (_STEPS - 1))

  def _check_traversals(self):
    arrays = self.load("traversals.npz")
    self.assertEqual(arrays["images"].shape, (3, _STEPS, 6, 5))
    np.testing.assert_allclose(arrays["values"], np.linspace(-3, 3, _STEPS))
    codes = arrays["codes"].reshape(-1, 3)
    np.testing.assert_allclose(
      arrays["images"].reshape(-1, 6, 5), self.model().decode(codes), atol=1e-6
    )
    self.assertEqual(arrays["kl"].shape, (3,))
    self.assertEqual(arrays["variances"].shape, (3,))
    self._assert_animates("traversals.gif", 2 * (_STEPS - 1))

  def test_some_kinds_and_dimensions_from_a_seed(self):
    asked = ("--what=samples,manifold", "--dimensions=2,0", "--seed=5")
    names = self._generate(*asked)
    self.assertEqual(names, _names("samples", "manifold"))
    arrays = self.load("manifold.npz")
    self.assertEqual(arrays["dimensions"].tolist(), [2, 0])
    np.testing.assert_array_equal(arrays["codes"][..., 1], 0)
    codes = self.load("samples.npz")["codes"]
    model = self.model()
    np.testing.assert_allclose(codes, model.sample(7, seed=5).codes, rtol=1e-5)
    self.assertTrue((codes != model.sample(7, seed=0).codes).all())
    # Another process makes the same files of it.
    before = {name: _read(self.output, name) for name in names}
    self.output += "_again"
    generation_config = vae_graph.GenerationConfig(
      what=("samples", "manifold"),
      dimensions=(2, 0),
      num_samples=7,
      grid_size=_GRID,
    )
    vae_graph.generate(
      model,
      None,
      folder=self.output,
      generation_config=generation_config,
      seed=5,
    )
    after = {name: _read(self.output, name) for name in names}
    self.assertEqual(before, after)

  @parameterized.parameters(
    (2, "--output is missing; name a folder to write", "--output="),
    (2, "unexpected argument 'extra'", "extra"),
    (2, "what must be of samples.*'pictures'", "--what=samples,pictures"),
    (1, "nowhere.png: found no such file", "--image_b=nowhere.png"),
  )
  def test_wrong_usage(self, exit_code, message, *arguments):
    self.assert_fails(exit_code, message, *arguments)

  def test_unwritable_output(self):
    folder = fake_files.temporary_folder(self)
    path = fake_files.write(folder, "file", b"mine")
    # Before the work: that there is no such run would be seen later.
    self.assert_fails(
      1,
      f"{path} cannot be written",
      f"--output={path}",
      "--logdir=/nowhere",
      "--what=samples",
    )


class GenerateOneDimensionTest(TrainedRunTestCase):
  """A code of one dimension has neither a plane nor an arc."""

  code_size = 1

  def setUp(self):
    super().setUp()
    model = self.model()
    self.run_images = vae_graph.RunImages(
      model.config.data, image_shape=model.image_shape
    )

  def _generate(self, **settings):
    return vae_graph.generate(
      self.model(),
      self.run_images,
      folder=self.output,
      generation_config=vae_graph.GenerationConfig(**settings),
    )

  def test_all_but_the_manifold(self):
    paths = self._generate(num_samples=3, steps=3)
    names = _names("samples", "interpolation", "traversals")
    self.assertEqual(paths, [os.path.join(self.output, name) for name in names])
    self.assertCountEqual(
      self.load("interpolation.npz"), ["image_a", "image_b", "linear"]
    )
    self.assertEqual(self.load("traversals.npz")["codes"].shape, (1, 3, 1))

  def test_the_manifold_cannot_be_asked_for(self):
    with self.assertRaisesRegex(errors.ConfigError, "has one dimension"):
      self._generate(what=("manifold",))
    self.assertFalse(os.path.exists(self.output))

  def test_an_end_must_be_one_image(self):
    path = os.path.join(fake_files.temporary_folder(self), "two.npz")
    np.savez(path, images=self.dataset.test.images[:2])
    with self.assertRaisesRegex(errors.ConfigError, "one image each, found 3"):
      self._generate(image_a=path)
    self.assertFalse(os.path.exists(self.output))


if __name__ == "__main__":
  absltest.main()

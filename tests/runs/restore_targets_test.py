"""What `restore_by_name` takes, in scopes, shards and wrapped functions."""

import os
import pathlib
import tempfile

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs.checkpoints import restore_by_name

MODEL = vae_graph.ModelConfig(hidden_units=(3,))


def make_vae(scope=None):
  with tf.variable_scope(scope or tf.get_variable_scope()):
    return vae_graph.VAE(MODEL, (4, 4))


def save(folder, name, *, seed, scope=None, averaged=False):
  """Saves a VAE, and returns the checkpoint's path and the values."""
  with tf.Graph().as_default(), tf.Session() as session:
    tf.set_random_seed(seed)
    vae = make_vae(scope)
    saved = list(vae.variables)
    if averaged:
      average = tf.train.ExponentialMovingAverage(0.9)
      average.apply(vae.variables)
      saved += [average.average(variable) for variable in vae.variables]
    session.run(tf.global_variables_initializer())
    for index, variable in enumerate(saved):
      session.run(variable.assign_add(tf.fill(variable.shape, float(index))))
    path = tf.train.Saver(saved).save(session, os.path.join(folder, name))
    return path, session.run(saved)


def wrapped_model(path):
  """A VAE of a wrapped function; two restores, made inside and outside."""
  made = []

  def function(images):
    vae = make_vae()
    made.extend([vae, restore_by_name(path, vae.variables)])
    return vae.encode(images).mean

  tf.wrap_function(function, [tf.TensorSpec([None, 4, 4], tf.float32)])
  vae, inside = made
  return vae, inside, restore_by_name(path, vae.variables)


class RestoreTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.enter_context(tf.Graph().as_default())

  def _assert_restored(self, restore, vae, values):
    with tf.Session() as session:
      restore(session)
      for found, value in zip(session.run(list(vae.variables)), values):
        np.testing.assert_array_equal(found, value)

  def test_two_models_of_two_runs_in_one_graph(self):
    first_path, first_values = save(self.folder, "a", seed=1)
    second_path, second_values = save(self.folder, "b", seed=2, scope="old/vae")
    first, second = make_vae("first"), make_vae("second")
    restore_first = restore_by_name(
      pathlib.Path(first_path), first.variables, assignment_map={"/": "first/"}
    )
    restore_second = restore_by_name(
      second_path, second.variables, assignment_map={"old/vae/": "second/"}
    )
    with tf.Session() as session:
      restore_first(session)
      restore_second(session)
      for vae, values in ((first, first_values), (second, second_values)):
        for found, value in zip(session.run(list(vae.variables)), values):
          np.testing.assert_array_equal(found, value)

  def test_the_innermost_scope_counts(self):
    path, values = save(self.folder, "a", seed=1, scope="old")
    vae = make_vae("vae")
    restore = restore_by_name(
      path,
      vae.variables,
      assignment_map={"old/encoder/": "vae/encoder/", "old/": "vae/"},
    )
    self._assert_restored(restore, vae, values)

  def test_names_of_ones_own(self):
    path, values = save(self.folder, "a", seed=1, scope="old")
    vae = make_vae()
    names = {f"old/{variable.op.name}": variable for variable in vae.variables}
    self._assert_restored(restore_by_name(path, names), vae, values)

  def test_averages_under_a_scope(self):
    path, values = save(self.folder, "a", seed=1, averaged=True)
    vae = make_vae("vae")
    restore = restore_by_name(
      path, vae.variables, assignment_map={"/": "vae/"}, averaged=True
    )
    self._assert_restored(restore, vae, values[len(vae.variables) :])

  def test_in_a_wrapped_function(self):
    path, values = save(self.folder, "a", seed=1)
    vae, *restores = wrapped_model(path)
    for restore in restores:
      self._assert_restored(restore, vae, values)

  @parameterized.parameters(
    ("vae", "such as vae.variables, found .* a VAE$"),
    ("tensor", "such as vae.variables, found zeros:0, a .*Tensor$"),
    (None, "such as vae.variables, found None, a NoneType$"),
    ("name", "such as vae.variables, found 'encoder', a str$"),
    ((), "such as vae.variables, found none$"),
  )
  def test_what_is_no_variable(self, given, message):
    path, _ = save(self.folder, "a", seed=1)
    given = {
      "vae": make_vae(),
      "tensor": [tf.zeros([2], name="zeros")],
      "name": ["encoder"],
    }.get(given, given)
    with self.assertRaisesRegex(errors.ConfigError, message):
      restore_by_name(path, given)

  @parameterized.parameters(
    ("vae/", r"must be \{scope in the checkpoint.*found 'vae/'$"),
    ({"/": "vae"}, "each ending in /.*found 'vae'; / is the root$"),
    ({"": "vae/"}, "found ''; / is the root$"),
    ({"/": 3}, "found 3; / is the root$"),
    ({"/": "vae/", "a/": "vae/"}, "scope vae/ twice; leave one out$"),
    (
      {"/": "va/"},
      "variable vae/encoder/dense/kernel is in none of .* names, va/; add",
    ),
    (
      {"/": "vae/", "b/": "other/"},
      "no variable takes its name from other/ in the graph; the first is"
      " vae/encoder/dense/kernel; correct",
    ),
  )
  def test_scopes_that_are_none(self, assignment_map, message):
    path, _ = save(self.folder, "a", seed=1)
    with self.assertRaisesRegex(errors.ConfigError, message):
      restore_by_name(
        path, make_vae("vae").variables, assignment_map=assignment_map
      )

  def test_a_dict_has_its_names_already(self):
    (variable, *_) = make_vae().variables
    with self.assertRaisesRegex(errors.ConfigError, "names in the checkpoint"):
      restore_by_name("a", {"a": variable}, assignment_map={"/": "/"})

  @parameterized.parameters((None,), (7,))
  def test_what_is_no_path(self, path):
    with self.assertRaisesRegex(
      errors.ConfigError, f"^checkpoint must be a path .* found {path}; pass"
    ):
      restore_by_name(path, make_vae().variables)

  def test_a_file_of_a_checkpoint(self):
    path, _ = save(self.folder, "a", seed=1)
    variables = make_vae().variables
    for ending in (".index", ".meta", ".data-00000-of-00001"):
      with self.assertRaisesRegex(
        errors.CheckpointError,
        f"{ending} is a file of a checkpoint; name the checkpoint, {path}$",
      ):
        restore_by_name(path + ending, variables)

  def test_another_session(self):
    path, _ = save(self.folder, "a", seed=1)
    restore = restore_by_name(path, make_vae().variables)
    with tf.Session(graph=tf.Graph()) as other:
      for session in (None, other, "session"):
        with self.assertRaisesRegex(
          errors.ConfigError,
          "variable encoder/dense/kernel:0 is in another graph than the",
        ):
          restore(session)


class EagerProgramTest(absltest.TestCase):
  def test_in_a_wrapped_function(self):
    if not tf.executing_eagerly():
      self.skipTest("this TensorFlow starts without eager execution")
    folder = self.enter_context(tempfile.TemporaryDirectory())
    path, values = save(folder, "a", seed=1)
    vae, *restores = wrapped_model(path)
    for restore in restores:
      for variable in vae.variables:
        variable.assign(tf.zeros_like(variable))
      restore()
      for variable, value in zip(vae.variables, values):
        np.testing.assert_array_equal(variable.numpy(), value)
      with self.assertRaisesRegex(
        errors.ConfigError, r"is an eager one, of no session; call restore\(\)"
      ):
        restore(tf.Session(graph=tf.Graph()))


if __name__ == "__main__":
  absltest.main()

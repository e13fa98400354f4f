import os
import tempfile

import numpy as np
from absl.testing import absltest

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs import checkpoints


class RestoreByNameTest(absltest.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.prefix = os.path.join(self.folder, "model.ckpt")
    with tf.Graph().as_default(), tf.Session() as session:
      tf.get_variable("a", initializer=[1.0, 2.0])
      tf.get_variable("scope/b", initializer=[[3.0]])
      session.run(tf.global_variables_initializer())
      tf.train.Saver().save(session, self.prefix, global_step=7)

  def _restore(self, checkpoint, **shapes):
    with tf.Graph().as_default(), tf.Session() as session:
      variables = [
        tf.get_variable(name, shape, use_resource=True)
        for name, shape in shapes.items()
      ]
      restore = checkpoints.restore_by_name(checkpoint, variables)
      restore(session)
      return session.run(variables)

  def test_takes_what_is_asked_for_and_leaves_the_rest(self):
    for checkpoint in (self.prefix + "-7", self.folder):
      (value,) = self._restore(checkpoint, a=[2])
      np.testing.assert_array_equal(value, [1, 2])

  def test_names_every_variable_that_does_not_fit(self):
    with self.assertRaisesRegex(
      errors.CheckpointError,
      r"c is missing; a has shape \[2\], expected \[3\]; it holds a, scope/b",
    ):
      self._restore(self.prefix + "-7", c=[1], a=[3])

  def test_no_checkpoint(self):
    with self.assertRaisesRegex(errors.CheckpointError, "holds no checkpoint"):
      self._restore(os.path.dirname(__file__), a=[2])
    with self.assertRaisesRegex(errors.CheckpointError, "cannot be read"):
      self._restore(self.prefix, a=[2])

  def test_damaged_checkpoint(self):
    with open(self.prefix + "-7.index", "wb") as file:
      file.write(os.urandom(100))
    with self.assertRaisesRegex(errors.CheckpointError, "cannot be read"):
      self._restore(self.prefix + "-7", a=[2])


if __name__ == "__main__":
  absltest.main()

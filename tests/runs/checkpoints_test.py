import os
import re
import shutil
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
    with self.assertRaises(errors.CheckpointError) as caught:
      self._restore(self.prefix + "-7", c=[1], a=[3])
    first, *table = str(caught.exception).splitlines()
    self.assertRegex(first, "ckpt-7 does not fit the model; ")
    self.assertEqual(
      [re.split("  +", line.strip()) for line in table],
      [
        ["variable", "in the checkpoint", "in the model"],
        ["a", "float32 [2]", "float32 [3]"],
        ["c", "missing", "float32 [1]"],
        ["it also holds scope/b"],
      ],
    )

  def test_numbers_of_another_type_do_not_fit(self):
    with tf.Graph().as_default():
      variable = tf.get_variable("a", [2], tf.float64)
      with self.assertRaisesRegex(
        errors.CheckpointError, r"a +float32 \[2\] +float64 \[2\]"
      ):
        checkpoints.restore_by_name(self.folder, [variable])

  def test_the_newest_of_another_programs_folder(self):
    with tf.Graph().as_default(), tf.Session() as session:
      variable = tf.get_variable("a", [2], use_resource=True)
      saver = tf.train.Saver()

      def save(name, **kwargs):
        value = float(len(os.listdir(self.folder)))
        variable.load([value, value], session)
        saver.save(session, os.path.join(self.folder, name), **kwargs)
        return value

      # The small file speaks of one name; among those, the steps decide.
      save("average", global_step=900)
      newest = save("other.ckpt", global_step=30)
      save("other.ckpt", global_step=4)
      self.assertEqual(self._restore(self.folder, a=[2])[0][0], newest)
      alone = save("without_step")
      self.assertEqual(self._restore(self.folder, a=[2])[0][0], alone)

  def test_a_name_is_no_pattern(self):
    with tf.Graph().as_default(), tf.Session() as session:
      variable = tf.get_variable("a", [2], use_resource=True)
      variable.load([4.0, 5.0], session)
      path = tf.train.Saver().save(session, os.path.join(self.folder, "plain"))
      for name in ("odd[1]", "a?", "b*", "back\\", "c{1,2}", "ü 漢"):
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        for ending in (".index", ".data-00000-of-00001"):
          shutil.copy(path + ending, os.path.join(folder, name + ending))
        for checkpoint in (folder, os.path.join(folder, name)):
          (value,) = self._restore(checkpoint, a=[2])
          np.testing.assert_array_equal(value, [4, 5])

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

"""Checkpoints, which TensorFlow reads, and the small files beside them."""

import os

from absl.testing import absltest
from hypothesis import strategies as st

from tests.data import fake_files
from tests.fuzz import fuzzing
from vae_graph.compat import tf
from vae_graph.runs import checkpoint_saver, checkpoints
from vae_graph.runs.directory import RunDirectory

_FILES = {}  # By the end of their names.


def setUpModule():
  with tf.Graph().as_default(), tf.Session() as session:
    tf.get_variable("small", initializer=[1.0, 2.0])
    tf.get_variable("large", initializer=tf.ones([40, 30]))
    tf.train.get_or_create_global_step()
    session.run(tf.global_variables_initializer())
    case = absltest.TestCase()
    folder = fake_files.temporary_folder(case)
    saver = checkpoint_saver.CheckpointSaver(
      f"{folder}/model.ckpt", max_to_keep=2
    )
    saver.save(session, 5, state={"a": float("nan")})
    for name in os.listdir(folder):
      with open(os.path.join(folder, name), "rb") as file:
        _FILES[name] = file.read()
    case.doCleanups()


_CONTENTS = st.deferred(
  lambda: st.fixed_dictionaries(
    {
      name: st.one_of(
        st.just(content),
        fuzzing.damaged([content]),
        fuzzing.files(*_FILES.values(), b'{"a":' * 100000),
      )
      for name, content in _FILES.items()
    }
  )
)


class CheckpointsTest(fuzzing.FuzzTestCase):
  def setUp(self):
    super().setUp()
    self.enter_context(tf.Graph().as_default())
    self.variables = [
      tf.get_variable("small", initializer=[1.0, 2.0]),
      tf.get_variable("large", initializer=tf.ones([40, 30])),
    ]
    tf.train.get_or_create_global_step()
    self.session = self.enter_context(tf.Session())

  @fuzzing.inputs(contents=_CONTENTS)
  def test_checkpoint(self, contents):
    self.clear()
    for name, content in contents.items():
      self.write(name, content)
    run = RunDirectory(self.folder)
    self.attempt(checkpoints.latest_checkpoint, run)
    for checkpoint in (None, "best", 5, f"{self.folder}/model.ckpt-5"):
      self.attempt(
        checkpoints.restore_from_run,
        self.session,
        run,
        checkpoint=checkpoint,
        variables=self.variables,
      )
    restore = self.attempt(
      checkpoints.restore_by_name, self.folder, self.variables
    )
    if restore:
      restore(self.session)
    saver = checkpoint_saver.CheckpointSaver(
      run.checkpoint_prefix, max_to_keep=2
    )
    if self.attempt(saver.restore, self.session):
      self.attempt(saver.save, self.session, 6)


if __name__ == "__main__":
  absltest.main()

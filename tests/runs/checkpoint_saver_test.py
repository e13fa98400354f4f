import glob
import hashlib
import os
import re
import tempfile

from absl.testing import absltest, parameterized

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.runs import checkpoint_files
from vae_graph.runs.checkpoint_saver import CheckpointSaver

DATA = ".data-00000-of-00001"


class Killed(BaseException):
  """What a process that is killed does not live to see."""


def save(folder, *steps, max_to_keep=5, **kwargs):
  """Saves checkpoints in which `a` is ten times the step."""
  with tf.Graph().as_default(), tf.Session() as session:
    variable = tf.get_variable("a", initializer=[0.0, 0.0], use_resource=True)
    saver = CheckpointSaver(
      os.path.join(folder, "model.ckpt"), max_to_keep=max_to_keep, **kwargs
    )
    saver.prepare()
    for step in steps:
      variable.load([10.0 * step, 0.0], session)
      saver.save(session, step, state={"sum": step / 3})


def restore(folder, **variables):
  """Returns what a saver restores, and the first number of `a` then."""
  with tf.Graph().as_default(), tf.Session() as session:
    variable = tf.get_variable("a", initializer=[0.0, 0.0])
    for name, value in variables.items():
      tf.get_variable(name, initializer=value)
    session.run(tf.global_variables_initializer())
    saver = CheckpointSaver(os.path.join(folder, "model.ckpt"), max_to_keep=5)
    restored = saver.restore(session)
    return restored, session.run(variable)[0]


def contents(folder):
  """The bytes of all files under a folder, as `{path: SHA-256}`."""
  found = {}
  for place, _, names in os.walk(folder):
    for name in names:
      path = os.path.join(place, name)
      with open(path, "rb") as file:
        found[os.path.relpath(path, folder)] = hashlib.sha256(file.read())
  return {path: digest.hexdigest() for path, digest in found.items()}


def cut(path):
  os.truncate(path, os.path.getsize(path) // 2)


def zero(path):
  size = os.path.getsize(path)
  with open(path, "wb") as file:
    file.write(bytes(size))


class SaverTestCase(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    root = self.enter_context(tempfile.TemporaryDirectory())
    self.folder = os.path.join(root, "run")

  def path(self, step, ending=""):
    return os.path.join(self.folder, f"model.ckpt-{step}{ending}")

  def steps(self):
    return checkpoint_files.steps(os.path.join(self.folder, "model.ckpt"))


class SaveTest(SaverTestCase):
  def test_restores_what_was_saved(self):
    self.assertEqual(restore(self.folder), (None, 0))
    save(self.folder, 3, 7)
    restored, value = restore(self.folder)
    self.assertEqual(restored, (self.path(7), 7, {"sum": 7 / 3}))
    self.assertEqual(value, 70)

  def test_stock_tensorflow_finds_and_restores_it(self):
    save(self.folder, 3, 7)
    path = tf.train.latest_checkpoint(self.folder)
    self.assertEqual(path, self.path(7))
    state = tf.train.get_checkpoint_state(self.folder)
    self.assertEqual(
      list(state.all_model_checkpoint_paths), [self.path(3), path]
    )
    with tf.Graph().as_default(), tf.Session() as session:
      tf.train.import_meta_graph(path + ".meta").restore(session, path)
      self.assertEqual(session.run("a/Read/ReadVariableOp:0")[0], 70)

  def test_the_small_file_is_what_stock_tensorflow_writes(self):
    save(self.folder, 3, 7)
    stock = os.path.join(self.folder, "stock")
    with tf.Graph().as_default(), tf.Session() as session:
      tf.get_variable("a", initializer=[0.0, 0.0])
      session.run(tf.global_variables_initializer())
      saver = tf.train.Saver(save_relative_paths=True)
      for step in (3, 7):
        saver.save(session, os.path.join(stock, "model.ckpt"), step)
    texts = []
    for folder in (self.folder, stock):
      with open(os.path.join(folder, "checkpoint"), encoding="utf-8") as file:
        texts.append(file.read())
    self.assertEqual(texts[0], texts[1])

  def test_keeps_the_last_ones_and_what_is_not_its_own(self):
    os.mkdir(self.folder)
    others = [
      "model.ckpt-1.index.bak",
      "model.ckpt-007.index",
      "model.ckpt-best.index",
      "other.ckpt-1.index",
      "xmodel.ckpt-1.index",
    ]
    for name in others:
      with open(os.path.join(self.folder, name), "wb"):
        pass
    save(self.folder, 1, 2, 3, 4, max_to_keep=2)
    self.assertEqual(self.steps(), [3, 4])
    endings = ["index", "meta", "state.json", DATA[1:]]
    expected = [
      f"model.ckpt-{step}.{end}" for step in (3, 4) for end in endings
    ]
    self.assertCountEqual(
      os.listdir(self.folder), expected + others + ["checkpoint"]
    )
    # One that is not the latest is kept, too, when it is saved.
    save(self.folder, 2, max_to_keep=1)
    self.assertEqual(self.steps(), [2])

  def test_keeps_the_last_one_that_is_needed(self):
    def even(step):
      return step % 2 == 0

    save(self.folder, 2, 4, 5, 7, max_to_keep=1, is_needed=even)
    self.assertEqual(self.steps(), [4, 7])
    save(self.folder, 8, max_to_keep=1, is_needed=even)
    self.assertEqual(self.steps(), [8])
    save(self.folder, 9, max_to_keep=1)
    self.assertEqual(self.steps(), [9])

  def test_a_step_is_saved_again(self):
    save(self.folder, 3, 7, 3)
    self.assertEqual(self.steps(), [3, 7])

  def test_state_keeps_what_json_has_no_word_for(self):
    with tf.Graph().as_default(), tf.Session() as session:
      tf.get_variable("a", initializer=[0.0, 0.0])
      session.run(tf.global_variables_initializer())
      saver = CheckpointSaver(self.path(1)[:-2], max_to_keep=1)
      saver.prepare()
      saver.save(session, 1, state={"rate": float("inf"), "sum": 0.1 + 0.2})
      self.assertEqual(
        saver.restore(session).state, {"rate": float("inf"), "sum": 0.1 + 0.2}
      )

  def test_a_checkpoint_without_its_state_is_told(self):
    save(self.folder, 3)
    os.remove(self.path(3, ".state.json"))
    with self.assertLogs(level="WARNING") as logs:
      self.assertEqual(restore(self.folder)[0].state, {})
    self.assertLen(logs.output, 1)
    self.assertRegex(
      logs.output[0],
      "model.ckpt-3.state.json has gone; .* are means since step 3$",
    )

  def test_what_cannot_be_written_is_one_line(self):
    save(self.folder, 3)
    with absltest.mock.patch.object(
      os, "fsync", side_effect=OSError(28, "No space left on device")
    ), self.assertRaisesRegex(
      errors.CheckpointError, r"ckpt-7 cannot be saved \(No space left"
    ) as caught:
      save(self.folder, 7)
    self.assertNotIn("\n", str(caught.exception))
    self.assertEqual(restore(self.folder)[0].step, 3)
    self.assertNotIn(".saving", os.listdir(self.folder))

  def test_a_folder_that_has_gone_is_not_made_anew(self):
    with tf.Graph().as_default(), tf.Session() as session:
      tf.get_variable("a", initializer=[0.0, 0.0])
      session.run(tf.global_variables_initializer())
      saver = CheckpointSaver(self.path(1)[:-2], max_to_keep=1)
      saver.prepare()
      os.rmdir(self.folder)
      with self.assertRaisesRegex(errors.CheckpointError, "No such file"):
        saver.save(session, 1)
    self.assertFalse(os.path.exists(self.folder))


class KilledTest(SaverTestCase):
  @parameterized.parameters("replace", "fsync", "remove", "rmdir", "mkdir")
  def test_killed_in_saving_leaves_the_old_or_the_new_one_whole(self, name):
    call, count = getattr(os, name), 0
    while True:
      folder = os.path.join(self.folder, str(count))
      os.makedirs(folder)
      save(folder, 3, 7)
      calls = []

      def killed(*args, calls=calls, last=count, **kwargs):
        calls.append(args)
        if len(calls) > last:
          raise Killed
        return call(*args, **kwargs)

      with absltest.mock.patch.object(os, name, killed):
        try:
          save(folder, 12, max_to_keep=2)
          break
        except Killed:
          pass
      restored, value = restore(folder)
      self.assertIn(restored.step, (7, 12))
      self.assertEqual(value, 10 * restored.step)
      self.assertEqual(restored.state, {"sum": restored.step / 3})
      self.assertFalse(os.path.exists(os.path.join(folder, "damaged")))
      self.assertEmpty([name for name in os.listdir(folder) if name[0] == "."])
      self.assertEqual(
        tf.train.latest_checkpoint(folder),
        os.path.join(folder, f"model.ckpt-{restored.step}"),
      )
      # It goes on, and what is left of the old ones goes.
      save(folder, 20, max_to_keep=1)
      found = glob.glob(os.path.join(folder, "model.ckpt-*"))
      self.assertLen(found, 4, found)
      count += 1
    self.assertGreater(count, 0)

  def test_killed_over_a_checkpoint_of_the_same_step(self):
    for count in range(5):
      save(self.folder, 3)
      calls = []

      def killed(*args, calls=calls, last=count, replace=os.replace):
        calls.append(args)
        if len(calls) > last:
          raise Killed
        return replace(*args)

      with absltest.mock.patch.object(os, "replace", killed):
        with self.assertRaises(Killed):
          save(self.folder, 3)
          save(self.folder, 4)
      self.assertEqual(restore(self.folder)[1], 30)

  def test_what_tensorflow_left_half_written_is_cleared_away(self):
    save(self.folder, 3)
    saving = os.path.join(self.folder, ".saving")
    os.mkdir(saving)
    for name in (f"model.ckpt-7{DATA}.tempstate123", "notes.txt"):
      with open(os.path.join(saving, name), "wb"):
        pass
    self.assertEqual(restore(self.folder)[0].step, 3)
    self.assertEqual(os.listdir(saving), ["notes.txt"])


class DamagedTest(SaverTestCase):
  @parameterized.parameters(
    (cut, DATA),
    (cut, ".index"),
    (cut, ".state.json"),
    (zero, DATA),
    (zero, ".index"),
    (zero, ".state.json"),
    (os.remove, DATA),
    (os.remove, ".index"),
  )
  def test_the_newest_whole_one_is_taken_and_the_others_kept_aside(
    self, damage, ending
  ):
    save(self.folder, 3, 5, 7)
    damage(self.path(7, ending))
    lost = [
      digest
      for path, digest in contents(self.folder).items()
      if path.startswith("model.ckpt-7")
    ]
    with self.assertLogs(level="WARNING") as logs:
      restored, value = restore(self.folder)
    self.assertEqual((restored.step, value), (5, 50))
    self.assertLen(logs.output, 1)
    self.assertRegex(logs.output[0], "ckpt-7 .*goes on from .*ckpt-5")
    self.assertNotIn("\n", logs.output[0])
    aside = contents(os.path.join(self.folder, "damaged"))
    self.assertCountEqual(aside.values(), lost)
    self.assertEqual(tf.train.latest_checkpoint(self.folder), self.path(5))
    # A second one of the same step takes nothing from the first.
    save(self.folder, 7)
    damage(self.path(7, ending))
    restore(self.folder)
    self.assertContainsSubset(
      aside, contents(os.path.join(self.folder, "damaged"))
    )

  def test_nothing_is_removed_for_the_sake_of_a_damaged_one(self):
    for damaged, expected in (((), 6), ((6,), 4), ((4, 6), 7)):
      save(self.folder, 3, 4, 6, 7)
      for step in damaged:
        cut(self.path(step, DATA))
      with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("a", initializer=[0.0, 0.0])
        saver = CheckpointSaver(self.path(3)[:-2], max_to_keep=5)
        restored = saver.roll_back(session, to=lambda step: step % 2 == 0)
      self.assertEqual(restored.step, expected)
      self.assertIn(expected, self.steps())

  def test_where_none_is_whole_nothing_is_touched(self):
    save(self.folder, 3, 7)
    cut(self.path(3, DATA))
    os.remove(self.path(7, ".index"))
    before = contents(self.folder)
    with self.assertRaisesRegex(
      errors.CheckpointError,
      r"\(step 3, 7\), but no whole.*-7 .*missing; .*-3 ",
    ) as caught:
      restore(self.folder)
    self.assertNotIn("\n", str(caught.exception))
    after = contents(self.folder)
    # The small file is no checkpoint, and set right.
    before.pop("checkpoint")
    after.pop("checkpoint")
    self.assertEqual(after, before)
    # Nor is what lies in damaged/ a reason to begin anew.
    for path in glob.glob(self.path("*")):
      os.remove(path)
    damaged = os.path.join(self.folder, "damaged")
    os.mkdir(damaged)
    with open(os.path.join(damaged, "model.ckpt-9.index"), "wb"):
      pass
    with self.assertRaisesRegex(
      errors.CheckpointError, "damaged checkpoints .in .*damaged., but no whole"
    ):
      restore(self.folder)

  @parameterized.parameters(
    (None,),
    (b"",),
    (b"\0" * 90,),
    (b'model_checkpoint_path: "mod',),
    (b"\xff",),
  )
  def test_the_small_file_is_rebuilt(self, content):
    save(self.folder, 3, 7)
    path = os.path.join(self.folder, "checkpoint")
    with open(path, "rb") as file:
      expected = file.read()
    os.remove(path)
    if content is not None:
      with open(path, "wb") as file:
        file.write(content)
    self.assertEqual(restore(self.folder)[0].step, 7)
    with open(path, "rb") as file:
      self.assertEqual(file.read(), expected)

  def test_another_model_is_refused_with_a_table(self):
    save(self.folder, 3)
    before = contents(self.folder)
    with tf.Graph().as_default(), tf.Session() as session:
      tf.get_variable("b", initializer=[[1.0]])
      tf.get_variable("c", initializer=1)
      saver = CheckpointSaver(self.path(3)[:-2], max_to_keep=1)
      with self.assertRaises(errors.CheckpointError) as caught:
        saver.restore(session)
    first, *table = str(caught.exception).splitlines()
    self.assertRegex(first, "ckpt-3 does not fit the model; ")
    self.assertEqual(
      [re.split("  +", line.strip()) for line in table],
      [
        ["variable", "in the checkpoint", "in the model"],
        ["a", "float32 [2]", "none"],
        ["b", "missing", "float32 [1, 1]"],
        ["c", "missing", "int32 []"],
      ],
    )
    self.assertEqual(contents(self.folder), before)


class NameTest(SaverTestCase):
  @parameterized.parameters(
    ("run[1]", "run1"),
    ("lr?b", "lrxb"),
    ("lr*b", "lrxxb"),
    ("beta[4]", "beta4"),
    ("[!a]", "b"),
    ("end\\", "end"),
    ("a\\[1]", "a[1]"),
    ("{a,b}", "a"),
    ("two words", "two"),
    ("größe漢字", "gr"),
  )
  def test_no_name_is_a_pattern(self, name, sibling):
    root = os.path.dirname(self.folder)
    sibling = os.path.join(root, sibling)
    self.folder = os.path.join(root, name)
    save(sibling, 3, 7)
    before = contents(sibling)
    save(self.folder, 1, 2, max_to_keep=1)
    restored, value = restore(self.folder)
    self.assertEqual((restored.path, value), (self.path(2), 20))
    cut(self.path(2, DATA))
    with self.assertRaisesRegex(errors.CheckpointError, "no whole checkpoint"):
      restore(self.folder)
    self.assertEqual(contents(sibling), before)


if __name__ == "__main__":
  absltest.main()

import json

from absl.testing import absltest, parameterized

from tests.runs.run_test_case import RunTestCase
from vae_graph import config as configs
from vae_graph.runs.run_data import RunData


def fingerprint(num_train=600, num_test=100, digest="1f" * 16):
  return {
    name: {"images": n, "shape": [28, 28], "dtype": "uint8", "hash": digest}
    for name, n in (("train", num_train), ("test", num_test))
  }


class RunDataTest(RunTestCase):
  def _content(self):
    return json.loads(self.read("config.json"))

  def test_is_kept_beside_the_settings(self):
    run = self.open(fingerprint=fingerprint())
    self.assertEqual(
      self._content()["data"], dict(fingerprint(), epoch_0_at_step=0)
    )
    self.assertEqual(run.data(), RunData(fingerprint()))
    self.open(fingerprint=fingerprint(), step=7)
    self.open()  # By who does not know them.
    self.assertEqual(run.data(), RunData(fingerprint()))

  def test_names_of_classes_are_kept(self):
    names = ("ax", "\u732b\udcff")
    run = self.open(fingerprint=fingerprint())
    self.assertIsNone(run.data().class_names)
    # An older run gets them, and they may be others later.
    self.open(fingerprint=fingerprint(), class_names=names)
    self.assertEqual(run.data().class_names, names)
    for _ in range(2):
      self.open(fingerprint=fingerprint(), class_names=names[::-1])
      self.assertEqual(run.data().class_names, names[::-1])
      self.open(fingerprint=fingerprint())
      self.open()
    # Those of other data are none of its own.
    self.open(fingerprint=fingerprint(99), allow_other_data=True)
    self.assertEqual(run.data().fingerprint, fingerprint(99))
    self.assertIsNone(run.data().class_names)

  def test_other_data_are_refused_with_both(self):
    self.open(fingerprint=fingerprint())
    before = self.read("config.json")
    text = self.error_of(
      self.open, fingerprint=fingerprint(6000, 100, "2a3b" * 8)
    )
    self.assertEqual(
      text,
      f"{self.path} holds a run on other data (600 train images of 28,28 uint8,"
      " hash 1f1f1f1f and 100 test images of 28,28 uint8, hash 1f1f1f1f there,"
      " 6,000 train images of 28,28 uint8, hash 2a3b2a3b and 100 test images of"
      " 28,28 uint8, hash 2a3b2a3b found); bring those back or choose another"
      " --logdir; to go on with what is found, say --allow_other_data",
    )
    self.assertEqual(self.read("config.json"), before)

  def test_an_older_run_gets_them(self):
    run = self.open()
    self.assertNotIn("data", self._content())
    self.assertEqual(run.data(), RunData())
    self.open(fingerprint=fingerprint(), step=30)
    self.assertEqual(run.data(), RunData(fingerprint()))

  @parameterized.parameters((600, 12), (300, 15), (1200, 6), (590, 12))
  def test_epochs_go_on_where_others_are_allowed(self, count, epoch_0):
    training = configs.TrainingConfig(epochs=20, batch_size=100)
    config = configs.ExperimentConfig(training=training)
    run = self.open(config, fingerprint=fingerprint())
    self.assertEqual(run.data().last_step(training, 600), 120)
    # 18 steps are 3 epochs of 6 steps.
    self.open(
      config,
      fingerprint=fingerprint(count, digest="2a" * 16),
      allow_other_data=True,
      step=18,
    )
    data = run.data()
    steps_per_epoch = count // 100
    self.assertEqual(data.epoch(18, steps_per_epoch=steps_per_epoch), 3)
    self.assertEqual(data.last_step(training, count), 18 + 17 * steps_per_epoch)
    self.assertEqual(
      data.last_step(configs.TrainingConfig(train_steps=9), count), 9
    )
    # Once more, and back.
    self.open(config, fingerprint=fingerprint(), allow_other_data=True, step=18)
    self.assertEqual(run.data(), RunData(fingerprint()))

  @parameterized.parameters(
    None,
    [[]],
    {"train": {}},
    {"epoch_0_at_step": "0"},
    {"epoch_0_at_step": 0, "more": 1},
    {"class_names": "ab"},
    {"class_names": ["a", 1]},
    {"train": dict(fingerprint()["train"], images=0)},
    {"test": dict(fingerprint()["test"], hash=7)},
  )
  def test_damage_is_one_line(self, *damage, **changes):
    self.open(fingerprint=fingerprint())

    def edit(content):
      if damage:
        content["data"] = damage[0]
      else:
        content["data"].update(changes)

    self.edit_config(edit)
    text = self.error_of(self.open, fingerprint=fingerprint())
    self.assertStartsWith(
      text, f"{self.path}/config.json cannot be read (`data`"
    )


if __name__ == "__main__":
  absltest.main()

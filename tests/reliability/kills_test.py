"""Runs that are killed at any instant end as if they had been left alone.

VAE_GRAPH_KILLS says how often each is killed; `make test-long` does it 20
times. With one, there are three at any moment in each input mode.
"""

import os
import random
import tempfile

from absl.testing import absltest, parameterized

from tests.scripts.binary import run
from tests.training import kept

_KILLS = int(os.environ.get("VAE_GRAPH_KILLS", "1"))
_EVERY = 10
_STEPS = 400
_SMALL = (
  "--dataset=mnist_10k",
  "--hidden_units=16",
  "--learning_rate=1e-2",
  f"--train_steps={_STEPS}",
  f"--checkpoint_every_steps={_EVERY}",
  "--summary_every_steps=25",
)
_OBJECTIVES = {
  "elbo": ("--binarization=dynamic", "--ema_decay=0.99"),
  "iwae": ("--objective=iwae", "--importance_samples=3"),
  "mmd_vae": ("--objective=mmd_vae", "--posterior=deterministic"),
}


class KillsTest(parameterized.TestCase):
  def setUp(self):
    super().setUp()
    self.folder = self.enter_context(tempfile.TemporaryDirectory())
    self.logdir = os.path.join(self.folder, "run")
    seed = random.randrange(2**32)
    self.random = random.Random(seed)
    self.enter_context(self.subTest(seed=seed))

  @parameterized.product(
    objective=list(_OBJECTIVES), input_mode=["feed", "resident"]
  )
  def test_killed_at_any_moment(self, objective, input_mode):
    flags = (*_SMALL, *_OBJECTIVES[objective], f"--input_mode={input_mode}")
    # The seconds reach into the steps and into whatever is written of them.
    kills = sorted(
      (self.random.randrange(_STEPS - 2 * _EVERY), self.random.random() / 20)
      for _ in range(_KILLS)
    )
    for step, seconds in kills:
      self._kill("killed", self.logdir, step, seconds, flags=flags)
    self._assert_ends_as_if_left_alone(flags)

  @parameterized.parameters("feed", "resident")
  def test_killed_in_writing(self, input_mode):
    flags = (*_SMALL, *_OBJECTIVES["elbo"], f"--input_mode={input_mode}")
    # A run makes over 200 calls; all kills together come before its end.
    for _ in range(_KILLS):
      call = self.random.randint(1, max(1, 160 // _KILLS))
      self._kill("killed_in_saving", call, flags=flags)
    self._assert_ends_as_if_left_alone(flags)

  def _kill(self, program, *arguments, flags):
    result = run(
      *map(str, arguments),
      "scripts.train",
      f"--logdir={self.logdir}",
      *flags,
      binary=f"tests.reliability.{program}",
    )
    self.assertEqual(result.returncode, -9, result.stderr)

  def _assert_ends_as_if_left_alone(self, flags):
    whole = os.path.join(self.folder, "whole")
    for logdir in (self.logdir, whole):
      result = run(f"--logdir={logdir}", *flags)
      self.assertEqual(result.returncode, 0, result.stderr)
    kept.assert_same(self, whole, self.logdir)


if __name__ == "__main__":
  absltest.main()

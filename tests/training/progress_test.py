import io
import types

import numpy as np
from absl.testing import absltest

from vae_graph.training import progress
from vae_graph.training.train_graph import RunOutputs


class Stream(io.StringIO):
  """A stream that is a terminal, or not."""

  def __init__(self, terminal):
    super().__init__()
    self._terminal = terminal

  def isatty(self):
    return self._terminal


def outputs(step, steps, elbo):
  terms = {
    "loss": np.zeros(steps, np.float32),
    "elbo": np.float32(elbo) + np.arange(steps) - (steps - 1) / 2,
  }
  last = {name: values[-1] for name, values in terms.items()}
  return RunOutputs(step=step, steps=steps, last=last, terms=terms, measures={})


class ProgressHookTest(absltest.TestCase):
  def _hook(self, terminal):
    stream = Stream(terminal)
    graph = types.SimpleNamespace(global_step=None)
    hook = progress.ProgressHook(
      graph, last_step=40, batch_size=10, stream=stream
    )
    session = types.SimpleNamespace(run=lambda _: 20)
    hook.after_create_session(session, None)
    return hook, stream

  def test_a_terminal_gets_a_bar_with_eta_speed_and_elbo(self):
    hook, stream = self._hook(terminal=True)
    hook._bar.mininterval = 0
    hook.after_steps(None, outputs(30, 10, -123.4))
    text = stream.getvalue().split("\r")[-1]
    self.assertIn("75%", text)  # 30 of 40 steps; it went on from 20.
    self.assertIn("ELBO -123.4", text)
    self.assertRegex(text, r"images/s")
    hook.show_line("epoch 1 is over")
    self.assertIn("epoch 1 is over\n", stream.getvalue())
    hook.close()

  def test_elsewhere_plain_lines_now_and_then(self):
    hook, stream = self._hook(terminal=False)
    hook.after_steps(None, outputs(25, 5, -123.4))
    self.assertEqual(stream.getvalue(), "")
    hook._last_line_time -= 100
    hook.after_steps(None, outputs(30, 5, -120.0))
    self.assertRegex(
      stream.getvalue(),
      r"^step 30 of 40: train ELBO -120.0, [\d,]+ images/s, 00:00 left\n$",
    )
    hook.close()


if __name__ == "__main__":
  absltest.main()

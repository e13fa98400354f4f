"""Gives TensorFlow's own session hooks to `vae_graph.train`.

A hook is shown one training step at a time, so each run of the session makes
one. With an attribute `every_steps` a hook is shown the steps at its multiples
alone, and between those a run makes many. A hook that needs a tensor is given
as a function, which is called when the graph is there.

Legs: TensorFlow 1.15, 2.15, 2.21.
Prints:

    step 60, complete: False
    loss before step 50: N
    summaries in runs/hooks/summaries: 3
"""

import glob

import tensorflow.compat.v1 as tf

import vae_graph


class LossHook(tf.train.SessionRunHook):
  """Prints the loss of a batch before a step is made on it."""

  every_steps = 50

  def before_run(self, run_context):
    """Asks for the loss."""
    return tf.train.SessionRunArgs("loss:0")

  def after_run(self, run_context, run_values):
    """Keeps it."""
    self.line = f"loss before step 50: {run_values.results:.2f}"


def make_summary_hook():
  elbo = tf.get_default_graph().get_tensor_by_name("elbo:0")
  hook = tf.train.SummarySaverHook(
    save_steps=1,
    output_dir="runs/hooks/summaries",
    summary_op=tf.summary.scalar("elbo_of_batch", elbo),
  )
  hook.every_steps = 20
  return hook


def main():
  config = vae_graph.ExperimentConfig(
    training=vae_graph.TrainingConfig(epochs=2, eval_every_epochs=0)
  )
  stop = tf.train.StopAtStepHook(last_step=60)
  stop.every_steps = 20
  loss_hook = LossHook()
  result = vae_graph.train(
    config, "runs/hooks", extra_hooks=[stop, loss_hook, make_summary_hook]
  )
  print(f"step {result.step}, complete: {result.complete}")
  print(loss_hook.line)
  summaries = [
    value.tag
    for path in glob.glob("runs/hooks/summaries/events.*")
    for event in tf.train.summary_iterator(path)
    for value in event.summary.value
  ]
  print(f"summaries in runs/hooks/summaries: {len(summaries)}")


if __name__ == "__main__":
  main()

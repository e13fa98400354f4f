import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from tests.scripts.binary import environment
from tests.scripts.trained_run import TrainedRunTestCase
from vae_graph.compat import tf
from vae_graph.runs import json_files

_TIMEOUT = 120  # seconds


def evaluated_steps(logdir):
  path = os.path.join(logdir, "evaluations.jsonl")
  if not os.path.exists(path):
    return []
  with open(path, encoding="utf-8") as file:
    # One without an end is still being written.
    return [json.loads(line)["step"] for line in file if line.endswith("\n")]


def wait_for_step(logdir, step, process):
  """Returns when the process has evaluated a checkpoint."""
  deadline = time.time() + _TIMEOUT
  while step not in evaluated_steps(logdir):
    if process.poll() is not None or time.time() > deadline:
      raise RuntimeError(f"step {step} is not evaluated: {process.returncode}")
    time.sleep(0.05)


class EvaluateTestCase(TrainedRunTestCase):
  binary = "scripts.evaluate"
  has_output = False

  def follow(self, logdir, *arguments):
    """Starts to follow a run."""
    process = subprocess.Popen(
      [sys.executable, "-m", self.binary, "--follow", f"--logdir={logdir}"]
      + ["--importance_samples=2", *arguments],
      stdout=subprocess.PIPE,
      stderr=subprocess.PIPE,
      text=True,
      env=environment(),
    )
    self.addCleanup(process.communicate)
    self.addCleanup(process.kill)
    return process

  def result(self):
    return json_files.read_json_object(
      os.path.join(self.logdir, "evaluation.json")
    )

  def expected(self, checkpoint=None, dataset=None, **settings):
    """Returns the figures of the library, as JSON has them."""
    config = vae_graph.EvaluationConfig(**settings)
    with vae_graph.TrainedModel(self.logdir, checkpoint=checkpoint) as model:
      figures = vae_graph.evaluate_model(
        model, dataset or self.dataset, evaluation_config=config
      )
    return json.loads(json.dumps(figures))


class EvaluateBinaryTest(EvaluateTestCase):
  def test_prints_and_writes_the_figures_of_the_library(self):
    *lines, last = self.run_binary()
    self.assertEqual(self.result(), self.expected())
    self.assertEqual(
      lines[0], "step 12, npz test split, 23 images, gray pixels"
    )
    self.assertEqual(
      "\n".join(lines), vae_graph.evaluation_table(self.result())
    )
    self.assertRegex(lines[1], r"^ELBO +−\d+\.\d+ ± \d+\.\d+ nats per image$")
    self.assertEqual(last, f"written to {self.logdir}/evaluation.json")

  def test_the_best_checkpoint_on_the_train_split(self):
    lines = self.run_binary("--checkpoint=best", "--split=train")
    self.assertIn("train split, 64 images", lines[0])
    result = self.result()
    self.assertEqual(result, self.expected("best", split="train"))
    self.assertIn(os.sep + "best" + os.sep, result["checkpoint"])
    self.assertIn("fitted on the train", result["undefined"]["knn_accuracy"])

  def test_a_step_and_every_setting(self):
    self.run_binary(
      "--checkpoint=6",
      "--max_images=20",
      "--importance_samples=7",
      "--evaluation_seed=5",
      "--mmd_kernel=imq",
      "--neighbors=3",
    )
    settings = {
      "max_images": 20,
      "importance_samples": 7,
      "evaluation_seed": 5,
      "mmd_kernel": "imq",
      "neighbors": 3,
    }
    result = self.result()
    self.assertEqual(result["step"], 6)
    self.assertEqual(result, self.expected(6, **settings))

  def test_the_path_of_a_checkpoint_and_data_elsewhere(self):
    train, test = self.dataset
    path = os.path.join(self.folder, "other.npz")
    np.savez(path, x_train=train.images, x_test=test.images[:9])
    checkpoint = os.path.join(self.logdir, "model.ckpt-6")
    self.run_binary(f"--checkpoint={checkpoint}", f"--data_dir={path}")
    dataset = vae_graph.Dataset(
      vae_graph.Split(train.images, None),
      vae_graph.Split(test.images[:9], None),
    )
    self.assertEqual(self.result(), self.expected(6, dataset))
    self.assertEqual(self.result()["checkpoint"], checkpoint)

  def test_another_file(self):
    path = os.path.join(self.folder, "new", "figures.json")
    before = sorted(os.listdir(self.logdir))
    *_, last = self.run_binary(f"--output={path}", "--importance_samples=2")
    self.assertEqual(last, f"written to {path}")
    self.assertEqual(
      json_files.read_json_object(path), self.expected(importance_samples=2)
    )
    self.assertEqual(sorted(os.listdir(self.logdir)), before)

  def test_a_file_that_cannot_be_written_is_met_before_the_work(self):
    path = os.path.join(self.folder, "file")
    with open(path, "wb"):
      pass
    result = self._run(f"--output={path}/figures.json", "--data_dir=/nowhere")
    self.assertEqual(result.returncode, 1)
    self.assertRegex(
      result.stderr,
      "^evaluate: error: .*figures.json cannot be written .*--output\n$",
    )

  def test_figures_that_cannot_be_kept_are_printed(self):
    logdir = os.path.join(self.folder, "unwritable")
    shutil.copytree(
      self.logdir, logdir, ignore=shutil.ignore_patterns("evaluation*")
    )
    os.mkdir(os.path.join(logdir, "evaluations.jsonl"))
    result = self._run("--importance_samples=2", f"--logdir={logdir}")
    self.assertEqual(result.returncode, 1)
    self.assertRegex(result.stdout, r"\nELBO +−\d+")
    self.assertRegex(
      result.stderr,
      "evaluate: error: .*evaluations.jsonl cannot be written .*\n$",
    )
    self.assertNotIn("Traceback", result.stderr)

  def test_a_deterministic_encoder_says_what_is_not_defined_and_why(self):
    config = dataclasses.replace(
      self.config,
      model=dataclasses.replace(self.config.model, posterior="deterministic"),
      objective=vae_graph.ObjectiveConfig(objective="mmd_vae"),
    )
    self.logdir = os.path.join(self.folder, "deterministic")
    vae_graph.train(config, self.logdir)
    text = "\n".join(self.run_binary())
    for title in ("ELBO", "Log-likelihood", "Rate", "KL per dimension"):
      self.assertRegex(
        text, f"(?m)^{title} +— .posterior deterministic has no density.$"
      )
    self.assertRegex(text, r"(?m)^Distortion +\d+")

  @parameterized.parameters(
    (2, "--logdir is missing; name the folder of a run", "--logdir="),
    (1, "nowhere does not exist, expected the dire", "--logdir=/nowhere"),
    (1, "holds no checkpoint of step 7, only of 0, 6, 12", "--checkpoint=7"),
    (2, "found --checkpoint=6; leave", "--follow", "--checkpoint=6"),
  )
  def test_errors_are_one_line(self, exit_code, message, *arguments):
    self.assert_fails(exit_code, message, *arguments)


class _FollowedHook(tf.train.SessionRunHook):
  """Starts to follow the run; waits until each checkpoint is evaluated."""

  def __init__(self, logdir, start):
    self._logdir = logdir
    self._start = start

  def after_create_session(self, session, coord):
    self.process = self._start()
    self._wait()

  def after_run(self, run_context, run_values):
    self._wait()

  def _wait(self):
    path = tf.train.latest_checkpoint(self._logdir)
    wait_for_step(self._logdir, int(path.rpartition("-")[2]), self.process)


class FollowTest(EvaluateTestCase):
  def _variables(self, logdir):
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(logdir))
    names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names}

  def _metrics(self, logdir):
    """Returns what does not depend on how many steps a session.run makes."""
    return [
      {
        name: value
        for name, value in record.items()
        if not name.startswith(("train_", "images_per_second"))
      }
      for record in vae_graph.RunDirectory(logdir).read_metrics()
    ]

  def test_a_live_training_is_followed_and_not_disturbed(self):
    logdir = os.path.join(self.folder, "followed")
    hook = _FollowedHook(logdir, lambda: self.follow(logdir))
    result = vae_graph.train(self.config, logdir, extra_hooks=[hook])
    self.assertEqual(result.step, 12)
    stdout, stderr = hook.process.communicate(timeout=_TIMEOUT)
    self.assertEqual(hook.process.returncode, 0, stderr)
    self.assertEqual(evaluated_steps(logdir), [0, 6, 12])
    self.assertEqual(stdout.count("ELBO "), 3)
    # As the same run that nobody looked at.
    followed, alone = self._variables(logdir), self._variables(self.logdir)
    self.assertEqual(followed.keys(), alone.keys())
    for name, value in alone.items():
      np.testing.assert_array_equal(followed[name], value, name)
    self.assertEqual(self._metrics(logdir), self._metrics(self.logdir))

  def test_a_training_that_is_silent(self):
    logdir = os.path.join(self.folder, "silent")
    shutil.copytree(self.logdir, logdir)
    training = dataclasses.replace(self.config.training, epochs=100)
    config = dataclasses.replace(self.config, training=training)
    vae_graph.RunDirectory.open(logdir, config, image_shape=self.shape)
    process = self.follow(logdir)
    wait_for_step(logdir, 12, process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=_TIMEOUT)
    self.assertEqual(process.returncode, 128 + signal.SIGTERM)
    process = self.follow(logdir, "--follow_timeout=0.5")
    _, stderr = process.communicate(timeout=_TIMEOUT)
    self.assertEqual(process.returncode, 0, stderr)
    self.assertIn("no new checkpoint for 0.5 seconds", stderr)


if __name__ == "__main__":
  absltest.main()

import os
import signal
import subprocess
import sys
import tempfile
from glob import glob
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from scripts import quiet_import
from tests.scripts.binary import environment, run_process

LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
# What TensorFlow 2.21 and 2.15 say, with and without a GPU.
NOISE = (
  "WARNING: All log messages before absl::InitializeLog() is called are written"
  " to STDERR",
  "I0000 00:00:1795792914.817425    8826 port.cc:153] oneDNN custom operations"
  " are on.",
  "I0000 00:00:1795792946.203975    9035 cpu_feature_guard.cc:227] This"
  " TensorFlow binary is optimized to use available CPU instructions.",
  "To enable the following instructions: AVX2 FMA, rebuild TensorFlow with the"
  " appropriate compiler flags.",
  "E0000 00:00:1732717473.134  4052 cuda_dnn.cc:8310] Unable to register cuDNN"
  " factory: Attempting to register factory for plugin cuDNN when one has"
  " already been registered",
  "2023-11-18 00:41:10.123: E external/local_xla/xla/stream_executor/cuda/"
  "cuda_blas.cc:1515] Unable to register cuBLAS factory: Attempting to",
  "W0000 00:00:1732717473.134  4052 computation_placer.cc:177] computation"
  " placer already registered.",
)
WORTH_KNOWING = (
  "E0000 00:00:1795792914.81  8826 cuda_executor.cc:1228] INTERNAL: failed",
  "The TensorFlow library was compiled to use AVX, which is not there.",
)
# What TensorFlow 2.21 for CUDA says at its first session on a machine without a
# GPU (`tensorflow` of requirements/tf2.txt in place of tensorflow-cpu).
NO_GPU = (
  "E0000 00:00:1795798335.426107   18313 cuda_platform.cc:52] failed call to"
  " cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)"
)
LOOKED = "What else it says where it looks for GPUs."
TENSORFLOW = f"""
import os
from types import SimpleNamespace as Module

def say(*lines):
  for line in lines:
    os.write(2, line.encode() + b"\\n")

def look_for(kind):
  say({NO_GPU!r}, {LOOKED!r})

test = Module(is_built_with_cuda=lambda: %(is_for_cuda)r)
config = Module(experimental=Module(list_physical_devices=look_for))
say(*%(lines)r)
%(end)s
"""
PROGRAM = f"""
from scripts import app, quiet_import
quiet_import._GPU_FILES = [%(gpu_files)r]
quiet_import._PCI_VENDORS = ""
app.run(lambda: print(
  __import__("os").environ.get({LOG_LEVEL!r}), __import__("tensorflow")
))
"""


class QuietImportTest(parameterized.TestCase):
  """A package that is called tensorflow, and says what TensorFlow does."""

  def _import(
    self, *flags, end="", many=1, is_for_cuda=False, gpu_files="", **variables
  ):
    lines = [
      line for pair in zip(NOISE, WORTH_KNOWING * len(NOISE)) for line in pair
    ] * many
    folder = self.enter_context(tempfile.TemporaryDirectory())
    path = os.path.join(folder, "tensorflow.py")
    with open(path, "w", encoding="utf-8") as file:
      file.write(
        TENSORFLOW % dict(lines=lines, end=end, is_for_cuda=is_for_cuda)
      )
    env = {
      name: value
      for name, value in environment().items()
      # The first is set in this process, if a binary has been imported.
      if name not in (LOG_LEVEL, "CUDA_VISIBLE_DEVICES")
    }
    result = subprocess.run(
      [sys.executable, "-c", PROGRAM % dict(gpu_files=gpu_files), *flags],
      capture_output=True,
      text=True,
      timeout=60,
      env={
        **env,
        "PYTHONPATH": os.pathsep.join([folder, env["PYTHONPATH"]]),
        **variables,
      },
    )
    return result, lines

  @parameterized.parameters({}, {LOG_LEVEL: "3"})
  def test_known_remarks_are_left_out(self, **variables):
    # More than a pipe holds.
    result, lines = self._import(many=100, **variables)
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertEqual(
      result.stderr.splitlines(), [x for x in lines if x not in NOISE]
    )
    level = variables.get(LOG_LEVEL, "2")
    self.assertStartsWith(result.stdout, level)

  @parameterized.parameters(
    ("None", ("--verbosity=0",), {}),
    ("0", (), {LOG_LEVEL: "0"}),
    ("2", ("--verbosity=-1",), {LOG_LEVEL: "2"}),
  )
  def test_who_asks_for_them_has_all(self, level, flags, variables):
    result, lines = self._import(*flags, is_for_cuda=True, **variables)
    self.assertEqual(result.stderr.splitlines(), lines)
    self.assertStartsWith(result.stdout, level)

  @parameterized.named_parameters(
    ("a_machine_without", dict(is_for_cuda=True), [LOOKED]),
    (
      "a_machine_that_hides_its_own",
      dict(is_for_cuda=True, gpu_files="/", CUDA_VISIBLE_DEVICES="-1"),
      [LOOKED],
    ),
    ("a_machine_with_one", dict(is_for_cuda=True, gpu_files="/"), [NO_GPU]),
    ("a_build_for_the_cpu", dict(is_for_cuda=False), []),
  )
  def test_that_there_is_no_gpu_is_left_out_of(self, machine, expected):
    result, lines = self._import(end=f"say({NO_GPU!r})", **machine)
    lines = [line for line in lines if line not in NOISE] + expected
    self.assertEqual(result.stderr.splitlines(), lines)

  @parameterized.parameters(
    ("os.abort()", -signal.SIGABRT), ("os._exit(3)", 3), ("1 / 0", 1)
  )
  def test_an_import_that_fails_has_its_last_word(self, end, code):
    result, lines = self._import(end=f"os.write(2, b'no'); {end}")
    self.assertEqual(result.returncode, code, result.stderr)
    expected = "".join(f"{x}\n" for x in lines if x not in NOISE) + "no"
    self.assertStartsWith(result.stderr, expected)

  def test_where_children_are_waited_for_by_the_system(self):
    # As some supervisors leave it to what they start.
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
      with quiet_import.without_noise():
        pass
    finally:
      signal.signal(signal.SIGCHLD, before)

  def test_without_a_standard_error(self):
    saved = os.dup(2)
    try:
      os.close(2)
      with quiet_import.without_noise():
        pass
    finally:
      os.dup2(saved, 2)
      os.close(saved)


class MayUseGpuTest(parameterized.TestCase):
  @parameterized.parameters(
    (),
    ("dev/nvidiactl", "", None, True),
    ("dev/dxg", "", None, True),
    ("sys/bus/pci/devices/0000:65:00.0/vendor", "0x10de\n", None, True),
    ("sys/bus/pci/devices/0000:65:00.0/vendor", "0x8086\n"),
    ("dev/nvidia0", "", "0,1", True),
    ("dev/nvidia0", "", "-1"),
    ("dev/nvidia0", "", ""),
  )
  def test_of_a_machine(
    self, path="etc/fstab", text="", visible=None, expected=False
  ):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path))
    with open(path, "w", encoding="ascii") as file:
      file.write(text)
    with mock.patch.dict(os.environ), mock.patch.object(
      quiet_import.glob, "glob", lambda pattern: glob(folder + pattern)
    ):
      os.environ.pop("CUDA_VISIBLE_DEVICES", None)
      if visible is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = visible
      self.assertEqual(quiet_import._may_use_gpu(), expected)


class StartTest(parameterized.TestCase):
  @parameterized.parameters("train", "encode", "generate", "reconstruct")
  def test_tensorflow_finds_the_environment_of_the_session(self, binary):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    with open(
      os.path.join(folder, "tensorflow.py"), "w", encoding="utf-8"
    ) as file:
      file.write(
        "import os; os.write(1, os.environ['CUDA_VISIBLE_DEVICES'].encode());"
        " os._exit(0)"
      )
    output = f"--output={os.path.join(folder, 'new')}"
    result = run_process(
      f"--logdir={folder}",
      "--session=cpu",
      *([] if binary == "train" else [output]),
      binary=f"scripts.{binary}",
      PYTHONPATH=os.pathsep.join([folder, environment()["PYTHONPATH"]]),
    )
    self.assertEqual((result.stdout, result.stderr), ("-1", ""))

  def test_a_run_says_its_own_lines_alone(self):
    folder = self.enter_context(tempfile.TemporaryDirectory())
    data_dir = os.path.join(folder, "data.npz")
    images = np.random.RandomState(0).randint(256, size=(20, 8, 8))
    np.savez(data_dir, x_train=images.astype(np.uint8))
    result = run_process(
      "--dataset=npz",
      f"--data_dir={data_dir}",
      # TensorFlow's graph optimizer has remarks on convolutions, too.
      "--network=tfp_layers_conv",
      "--batch_size=4",
      "--train_steps=6",
      "--eval_every_epochs=0",
      f"--logdir={os.path.join(folder, 'run')}",
      # As in Jupyter, and for a user without a home.
      MPLBACKEND="module://matplotlib_inline.backend_inline",
      HOME="/proc/no/home",
      MPLCONFIGDIR="/proc/no/home",
    )
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertRegex(result.stderr, r"\Astep 6 of 6 \(epoch .*\n\Z")


if __name__ == "__main__":
  absltest.main()

"""A TensorFlow, or what goes with it, that is missing or not supported."""

import os
import subprocess
import sys
import tempfile
from unittest import mock

from absl.testing import absltest, parameterized

from tests.scripts.binary import command, environment
from vae_graph import dependencies, errors

PIP = "pip install "
OWN = "tf" if sys.version_info >= (3, 8) else "tf1"
# As far as it is imported.
FILES_OF_TENSORFLOW = (
  ("tensorflow/compat/__init__.py", ""),
  ("tensorflow/core/__init__.py", ""),
  ("tensorflow/core/protobuf/__init__.py", ""),
  ("tensorflow/core/protobuf/saved_model_pb2.py", "SavedModel = None"),
  ("tensorflow/python/__init__.py", ""),
  ("tensorflow/python/framework/__init__.py", ""),
  ("tensorflow/python/framework/op_def_registry.py", ""),
)
PROBABILITY = "tensorflow_probability"
MISSING = "raise ModuleNotFoundError('no module', name={!r})"


def tensorflow(version):
  text = f"__version__ = {version!r}"
  return dict(
    FILES_OF_TENSORFLOW,
    **{"tensorflow/__init__.py": text, "tensorflow/compat/v1.py": text},
  )


def package(name, text):
  """Returns the files of a package that is missing where `text` is None."""
  text = MISSING.format(name) if text is None else text
  return {f"{name}/__init__.py": text}


class DependenciesTest(parameterized.TestCase):
  def _site(self, files):
    """Returns a folder with packages that hide those installed."""
    site = self.enter_context(tempfile.TemporaryDirectory())
    for name, text in files.items():
      path = os.path.join(site, name)
      os.makedirs(os.path.dirname(path), exist_ok=True)
      with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return site

  def _run(self, site, argv):
    variables = environment()
    variables["PYTHONPATH"] = os.pathsep.join([site, variables["PYTHONPATH"]])
    return subprocess.run(
      argv, env=variables, capture_output=True, text=True, timeout=60
    )

  @parameterized.parameters(
    ((3, 7), r'are: pip install "[^"]*\[tf1\]"$'),
    ((3, 8), r'are: with Python 3.10 to 3.13: pip install "[^"]*\[tf\]"$'),
    ((3, 9), r'are: pip install "[^"]*\[tf215\]"$'),
    ((3, 10), r'are: pip install "[^"]*\[tf\]"$'),
    ((3, 13), r'are: pip install "[^"]*\[tf\]"$'),
    ((3, 14), r'are: with Python 3.10 to 3.13: pip install "[^"]*\[tf\]"$'),
  )
  def test_the_extra_is_one_that_this_python_has(self, python, pattern):
    with mock.patch.object(dependencies, "sys") as fake:
      fake.version_info = python + (0, "final", 0)
      with self.assertRaisesRegex(errors.DependencyError, pattern):
        dependencies.check_tensorflow("1.14.0")

  def _message(self, files):
    """Returns what the import of compat says."""
    code = (
      "from vae_graph import errors\n"
      "try:\n"
      "  import vae_graph.compat\n"
      "except errors.DependencyError as error: print(error)"
    )
    result = self._run(self._site(files), [sys.executable, "-c", code])
    self.assertEqual(result.returncode, 0, result.stderr)
    return result.stdout

  @parameterized.parameters(
    ("scripts.train", "--logdir={}/run"),
    ("scripts.encode", "--logdir={}", "--output={}/run"),
    ("scripts.devices",),
  )
  def test_a_binary_ends_in_one_line(self, binary, *arguments):
    site = self._site(package("tensorflow", None))
    arguments = [each.format(site) for each in arguments]
    result = self._run(site, command(*arguments, binary=binary))
    self.assertEqual(result.returncode, 1)
    name = binary.split(".")[1]
    self.assertStartsWith(
      result.stderr, f"{name}: error: TensorFlow is not installed; {PIP}"
    )
    self.assertLen(result.stderr.splitlines(), 1)
    self.assertFalse(os.path.exists(os.path.join(site, "run")))

  def test_a_public_name_that_needs_it_and_one_that_does_not(self):
    code = (
      "import vae_graph\n"
      "vae_graph.ModelConfig()\n"
      "try:\n"
      "  vae_graph.VAE\n"
      "except ImportError as error:\n"
      "  assert isinstance(error, vae_graph.VaeGraphError)\n"
      "  print(error)\n"
    )
    site = self._site(package("tensorflow", None))
    result = self._run(site, [sys.executable, "-c", code])
    self.assertEqual(result.returncode, 0, result.stderr)
    self.assertStartsWith(result.stdout, "TensorFlow is not installed; ")
    self.assertEndsWith(result.stdout, f'[{OWN}]"\n')

  @parameterized.parameters(
    ("__version__ = '1.14.0'", "TensorFlow 1.14.0 is not supported; 1.15 and"),
    # What is left in a folder whose package is gone.
    ("", "TensorFlow cannot be imported (AttributeError: module"),
    # As generated code says of a later protobuf.
    (
      "raise TypeError('Descriptors cannot be created.\\nIf this')",
      "TensorFlow cannot be imported (TypeError: Descriptors cannot be"
      " created.); pip install ",
    ),
  )
  def test_tensorflow(self, text, expected):
    found = self._message(package("tensorflow", text))
    self.assertStartsWith(found, expected)
    self.assertIn(PIP, found)
    self.assertEndsWith(found, f'[{OWN}]"\n')

  @parameterized.parameters(
    (None, "tf-keras is not installed; "),
    (
      "__version__ = '2.18.0'",
      "tf-keras 2.18.0 does not fit TensorFlow 2.21.0",
    ),
    ("raise KeyError('x')", "tf-keras cannot be imported (KeyError: 'x'); "),
  )
  def test_keras(self, text, expected):
    files = dict(tensorflow("2.21.0"), **package("tf_keras", text))
    found = self._message(files)
    self.assertStartsWith(found, expected)
    self.assertEndsWith(found, PIP + '--no-deps "tf-keras==2.21.*"\n')

  @parameterized.parameters(
    ("2.21.0", None, "is not installed; ", "==0.25.*"),
    ("1.15.5", None, "is not installed; ", "==0.8.*"),
    ("2.4.1", None, "is not installed; ", ""),
    (
      "2.21.0",
      "0.23.0",
      "0.23.0 is not supported with TensorFlow 2.21.0; 0.25 is: ",
      "==0.25.*",
    ),
    (
      "1.15.5",
      "0.9.0",
      "0.9.0 is not supported with TensorFlow 1.15.5; 0.8 is: ",
      "==0.8.*",
    ),
    (
      "2.15.1",
      "0.24.0",
      "0.24.0 is not supported with TensorFlow 2.15.1; 0.23 is: ",
      "==0.23.*",
    ),
  )
  def test_probability(self, version, found, expected, wanted):
    text = found and f"__version__ = {found!r}"
    keras = package("tf_keras", "__version__ = '2.21.0'")
    files = dict(tensorflow(version), **keras, **package(PROBABILITY, text))
    message = self._message(files)
    self.assertEqual(
      message,
      f"TensorFlow Probability {expected}"
      f'{PIP}"tensorflow-probability{wanted}"\n',
    )

  def test_a_probability_that_asks_for_a_later_tensorflow(self):
    text = (
      "__version__ = '0.23.0'\ndef __getattr__(name): raise ImportError(name)"
    )
    files = dict(tensorflow("2.15.0"), **package(PROBABILITY, text))
    self.assertRegex(
      self._message(files),
      r"^TensorFlow Probability cannot be imported \(ImportError: d.*; pip",
    )


if __name__ == "__main__":
  absltest.main()

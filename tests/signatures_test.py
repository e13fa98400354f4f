"""Signatures of the library's functions, as CONTRIBUTING.md has them."""

import dataclasses
import importlib
import inspect
import pkgutil

from absl.testing import absltest, parameterized

import vae_graph

ROOMS = (
  "config",
  "data",
  "evaluation",
  "export",
  "importing",
  "inference",
  "latent_metrics",
  "plots",
  "report",
  "runs",
  "runtime",
  "training",
)
# Read as the sentence that they make.
LEFT_OUT = ("vae_graph.data.pixels.bad_data", "vae_graph.plots.style")


def functions(module):
  """Yields the public functions and methods that a module defines."""
  for name, value in vars(module).items():
    if name.startswith("_") or getattr(value, "__module__", "") != (
      module.__name__
    ):
      continue
    if inspect.isfunction(value):
      yield name, value
    elif inspect.isclass(value) and not issubclass(value, tuple):
      for method, function in inspect.getmembers(value, inspect.isfunction):
        made_here = method == "__init__" and not dataclasses.is_dataclass(value)
        if made_here or not method.startswith("_"):
          yield f"{name}.{method}", function


class SignaturesTest(parameterized.TestCase):
  @parameterized.parameters(*ROOMS)
  def test_arguments_behind_the_second_are_keyword_only(self, room):
    package = importlib.import_module(f"{vae_graph.__name__}.{room}")
    count = 0
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
      for name, function in functions(importlib.import_module(info.name)):
        if f"{info.name}.{name}".startswith(LEFT_OUT):
          continue
        names = inspect.getfullargspec(function).args
        names = [each for each in names if each != "self"]
        self.assertLessEqual(len(names), 2, f"{info.name}.{name}: {names}")
        count += 1
    self.assertGreater(count, 5)


if __name__ == "__main__":
  absltest.main()

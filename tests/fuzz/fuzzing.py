"""Inputs that no reader should trust, and what may come of them."""

import os
import resource
import shutil
import warnings

import hypothesis
from absl.testing import absltest
from hypothesis import strategies as st

from tests.data import fake_files
from vae_graph import errors

# How many inputs each test makes. The suite's are few, and always the same.
_VARIABLE = "VAE_GRAPH_FUZZ_INPUTS"
_FEW = 60

# What a reader may need for the tiny files here, above what Python and the
# libraries take.
_MOST_MEMORY_BYTES = 2**28

_LIMITS = (7, 8, 15, 16, 31, 32, 62, 63, 64)
EXTREMES = (
  *range(-2, 12),
  *(
    sign * 2**bits + step
    for bits in _LIMITS
    for sign in (1, -1)
    for step in (-1, 0, 1)
  ),
)


def inputs(**strategies):
  """Decorates a test, which is called with many values of its arguments."""
  number = os.environ.get(_VARIABLE)
  settings = hypothesis.settings(
    max_examples=int(number or _FEW),
    derandomize=not number,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    print_blob=True,
  )
  given = hypothesis.given(**strategies)
  return lambda test: settings(given(test))


class FuzzTestCase(absltest.TestCase):
  """Tries readers; their memory is measured over all tests of a class."""

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._memory_before = _peak_memory_bytes()

  @classmethod
  def tearDownClass(cls):
    grown = _peak_memory_bytes() - cls._memory_before
    if grown > _MOST_MEMORY_BYTES:
      raise AssertionError(f"memory grew by {grown:,} bytes")
    super().tearDownClass()

  def setUp(self):
    super().setUp()
    self.folder = fake_files.temporary_folder(self)

  def clear(self):
    """Empties the test's folder."""
    shutil.rmtree(self.folder, ignore_errors=True)
    os.mkdir(self.folder)

  def write(self, name, content):
    """Writes bytes to a file of the test's folder; returns its path."""
    folder, name = os.path.split(os.path.join(self.folder, name))
    return fake_files.write(folder, name, content)

  def attempt(self, function, *arguments, **settings):
    """Calls a function that may raise a `VaeGraphError`, and nothing else.

    Returns:
      What the function returns, or None where it raises.
    """
    with warnings.catch_warnings():
      # What Python would print on standard error.
      warnings.simplefilter("error")
      try:
        return function(*arguments, **settings)
      except errors.VaeGraphError as error:
        lines = str(error).splitlines()
        self.assertLen(lines, 1, lines)
        return None


def _peak_memory_bytes():
  return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@st.composite
def damaged(draw, contents):
  """Draws one of the contents of files, with up to four kinds of damage.

  Args:
    draw: hypothesis's.
    contents: list of bytes.
  """
  content = draw(st.sampled_from(contents))
  for _ in range(draw(st.integers(0, 4))):
    start = _place(draw, content)
    end = min(len(content), start + draw(st.sampled_from((0, 1, 2, 4, 8, 99))))
    put = draw(
      st.one_of(
        st.just(b""),
        st.binary(max_size=12),
        _numbers(),
        st.just(content[start:end] * 2),
        # A part of another.
        st.sampled_from([other[start:] for other in contents]),
      )
    )
    if draw(st.integers(0, 5)) == 0:
      end = len(content)  # Cut.
    content = content[:start] + put + content[end:]
  return content


def _place(draw, content):
  """Draws an index, often one within the header."""
  last = draw(st.sampled_from((min(len(content), 64), len(content))))
  return draw(st.integers(0, last))


@st.composite
def _numbers(draw):
  size = draw(st.sampled_from((1, 2, 4, 8)))
  number = draw(st.sampled_from(EXTREMES)) % 256**size
  return number.to_bytes(size, draw(st.sampled_from(("big", "little"))))


def files(*contents):
  """Returns a strategy of files: damaged ones, and any bytes."""
  return st.one_of(damaged(contents), damaged(contents), st.binary(max_size=99))


def json_values():
  """Returns a strategy of any JSON values."""
  numbers = st.one_of(
    st.sampled_from((*EXTREMES, 10**400)),
    st.floats(),
    st.sampled_from((1e308, -1e308, 5e-324)),
  )
  return st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=5)),
    lambda items: st.one_of(
      st.lists(items, max_size=3),
      st.dictionaries(st.text(max_size=5), items, max_size=3),
    ),
    max_leaves=6,
  )


@st.composite
def altered_json(draw, value):
  """Draws a JSON value of which some parts are others, or are missing."""
  for _ in range(draw(st.integers(0, 3))):
    value = _altered(draw, value)
  return value


def _altered(draw, value):
  """Returns a JSON value with one part replaced, at any depth."""
  if not isinstance(value, (dict, list)) or not value:
    return draw(json_values())
  keys = list(value) if isinstance(value, dict) else range(len(value))
  key = draw(st.sampled_from(list(keys)))
  copy = value.copy()
  change = draw(st.integers(0, 9))
  if change == 0:
    return draw(json_values())
  if change == 1:
    del copy[key]
  elif change == 2 and isinstance(copy, dict):
    copy[draw(st.text(max_size=5))] = draw(json_values())
  else:
    copy[key] = _altered(draw, value[key])
  return copy

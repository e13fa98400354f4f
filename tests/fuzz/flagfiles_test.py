"""Flagfiles, and the configurations that are made of flags."""

import contextlib
import io

from absl import flags as absl_flags
from absl.testing import absltest, flagsaver
from hypothesis import strategies as st

import flags
from flags import data, evaluation, generation, model, session, training
from scripts import app
from tests.fuzz import fuzzing

_READERS = (
  data.data_config,
  evaluation.evaluation_config,
  generation.generation_config,
  model.model_config,
  model.objective_config,
  session.session_config,
  training.training_config,
)
_NAMES = sorted(
  flag.name
  for module in (data, evaluation, generation, model, session, training)
  for flag in absl_flags.FLAGS.get_key_flags_for_module(module.__name__)
)


def _preset(path):
  with open(path, "rb") as file:
    return file.read()


_PRESETS = [_preset(path) for path in flags.preset_paths()]
_VALUES = st.one_of(
  st.sampled_from(fuzzing.EXTREMES).map(str),
  st.floats().map(str),
  st.sampled_from(
    ("", "9" * 5000, "1e999", "nan", "200,200", "1," * 999, "true", "none")
    + ("adam", "dense", "npz", "gs://a", "~", "~nobody/x", "a\0b", "a b")
  ),
  st.text(max_size=6),
)
_LINES = st.lists(
  st.one_of(
    st.builds("--{}={}".format, st.sampled_from(_NAMES), _VALUES),
    st.builds(
      "--{}{}".format, st.sampled_from(("", "no")), st.sampled_from(_NAMES)
    ),
    st.builds("--flagfile={}".format, _VALUES),
    st.text(max_size=20),
  ),
  max_size=4,
).map(lambda lines: "\n".join(lines).encode("utf-8", "surrogatepass"))


class FlagfilesTest(fuzzing.FuzzTestCase):
  def setUp(self):
    super().setUp()
    if not absl_flags.FLAGS.is_parsed():
      self.addCleanup(absl_flags.FLAGS.unparse_flags)

  @fuzzing.inputs(content=st.one_of(_LINES, fuzzing.files(*_PRESETS)))
  def test_flagfile(self, content):
    path = self.write("file.flags", content)
    with flagsaver.flagsaver(), contextlib.redirect_stderr(io.StringIO()):
      if not self._parse(["program", f"--flagfile={path}"]):
        return
      for read in _READERS:
        self.attempt(read)

  def _parse(self, argv):
    try:
      app._parse_flags(argv)
    except SystemExit as error:
      self.assertEqual(error.code, 2)
      return False
    return True


if __name__ == "__main__":
  absltest.main()

"""Nothing but `vae_graph.runs` knows the name of a file in a run directory."""

import glob
import os
import re

from absl.testing import absltest

import vae_graph

# A string that is such a name or ends with it, and a folder's name that is
# joined to a path.
SPELLED = re.compile(
  r"""["'/](config\.json|flags\.txt|metrics\.jsonl?|evaluations?\.jsonl?"""
  r"""|report\.html|model\.ckpt)["']"""
  r"""|join\([^()]*["'](best|checkpoint|events|plots)["']"""
)


def names_in(source):
  """Returns the names of a run's files that a program spells."""
  return ["".join(names) for names in SPELLED.findall(source)]


class FileNamesTest(absltest.TestCase):
  def test_only_runs_spells_them(self):
    library = os.path.dirname(os.path.abspath(vae_graph.__file__))
    sources = glob.glob(os.path.join(library, "**", "*.py"), recursive=True)
    sources += glob.glob(os.path.join(os.path.dirname(library), "scripts/*.py"))
    found = {}
    for path in sources:
      with open(path, encoding="utf-8") as file:
        names = names_in(file.read())
      if names:
        found[os.path.relpath(path, library)] = names
    self.assertEqual(list(found), [os.path.join("runs", "run_files.py")])
    self.assertContainsSubset(
      ["config.json", "evaluation.json", "report.html"],
      found[os.path.join("runs", "run_files.py")],
    )

  def test_finds_them(self):
    for source, name in (
      ("open(os.path.join(logdir, 'evaluation.json'))", "evaluation.json"),
      ('path = f"{logdir}/model.ckpt"', "model.ckpt"),
      ("FILE = 'metrics.jsonl'", "metrics.jsonl"),
      ('os.path.join(logdir, "plots", "codes.png")', "plots"),
    ):
      self.assertEqual(names_in(source), [name])
    self.assertEmpty(names_in('"""Writes `config.json` into plots/."""'))
    self.assertEmpty(names_in('result["checkpoint"] = "events"'))


if __name__ == "__main__":
  absltest.main()

"""A whole report as one HTML page."""

import base64
import hashlib
import pkgutil
import typing
from typing import Sequence

import jinja2

from vae_graph.report.curves import curves
from vae_graph.report.measurements import measurements
from vae_graph.report.overview import overview
from vae_graph.report.pictures import pictures
from vae_graph.report.run import ReportRun
from vae_graph.report.settings import settings

_PACKAGE = "vae_graph.report"
_TEMPLATES = jinja2.Environment(
  loader=jinja2.PackageLoader(_PACKAGE),
  autoescape=True,
  undefined=jinja2.StrictUndefined,
  trim_blocks=True,
  lstrip_blocks=True,
  keep_trailing_newline=True,
)


class Section(typing.NamedTuple):
  """A section of the page.

  Args:
    name: its anchor, and its template in `templates/`.
    title: its heading.
    view: what its template lays out; a section without is left out.
  """

  name: str
  title: str
  view: object


def build_report(
  runs: Sequence[ReportRun], title: str = "Variational autoencoders"
) -> str:
  """Returns a report of one run, or of several side by side, as HTML.

  The page is one file with all its pictures in it. It holds no script, and
  asks nothing of any network: its own content security policy forbids it. The
  same input gives the same text.

  Args:
    runs: `ReportRun`s, each with a name of its own.
    title: of the page.

  Returns:
    The text of the HTML file, to be written as UTF-8.

  Raises:
    ValueError: there are no runs, two share a name, or a picture is neither
      PNG nor GIF.
  """
  runs = list(runs)
  names = [run.name for run in runs]
  if not runs or len(set(names)) < len(names):
    raise ValueError(
      "a report needs one run or more, each with a name of its own, found"
      f" {names}"
    )
  sections = (
    Section("overview", "In short", overview(runs)),
    Section("pictures", "Pictures", pictures(runs)),
    Section("curves", "Curves", curves(runs)),
    Section("measurements", "Evaluation", measurements(runs)),
    Section("settings", "Configuration", settings(runs)),
  )
  style = _style(len(runs))
  return _TEMPLATES.get_template("page.html").render(
    title=title,
    names=names,
    sections=[section for section in sections if section.view is not None],
    style=style,
    policy=_policy(style),
  )


def _style(count):
  """Returns the style sheet of a report of so many runs."""
  css = pkgutil.get_data(_PACKAGE, "report.css").decode("utf-8")
  return f":root {{ --count: {count}; }}\n{css}"


def _policy(style):
  """Returns the policy that allows this style and embedded pictures alone."""
  digest = hashlib.sha256(style.encode("utf-8")).digest()
  digest = base64.b64encode(digest).decode("ascii")
  return (
    f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';"
    " base-uri 'none'; form-action 'none'"
  )

"""A whole report as one HTML page."""

import base64
import hashlib

from vae_graph.report.curves import curves
from vae_graph.report.markup import Html, tag
from vae_graph.report.measurements import measurements
from vae_graph.report.overview import headline
from vae_graph.report.pictures import pictures
from vae_graph.report.settings import settings
from vae_graph.report.stylesheet import stylesheet


def build_report(runs, title="Variational autoencoders"):
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
  sections = [
    part
    for part in (
      headline(runs),
      settings(runs),
      curves(runs),
      measurements(runs),
      pictures(runs),
    )
    if part is not None
  ]
  # An HTML parser reads a style element's content as it is.
  style = Html(stylesheet(len(runs)))
  head = tag(
    "head",
    tag("meta", charset="utf-8"),
    tag("meta", http_equiv="Content-Security-Policy", content=_policy(style)),
    tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
    tag("meta", name="color-scheme", content="light dark"),
    tag("title", title),
    tag("style", style),
  )
  body = tag(
    "body",
    tag("header", tag("h1", title), _navigation(sections)),
    tag(
      "main",
      *[
        tag("section", tag("h2", part.title), part.content, id=part.identifier)
        for part in sections
      ],
    ),
    tag(
      "footer",
      "Made by vae_graph. Logarithms are natural unless a unit says bits.",
    ),
  )
  return "<!DOCTYPE html>\n" + tag("html", head, body, lang="en") + "\n"


def _policy(style):
  """Returns the policy that allows this style and embedded pictures alone."""
  digest = hashlib.sha256(style.encode("utf-8")).digest()
  digest = base64.b64encode(digest).decode("ascii")
  return (
    f"default-src 'none'; img-src data:; style-src 'sha256-{digest}';"
    " base-uri 'none'; form-action 'none'"
  )


def _navigation(sections):
  links = [
    tag("a", part.title, href=f"#{part.identifier}") for part in sections
  ]
  return tag("nav", *links, aria_label="Sections")

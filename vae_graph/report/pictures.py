"""The pictures of runs, those of one title side by side."""

import base64
import io
import typing
from typing import List

from PIL import Image

from vae_graph.report.run import Picture, look

_FORMATS = ("PNG", "GIF")


class Shown(typing.NamedTuple):
  """A picture as the page shows it, beside the name of its run.

  Args:
    run: the run's name.
    look: the run's class in the style sheet.
    caption: empty where the row has one for all.
    source: the file as a `data:` URL; empty where the run has no such picture.
    alt: the picture in words.
    width: in pixels.
    height: in pixels.
  """

  run: str
  look: str
  caption: str = ""
  source: str = ""
  alt: str = ""
  width: int = 0
  height: int = 0


class Row(typing.NamedTuple):
  """The pictures of one title, one of each run; caption is what all share."""

  title: str
  caption: str
  pictures: List[Shown]


def pictures(runs):
  """Returns a `Row` for each title; None if there are no pictures.

  Args:
    runs: list of `ReportRun`.

  Raises:
    ValueError: a picture is neither PNG nor GIF, or a run has two of one title.
  """
  columns = [_by_title(run) for run in runs]
  titles = list(dict.fromkeys(title for column in columns for title in column))
  return [_row(runs, columns, title) for title in titles] or None


def _by_title(run):
  found = {}
  for item in run.pictures:
    picture = Picture(*item)
    if picture.title in found:
      raise ValueError(
        f"run {run.name} has two pictures of the title {picture.title!r},"
        " expected one"
      )
    found[picture.title] = picture
  return found


def _row(runs, columns, title):
  row = [column.get(title) for column in columns]
  captions = {picture.caption for picture in row if picture}
  # A caption that all share is said once.
  shared = captions.pop() if len(captions) == 1 else ""
  return Row(
    title,
    shared,
    [
      _show(index, run, picture, "" if shared else picture.caption)
      if picture
      else Shown(run.name, look(index))
      for index, (run, picture) in enumerate(zip(runs, row))
    ],
  )


def _show(index, run, picture, caption):
  content = bytes(picture.content)
  try:
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
      width, height = image.size
      media_type = Image.MIME[image.format]
  except OSError as error:
    raise ValueError(
      f"picture {picture.title!r} of run {run.name} begins with"
      f" {content[:8]!r}, expected a PNG or GIF file"
    ) from error
  encoded = base64.b64encode(content).decode("ascii")
  return Shown(
    run.name,
    look(index),
    caption,
    source=f"data:{media_type};base64,{encoded}",
    alt=f"{picture.title} of {run.name}. {picture.caption}".rstrip(),
    width=width,
    height=height,
  )

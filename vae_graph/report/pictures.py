"""The pictures of runs, those of one title side by side."""

import base64
import struct
import typing

from vae_graph.report.markup import Section, join, tag
from vae_graph.report.run import Picture


class Kind(typing.NamedTuple):
  """A file format: how it begins, and where its width and height are."""

  media_type: str
  starts: typing.Tuple[bytes, ...]
  size_format: str
  size_offset: int


_KINDS = (
  Kind("image/png", (b"\x89PNG\r\n\x1a\n",), ">II", 16),
  Kind("image/gif", (b"GIF87a", b"GIF89a"), "<HH", 6),
)


def pictures(runs):
  """Returns the section of the runs' pictures.

  Args:
    runs: list of `ReportRun`.

  Returns:
    The `Section`; None if there are no pictures.

  Raises:
    ValueError: a picture is neither PNG nor GIF, or a run has two of one title.
  """
  columns = [_by_title(run) for run in runs]
  titles = list(dict.fromkeys(title for column in columns for title in column))
  if not titles:
    return None
  rows = [
    _row(runs, [column.get(title) for column in columns], title)
    for title in titles
  ]
  return Section("pictures", "Pictures", join(*rows))


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


def _row(runs, row, title):
  """Returns the pictures of one title; None where a run has none."""
  captions = [picture.caption for picture in row if picture]
  # A caption that all share is said once.
  shared = captions[0] if len(set(captions)) == 1 else ""
  figures = []
  for number, (run, picture) in enumerate(zip(runs, row), 1):
    name = tag("strong", run.name, class_=f"run-{number}")
    name = name if len(runs) > 1 else None
    caption = picture.caption if picture and not shared else ""
    label = tag("figcaption", name, " " if caption else None, caption)
    figures.append(
      tag(
        "figure",
        label if name or caption else None,
        _image(run, picture)
        if picture
        else tag("p", "This run has no such picture.", class_="missing"),
      )
    )
  return join(
    tag("h3", title),
    tag("p", shared, class_="muted") if shared else None,
    tag("div", *figures, class_="runs"),
  )


def _image(run, picture):
  content = bytes(picture.content)
  for kind in _KINDS:
    if content.startswith(kind.starts):
      break
  else:
    raise ValueError(
      f"picture {picture.title!r} of run {run.name} begins with"
      f" {content[:8]!r}, expected a PNG or GIF file"
    )
  width, height = struct.unpack_from(
    kind.size_format, content, kind.size_offset
  )
  encoded = base64.b64encode(content).decode("ascii")
  return tag(
    "img",
    src=f"data:{kind.media_type};base64,{encoded}",
    alt=f"{picture.title} of {run.name}. {picture.caption}".rstrip(),
    width=width,
    height=height,
  )

"""HTML from values: whatever is not marked as HTML is escaped."""

import html
import typing


class Html(str):
  """Text that is HTML already."""


class Section(typing.NamedTuple):
  """A section of the page: its anchor, its heading, and what is below it."""

  identifier: str
  title: str
  content: Html


# Elements that have no content and no end tag.
_VOID = ("img", "link", "meta")


def tag(kind, *children, **attributes):
  """Returns an element.

  Args:
    kind: of element.
    *children: what is in it; all but `Html` is escaped. None is left out.
    **attributes: `class_` is class, `aria_label` aria-label. None is left out.
  """
  parts = [f"<{kind}"]
  for key, value in attributes.items():
    if value is not None:
      key = key.rstrip("_").replace("_", "-")
      parts.append(f' {key}="{html.escape(str(value))}"')
  parts.append(">")
  if kind not in _VOID:
    parts += [join(*children), f"</{kind}>"]
  return Html("".join(parts))


def join(*children):
  """Returns children one after the other, as in `tag`."""
  return Html(
    "".join(
      child if isinstance(child, Html) else html.escape(str(child))
      for child in children
      if child is not None
    )
  )


def table(head, rows, caption=None):
  """Returns a table that scrolls where the page is too narrow for it.

  Args:
    head: headings of the columns, which are then of equal widths; or empty.
    rows: lists of cells, the first of which names the row.
    caption: what the table is, or None.
  """
  header = [tag("th", cell, scope="col") for cell in head]
  body = [
    tag(
      "tr",
      tag("th", first, scope="row"),
      *[tag("td", cell) for cell in cells],
    )
    for first, *cells in rows
  ]
  return tag(
    "div",
    tag(
      "table",
      tag("caption", caption) if caption else None,
      tag("thead", tag("tr", *header)) if header else None,
      tag("tbody", *body),
      class_="compared" if header else None,
    ),
    class_="scroll",
  )

"""What classes are called, in lists and in pictures."""

import functools

import numpy as np
from matplotlib import font_manager


def class_texts(labels, class_names):
  """Returns what to call the class of each label, on one line.

  Args:
    labels: integers `[n]`.
    class_names: the name of label i at place i, or None. A label without a
      name, or with an empty one, is called by its number.
  """
  names = [
    # Those of folders may hold what is no UTF-8.
    " ".join(name.encode("utf-8", "replace").decode("utf-8").split())
    for name in class_names or ()
  ]
  return [
    (0 <= label < len(names) and names[label]) or str(label)
    for label in np.asarray(labels).tolist()
  ]


def drawn_texts(labels, class_names, *, most_characters):
  """Likewise, as matplotlib draws it literally.

  A name with characters that the font lacks, which would all be the same empty
  box, is replaced by the number.

  Args:
    labels: as of `class_texts`.
    class_names: likewise.
    most_characters: longer names are cut.
  """
  return [
    _literal(_cut(text, most_characters)) if _can_be_drawn(text) else str(label)
    for text, label in zip(class_texts(labels, class_names), labels)
  ]


def are_drawn(labels, class_names):
  """Returns whether the font has all characters of the classes' names."""
  return all(map(_can_be_drawn, class_texts(labels, class_names)))


def _cut(text, most_characters):
  if len(text) <= most_characters:
    return text
  return text[: most_characters - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _literal(text):
  """Returns a text that is no formula to matplotlib, whatever it holds."""
  return text.replace("$", r"\$")


def _can_be_drawn(text):
  return all(map(_has_character, text))


@functools.lru_cache(maxsize=None)
def _has_character(character):
  """Returns whether the font of the pictures has a character."""
  path = font_manager.findfont(font_manager.FontProperties())
  return font_manager.get_font(path).get_char_index(ord(character)) != 0

"""The binaries: flags -> configuration -> library."""

import sys

from scripts import signals

# `python -m scripts.train` imports this first, and the process is ours; whoever
# imports a binary into a program has that program's answer.
if sys.argv[:1] == ["-m"]:
  signals.answer_interrupts()

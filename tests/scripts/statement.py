"""Runs the Python statement that is its argument: a binary for tests."""

import sys

if __name__ == "__main__":
  exec(sys.argv[1])

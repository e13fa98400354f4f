"""A TensorBoard of its own process, read as its pages read it."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from tensorboard import version

_SECONDS = 120


class TensorBoard:
  """Serves a folder on a free port of this machine; a context manager.

  Args:
    logdir: the folder.
    log: file for what the server says.
  """

  def __init__(self, logdir, log):
    self._log = log
    self._command = [
      *(sys.executable, "-m", "tensorboard.main"),
      *("--logdir", logdir, "--host", "127.0.0.1", "--port", "0"),
    ]
    if not version.VERSION.startswith("1."):
      # Reads events in the server itself, with no process besides.
      self._command.append("--load_fast=false")
    # No proxy stands between this process and its own machine.
    self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

  def __enter__(self):
    with open(self._log, "wb") as log:
      self._process = subprocess.Popen(
        self._command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
      )
    try:
      found = self.wait_for(
        lambda: re.search(r"at (http://\S+?)/? \(Press", self.said())
      )
    except BaseException:
      self.__exit__()
      raise
    self._address = found.group(1)
    return self

  def __exit__(self, *exc_info):
    self._process.terminate()
    try:
      self._process.wait(10)
    except subprocess.TimeoutExpired:
      self._process.kill()
      self._process.wait()

  def said(self):
    """Returns what the server has said so far."""
    with open(self._log, encoding="utf-8", errors="replace") as file:
      return file.read()

  def get(self, path, **query):
    """Returns the bytes of a page under `data/`."""
    url = f"{self._address}/data/{path}"
    if query:
      url += "?" + urllib.parse.urlencode(query)
    with self._opener.open(url, timeout=_SECONDS) as answer:
      return answer.read()

  def get_json(self, path, **query):
    """Returns the value of a page under `data/`."""
    return json.loads(self.get(path, **query).decode("utf-8"))

  def wait_for(self, ask):
    """Returns the first answer of `ask()` that counts as true.

    Raises:
      AssertionError: none came in time, or the server has ended.
    """
    end = time.time() + _SECONDS
    while time.time() < end and self._process.poll() is None:
      answer = ask()
      if answer:
        return answer
      time.sleep(0.2)
    raise AssertionError(
      f"TensorBoard gave no answer within {_SECONDS} s, exit status"
      f" {self._process.poll()}; it said:\n{self.said()}"
    )

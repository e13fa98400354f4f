"""A headless Chromium, driven through a pipe: it needs no port, no package.

References:
  https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

_TIMEOUT = 60  # seconds
_FLAGS = (
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  # Nothing beyond this machine has a name.
  "--host-resolver-rules=MAP * ~NOTFOUND",
  "--remote-debugging-pipe",
)
# Chromium reads commands from file descriptor 3 and answers on 4.
_LAUNCHER = (
  "import os, sys;"
  "os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4);"
  "os.execv(sys.argv[3], sys.argv[3:])"
)


def start(test):
  """Returns a `Browser` that ends with the test; skips it without Chromium."""
  for name in ("chromium", "chromium-browser", "google-chrome"):
    executable = shutil.which(name)
    if executable:
      browser = Browser(executable)
      test.addCleanup(browser.close)
      browser.connect()
      return browser
  if os.environ.get("CI") == "true":
    test.fail("there is no chromium on the PATH; install Debian's chromium")
  test.skipTest("there is no chromium on the PATH")


class Browser:
  """One page, what it asked for and what it complained about.

  requests holds the URL of each request but those of `data:`; complaints each
  message of the console or of the browser's log about the page.
  """

  def __init__(self, executable):
    self.requests = []
    self.complaints = []
    self._loads = 0
    self._id = 0
    self._received = b""
    self._session = None
    self._folder = tempfile.mkdtemp()
    commands, self._commands = _pipe()
    self._answers, answers = _pipe()
    self._log = os.path.join(self._folder, "log")
    with open(self._log, "wb") as log:
      self._process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCHER, str(commands), str(answers)]
        + [executable, f"--user-data-dir={self._folder}", *_FLAGS],
        pass_fds=(commands, answers),
        stdout=log,
        stderr=log,
        # A group of its own, so that its helpers end with it.
        start_new_session=True,
      )
    os.close(commands)
    os.close(answers)

  def connect(self):
    """Makes the page, and asks to hear of all that happens on it."""
    target = self.call("Target.createTarget", url="about:blank")
    self._session = self.call("Target.attachToTarget", flatten=True, **target)[
      "sessionId"
    ]
    for domain in ("Log", "Network", "Page", "Runtime"):
      self.call(f"{domain}.enable")

  def close(self):
    """Ends the browser."""
    os.close(self._commands)
    os.close(self._answers)
    with contextlib.suppress(ProcessLookupError):
      os.killpg(self._process.pid, signal.SIGKILL)
    self._process.wait()
    shutil.rmtree(self._folder, ignore_errors=True)

  def open(self, path, width=1400, dark=False):
    """Shows a file, and returns when all in it has loaded."""
    self.call(
      "Emulation.setDeviceMetricsOverride",
      width=width,
      height=900,
      deviceScaleFactor=1,
      mobile=False,
    )
    scheme = "dark" if dark else "light"
    self.call(
      "Emulation.setEmulatedMedia",
      features=[{"name": "prefers-color-scheme", "value": scheme}],
    )
    loads = self._loads
    self.call("Page.navigate", url="file://" + os.path.abspath(path))
    deadline = time.time() + _TIMEOUT
    while self._loads == loads:
      self._receive(deadline)

  def evaluate(self, expression):
    """Returns the value of a JavaScript expression on the page."""
    answer = self.call(
      "Runtime.evaluate", expression=expression, returnByValue=True
    )
    if "exceptionDetails" in answer:
      raise RuntimeError(str(answer["exceptionDetails"]))
    return answer["result"].get("value")

  def screenshot(self, path):
    """Writes the whole page as a PNG file; returns it as uint8 [h, w, 3]."""
    answer = self.call(
      "Page.captureScreenshot", format="png", captureBeyondViewport=True
    )
    with open(path, "wb") as file:
      file.write(base64.b64decode(answer["data"]))
    with Image.open(path) as image:
      return np.asarray(image.convert("RGB"))

  def call(self, method, **params):
    """Returns the result of a method of the protocol."""
    self._id += 1
    message = {"id": self._id, "method": method, "params": params}
    if self._session:
      message["sessionId"] = self._session
    content = json.dumps(message).encode() + b"\0"
    while content:
      content = content[os.write(self._commands, content) :]
    deadline = time.time() + _TIMEOUT
    while True:
      answer = self._receive(deadline)
      if answer.get("id") == self._id:
        if "error" in answer:
          raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

  def _receive(self, deadline):
    """Returns the next message, after keeping what it says of the page."""
    while b"\0" not in self._received:
      left = max(0, deadline - time.time())
      ready, _, _ = select.select([self._answers], [], [], left)
      part = os.read(self._answers, 1 << 20) if ready else b""
      if not part:
        with open(self._log, encoding="utf-8", errors="replace") as log:
          raise RuntimeError(f"no answer of chromium: {log.read()[-2000:]}")
      self._received += part
    line, self._received = self._received.split(b"\0", 1)
    message = json.loads(line.decode())
    method, params = message.get("method"), message.get("params", {})
    if method == "Page.loadEventFired":
      self._loads += 1
    elif method == "Network.requestWillBeSent":
      url = params["request"]["url"]
      if not url.startswith("data:"):
        self.requests.append(url)
    elif method in (
      "Log.entryAdded",
      "Runtime.consoleAPICalled",
      "Runtime.exceptionThrown",
    ):
      self.complaints.append(params)
    return message


def _pipe():
  """Returns the ends of a pipe, none of which is 3 or 4."""
  ends = os.pipe()
  moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
  for end in ends:
    os.close(end)
  return moved

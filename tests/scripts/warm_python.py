"""Runs modules in forks of one Python that has imported TensorFlow already.

A short run of a binary spends most of its time on the import of TensorFlow. The
server here, one for a process of tests, does that once and forks for each run.
What a fork does is what `python -m` does, to the interpreter's own end: output,
exit code and death by a signal are those of a real process. It is safe, for the
import of TensorFlow starts no thread, and OpenBLAS, which does, minds forks.

What the start of a process is about, such as `--help` without TensorFlow, needs
a process of its own: `binary.run_process`.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile

# Our own modules are imported by each run.
_PACKAGES = ("tensorflow", "tensorflow_probability", "matplotlib.figure")

_server = None


def run(module, arguments, environment, timeout):
  """Runs `python -m module`.

  Args:
    module: its name.
    arguments: a list of strings.
    environment: the variables of the process, but for those that TensorFlow
      reads when it is imported.
    timeout: seconds.

  Returns:
    The `subprocess.CompletedProcess`, with text in stdout and stderr.

  Raises:
    subprocess.TimeoutExpired: it took longer, and was killed.
  """
  with tempfile.TemporaryDirectory() as folder:
    started = Started(module, arguments, environment, folder)
    code = started.wait(timeout)
    return subprocess.CompletedProcess(
      started.argv, code, started.stdout(), started.stderr()
    )


class Started:
  """A run of `python -m module` that is under way; one at a time.

  Args:
    module, arguments, environment: as of `run`.
    folder: where to keep its output meanwhile.

  Attributes:
    argv: its name and arguments.
    pid: of its process.
  """

  def __init__(self, module, arguments, environment, folder):
    self.argv = [module, *arguments]
    self._outputs = [
      os.path.join(folder, name) for name in ("stdout", "stderr")
    ]
    _ask(
      dict(
        argv=self.argv,
        cwd=os.getcwd(),
        environment=environment,
        outputs=self._outputs,
      )
    )
    self.pid = int(_server.stdout.readline())
    self._code = None

  def wait(self, timeout):
    """Returns the exit code, which is -n where signal n ended it; see `run`."""
    if self._code is None:
      if not self.has_ended(timeout):
        os.killpg(_server.pid, signal.SIGKILL)  # its fork, too
        _server.wait()
        raise subprocess.TimeoutExpired(self.argv, timeout)
      status = int(_server.stdout.readline())
      is_killed = os.WIFSIGNALED(status)
      self._code = -os.WTERMSIG(status) if is_killed else status >> 8
    return self._code

  def has_ended(self, timeout=0):
    """Returns whether it has ended, after at most `timeout` seconds."""
    if self._code is not None:
      return True
    return bool(select.select([_server.stdout], [], [], timeout)[0])

  def stdout(self):
    """Returns what it has printed so far."""
    return _read(self._outputs[0])

  def stderr(self):
    """Likewise, to the standard error."""
    return _read(self._outputs[1])


def _ask(request):
  """Asks the server, which is started if need be, for a run."""
  global _server
  if _server is None or _server.poll() is not None:
    # It ends with this process, whose end of the pipe closes.
    _server = subprocess.Popen(
      [sys.executable, "-m", __name__],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      bufsize=0,  # else `select` knows less than has been read
      env=request["environment"],
      start_new_session=True,
    )
  _server.stdin.write(json.dumps(request).encode() + b"\n")


def _read(path):
  if not os.path.exists(path):
    return ""  # It is not so far yet.
  with open(path, encoding="utf-8") as file:
    return file.read()


def _fork_for_each_request():
  """Returns the request in the fork that is made for it; None at the end."""
  for line in sys.stdin:
    pid = os.fork()
    if not pid:
      return json.loads(line)
    print(pid, flush=True)
    _, status = os.waitpid(pid, 0)
    print(status, flush=True)
  return None


def _become(argv, cwd, environment, outputs):
  """Makes this process the one that the request describes."""
  os.environ.clear()
  os.environ.update(environment)
  os.chdir(cwd)
  files = [os.open(os.devnull, os.O_RDONLY)]
  files += [os.open(path, os.O_WRONLY | os.O_CREAT) for path in outputs]
  for number, file in enumerate(files):
    os.dup2(file, number)
    os.close(file)
  sys.argv[:] = argv
  # A shell has what is in its background ignore it.
  signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
  os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # as scripts/app.py does
  for package in _PACKAGES:
    importlib.import_module(package)
  gc.freeze()  # else each fork looks through all of that at its end
  _request = _fork_for_each_request()
  if _request:
    _become(**_request)
    runpy.run_module(_request["argv"][0], run_name="__main__", alter_sys=True)

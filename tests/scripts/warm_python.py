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
    outputs = [os.path.join(folder, name) for name in ("stdout", "stderr")]
    request = dict(
      argv=[module, *arguments],
      cwd=os.getcwd(),
      environment=environment,
      outputs=outputs,
    )
    code = _ask(request, timeout)
    return subprocess.CompletedProcess(
      request["argv"], code, *map(_read, outputs)
    )


def _ask(request, timeout):
  """Returns the exit code of a run, which is -n where signal n ended it."""
  global _server
  if _server is None or _server.poll() is not None:
    # It ends with this process, whose end of the pipe closes.
    _server = subprocess.Popen(
      [sys.executable, "-m", __name__],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      universal_newlines=True,
      env=request["environment"],
      start_new_session=True,
    )
  _server.stdin.write(json.dumps(request) + "\n")
  _server.stdin.flush()
  if not select.select([_server.stdout], [], [], timeout)[0]:
    os.killpg(_server.pid, signal.SIGKILL)  # its fork, too
    _server.wait()
    raise subprocess.TimeoutExpired(request["argv"], timeout)
  status = int(_server.stdout.readline())
  return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else status >> 8


def _read(path):
  with open(path, encoding="utf-8") as file:
    return file.read()


def _fork_for_each_request():
  """Returns the request in the fork that is made for it; None at the end."""
  for line in sys.stdin:
    pid = os.fork()
    if not pid:
      return json.loads(line)
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


if __name__ == "__main__":
  os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # as scripts/app.py does
  for package in _PACKAGES:
    importlib.import_module(package)
  gc.freeze()  # else each fork looks through all of that at its end
  _request = _fork_for_each_request()
  if _request:
    _become(**_request)
    runpy.run_module(_request["argv"][0], run_name="__main__", alter_sys=True)

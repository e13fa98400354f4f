"""A binary with a function that says its name, and takes long.

    python -m tests.scripts.slow MODULE:FUNCTION HOW BINARY FLAGS

HOW is the seconds to wait, or `session` to wait in a session.run, where Python
handles no signal.
"""

import functools
import importlib
import sys
import time

_SECONDS_IN_SESSION = 60


def slow_down(module_name, name, wait):
  """Has a function of a module print its name and wait before it works.

  Args:
    module_name: of the module.
    name: of its function.
    wait: function of one that prints the name.
  """
  module = importlib.import_module(module_name)
  work = getattr(module, name)

  @functools.wraps(work)
  def slowed(*arguments, **options):
    wait(lambda: print(name, flush=True))
    return work(*arguments, **options)

  setattr(module, name, slowed)


def wait_in_python(say, seconds):
  """Waits in a sleep, which the exception of a handler ends."""
  say()
  time.sleep(seconds)


def wait_in_session(say):
  """Waits in a session.run, and says so from there."""
  from vae_graph.compat import tf

  with tf.Graph().as_default(), tf.Session() as session:
    with tf.control_dependencies([tf.py_func(say, [], [])]):
      start = tf.timestamp()
    session.run(
      tf.while_loop(
        lambda i: tf.timestamp() - start < _SECONDS_IN_SESSION,
        lambda i: [i + 1],
        [tf.constant(0)],
      )
    )


if __name__ == "__main__":
  function, how, binary = (sys.argv.pop(1) for _ in range(3))
  slow_down(
    *function.split(":"),
    wait_in_session
    if how == "session"
    else functools.partial(wait_in_python, seconds=float(how)),
  )
  importlib.import_module("scripts.app").run(
    importlib.import_module(f"scripts.{binary}").main
  )

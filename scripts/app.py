"""The start of every binary: quiet, with one-line errors and exit codes.

A program of yours runs one as it is, or beside what it does itself:

    from scripts import app, train
    app.run(train.main)

Where this package is installed, `vae_graph.commands.train()` does the same.

Exit codes: 0 all went well; 2 wrong usage; 1 another error; 141 nobody reads
what is printed any more; where SIGINT or SIGTERM ended the program early, 128 +
the signal's number, or --preempted_exit_code. What these signals do meanwhile
stands in signals.py.
"""

import inspect
import logging
import os
import re
import signal
import sys
import threading
import warnings

from absl import app
from absl import flags as absl_flags

import flags
from scripts import quiet_import, signals, unexpected
from vae_graph import commands, errors

# Here, for a program may import TensorFlow before it runs the binary.
quiet_import.quiet_tensorflow()

# As of a program that a signal ends where it writes to a pipe without a reader.
_NOBODY_READS = 128 + signal.SIGPIPE

_TRACEBACK = absl_flags.DEFINE_boolean(
  "traceback", False, "Show where an error was raised, not its message alone."
)
_PREEMPTED_EXIT_CODE = absl_flags.DEFINE_integer(
  "preempted_exit_code",
  0,
  "Exit code where SIGTERM or SIGINT ends the program early, such as the 42 by"
  " which some schedulers know a task to be started again; 0: 128 + the"
  " signal's number.",
  lower_bound=0,
  upper_bound=255,
)


def run(main):
  """Runs a binary, and exits with its code.

  `--help` lists the key flags of the module that `main` is from, whichever
  program runs it.

  Args:
    main: function that returns an exit code or None. One with a parameter is
      called with the list of what the command line holds beside flags; without
      one, that may be nothing. Its exceptions are printed as one line.
  """
  signals.answer_interrupts()
  takes_arguments = bool(inspect.signature(main).parameters)
  _adopt_key_flags(main.__module__)
  _adopt_docstring(main.__module__)
  for stream in filter(None, (sys.stdout, sys.stderr)):  # None: it is closed.
    # A terminal without a sign such as ± shows another in its place.
    stream.reconfigure(errors="replace")
  # TensorFlow Probability imports matplotlib, which ends where this names what
  # is not installed. Nothing is drawn on a screen.
  os.environ["MPLBACKEND"] = "Agg"
  # Else absl takes flags behind the first argument for arguments, too.
  absl_flags.FLAGS.set_gnu_getopt(takes_arguments)
  try:
    app.run(
      lambda argv: _guarded(main, argv[1:], takes_arguments),
      flags_parser=_parse_flags,
    )
  except BrokenPipeError:
    sys.exit(_NOBODY_READS)
  finally:
    _flush_output()


def flags_text(leave_out=()):
  """Returns the program's key flags as the text of a flagfile.

  Args:
    leave_out: names of flags that are not to be in it.
  """
  key_flags = absl_flags.FLAGS.get_key_flags_for_module(sys.argv[0])
  lines = [
    flag.serialize()
    for flag in key_flags
    if flag.value is not None and flag.name not in leave_out
  ]
  # A flag of several values has a line for each.
  return "".join(f"{line}\n" for line in lines if line)


def _adopt_key_flags(module_name):
  """Makes the key flags of a module those of the program."""
  # Not absl's adopt_module_key_flags, which gives them to its caller.
  for flag in absl_flags.FLAGS.get_key_flags_for_module(module_name):
    absl_flags.FLAGS.register_key_flag_for_module(sys.argv[0], flag)


def _adopt_docstring(module_name):
  """Makes `--help` of a program without a docstring say what the binary is."""
  program = sys.modules["__main__"]
  if not program.__doc__:
    program.__doc__ = commands.in_words_of_commands(
      sys.modules[module_name].__doc__ or ""
    )


def _has_presets():
  """Returns whether the binary is one with the flags of flags/preset.py."""
  return "list_presets" in absl_flags.FLAGS


def _presets_text():
  """Returns a line for each preset, with the flag that chooses it."""
  return "\n".join(
    f"--preset={flags.preset_name(path)}\n    {flags.describe_preset(path)}"
    for path in flags.preset_paths()
  )


def _parse_flags(argv):
  try:
    if _has_presets():
      argv = [argv[0], *flags.expand_presets(argv[1:])]
    return absl_flags.FLAGS(argv)
  except errors.ConfigError as error:
    return _fail(str(error), error.exit_code)
  except absl_flags.Error as error:
    message = " ".join(str(error).split())
    # Of absl's own, where ours has the word already.
    message = re.sub("^ERROR:+ ", "", message)
    if _has_presets() and isinstance(error, absl_flags.CantOpenFlagFileError):
      message += (
        "; --list_presets lists the presets, of which --preset takes one"
      )
    return _fail(f"{message} (--help lists the flags)", 2)
  except ValueError as error:  # A flagfile that is no text.
    return _fail(f"a --flagfile cannot be read ({error}); correct it", 2)


def _guarded(main, arguments, takes_arguments):
  if arguments and not takes_arguments:
    _fail(f"unexpected argument {arguments[0]!r}; flags begin with --", 2)
  _quiet_libraries()
  if not _wants_traceback():
    threading.excepthook = _fail_in_thread
  with signals.watched(
    signals.program_name(), exit_code=_PREEMPTED_EXIT_CODE.value
  ):
    try:
      if _has_presets() and absl_flags.FLAGS["list_presets"].value:
        print(_presets_text())
        return 0
      return main(arguments) if takes_arguments else main()
    except BrokenPipeError:
      raise
    except Exception as error:
      if _wants_traceback():
        raise
      if isinstance(error, errors.VaeGraphError):
        return _fail(str(error), error.exit_code)
      return _fail(_unexpected(error), 1)


def _quiet_libraries():
  """Hides remarks of libraries, unless --verbosity asks for them."""
  if absl_flags.FLAGS["verbosity"].present:
    quiet_import.unquiet_tensorflow()
    return
  # absl has just asked for INFO.
  logging.getLogger().setLevel(logging.WARNING)
  # matplotlib warns of a home that it cannot write to.
  for name in ("tensorflow", "matplotlib"):
    logging.getLogger(name).setLevel(logging.ERROR)
  # TensorFlow 1.15 is older than the NumPy it runs on, and says so at length.
  warnings.filterwarnings("ignore", category=FutureWarning)


def _wants_traceback():
  return _TRACEBACK.value or absl_flags.FLAGS.pdb_post_mortem


def _unexpected(error):
  return f"{unexpected.describe(error)}; --traceback shows all of it"


def _fail_in_thread(failed):
  """Tells what has ended a thread; the program goes on.

  Python 3.7, which has no hook for it, prints the traceback.
  """
  if failed.exc_type is not SystemExit:
    _say_error(
      f"in thread {failed.thread.name}: {_unexpected(failed.exc_value)}"
    )


def _flush_output():
  """Ends the standard output; Python, at exit, would remark on what fails."""
  if sys.stdout is None:
    return
  try:
    sys.stdout.flush()
  except OSError as error:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
      sys.exit(_NOBODY_READS)
    _fail(f"the standard output cannot be written: {error.strerror}", 1)


def _fail(message, exit_code):
  _say_error(message)
  sys.exit(exit_code)


def _say_error(message):
  print(f"{signals.program_name()}: error: {message}", file=sys.stderr)

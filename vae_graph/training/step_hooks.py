"""Hooks that count runs: TensorFlow's own, and a program's.

They take each session.run for one training step, and fetch tensors of `data`
beside it. `StepHooks` stands between them and training, and makes true what
they believe, however many steps a run makes and wherever its batches come from.
"""

import contextlib
import numbers
import os

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.training.every import Every
from vae_graph.training.hooks import RunHook

# What writes the global step: by itself, or by the loop around it.
_UPDATES = ("AssignVariableOp", "LoopCond", "StatelessWhile", "While")


def make_step_hooks(extra_hooks, train_graph, *, folder, saver=None):
  """Returns the hooks to train with, for those that a program gives.

  Args:
    extra_hooks: each a `tf.train.SessionRunHook`, or a function without
      arguments that returns one. It is called in the graph of training.
    train_graph: a `TrainGraph`.
    folder: of the run.
    saver: a `tf.train.Saver` for those that look for one in the graph.

  Raises:
    ConfigError: one can do nothing of use here.
  """
  if not isinstance(extra_hooks, (list, tuple)):
    raise errors.ConfigError(
      f"extra_hooks must be a list of hooks, found {extra_hooks!r}"
    )
  hooks = []
  for hook in extra_hooks:
    if not isinstance(hook, tf.train.SessionRunHook) and callable(hook):
      hook = hook()
    _check(hook, folder)
    hooks.append(hook)
  if hooks and saver and not tf.get_collection(tf.GraphKeys.SAVERS):
    tf.add_to_collection(tf.GraphKeys.SAVERS, saver)
  of_runs = [hook for hook in hooks if hasattr(hook, "next_step")]
  of_steps = [hook for hook in hooks if not hasattr(hook, "next_step")]
  return [*of_runs, *([StepHooks(train_graph, of_steps)] if of_steps else [])]


def _check(hook, folder):
  if not isinstance(hook, tf.train.SessionRunHook):
    raise errors.ConfigError(
      "extra_hooks must have tf.train.SessionRunHooks, or functions that return"
      f" one, found {hook!r}"
    )
  if isinstance(hook, tf.train.GlobalStepWaiterHook):
    raise errors.ConfigError(
      "GlobalStepWaiterHook waits for steps of other workers, and there are"
      " none while a run waits; leave it out of extra_hooks"
    )
  # CheckpointSaverHook knows its folder by this name on every TensorFlow.
  place = getattr(hook, "_checkpoint_dir", None)
  folder = os.path.join(os.path.realpath(folder), "")
  if place and os.path.join(os.path.realpath(place), "").startswith(folder):
    raise errors.ConfigError(
      f"{type(hook).__name__} would write into {place} among the run's own"
      " files; give it a folder of its own outside, or use"
      " --checkpoint_every_steps"
    )
  period = getattr(hook, "every_steps", 1)
  if not isinstance(period, numbers.Integral) or period < 1:
    raise errors.ConfigError(
      f"every_steps of {type(hook).__name__} must be an integer of 1 or more,"
      f" found {period!r}"
    )


class StepHooks(RunHook):
  """Shows hooks one training step at a time.

  What they fetch is computed before the step, with the variables as the step
  finds them, where tensors of `data` are of the step's images. What they feed,
  and how they have the run traced, goes to the step, too.

  Args:
    train_graph: a `TrainGraph`.
    hooks: `tf.train.SessionRunHook`s. One with an attribute `every_steps` is
      shown the steps to the multiples of it alone, so that there are runs of
      many steps between. One that does nothing before and after runs is shown
      none.
  """

  def __init__(self, train_graph, hooks):
    super().__init__(train_graph)
    self._every = {hook: Every(_period(hook)) for hook in hooks}
    self._step = 0
    self._results = {}
    self._checked = set()

  def begin(self):
    """As of each hook, whose names are looked up in the graph."""
    for hook in self._every:
      if _is_of_tensorflow(hook):
        with _looking_up(hook):
          hook.begin()
      else:
        hook.begin()
      # A FinalOpsHook would look for them when training is over.
      final_ops = getattr(hook, "_final_ops", None)
      self._check_fetches(hook, final_ops, tf.get_default_graph())

  def after_create_session(self, session, coord):
    """As of each hook."""
    for hook in self._every:
      hook.after_create_session(session, coord)
    self._step = int(session.run(self.train_graph.global_step))

  def go_on(self, session, step):
    """Tells those hooks of a rollback that want to know."""
    self._step = step
    for hook in self._every:
      if hasattr(hook, "go_on"):
        hook.go_on(session, step)

  def next_step(self, step):
    """Returns the next step to be shown, which is a run of its own."""
    shown = [every.next_step(step) for every in self._every.values()]
    shown = [each for each in shown if each is not None]
    return max(step + 1, min(shown) - 1) if shown else None

  def before_run(self, run_context):
    """Fetches what the hooks ask for; feeds and traces the step likewise."""
    asked = {
      hook: hook.before_run(run_context) or tf.train.SessionRunArgs(None)
      for hook, every in self._every.items()
      if every.due(self._step + 1)
    }
    feed, options = {}, tf.RunOptions()
    for hook, each in asked.items():
      self._check_fetches(hook, each.fetches, run_context.session.graph)
      feed.update(each.feed_dict or {})
      options.MergeFrom(each.options or tf.RunOptions())
    fetches = {
      i: each.fetches
      for i, each in enumerate(asked.values())
      if each.fetches is not None
    }
    results = {}
    if fetches:
      results = run_context.session.run(
        fetches, {**self._images_of(self._step), **feed}
      )
    self._results = {hook: results.get(i) for i, hook in enumerate(asked)}
    return tf.train.SessionRunArgs(self.train_graph.outputs, feed, options)

  def after_run(self, run_context, run_values):
    """Hands over to the hooks."""
    self._step = int(run_values.results.step)
    for hook, results in self._results.items():
      hook.after_run(run_context, run_values._replace(results=results))

  def end(self, session):
    """As of each hook; tensors of `data` are of the last step's images."""
    with _feeding(session, self._images_of(max(0, self._step - 1))):
      for hook in self._every:
        hook.end(session)

  def _check_fetches(self, hook, fetches, graph):
    """Raises where fetches would make a training step of their own."""
    for each in tf.nest.flatten(fetches, expand_composites=True):
      if each is None:
        continue
      with _looking_up(hook):
        element = graph.as_graph_element(each)
      if element.name in self._checked:
        continue
      if _makes_steps(element):
        raise errors.ConfigError(
          f"{type(hook).__name__} fetches {element.name}, which makes a"
          " training step; give the hook a method next_step(step) that returns"
          " None, and it sees what the run itself returns"
        )
      self._checked.add(element.name)

  def _images_of(self, step):
    """Returns a feed of the images of the step that begins at `step`."""
    return {self.train_graph.data: self.train_graph.batches.images_of(step)}


@contextlib.contextmanager
def _looking_up(hook):
  """A context in which a hook looks for tensors of the graph."""
  try:
    yield
  except (KeyError, TypeError, ValueError) as error:
    reason = str(error.args[0] if error.args else error).rstrip(".")
    raise errors.ConfigError(
      f"{type(hook).__name__} asks for what the graph does not have: {reason};"
      " docs/graph.md lists its names"
    ) from error


def _is_of_tensorflow(hook):
  return type(hook).__module__.split(".")[0].startswith("tensorflow")


def _period(hook):
  """Returns how often a hook is to be shown a step; 0: it looks at none."""
  methods = ("before_run", "after_run")
  if all(
    getattr(type(hook), name) is getattr(tf.train.SessionRunHook, name)
    for name in methods
  ):
    return 0
  return getattr(hook, "every_steps", 1)


def _makes_steps(element):
  """Returns whether a tensor or op follows from a training step's update."""
  to_do = [getattr(element, "op", element)]
  seen = set(to_do)
  while to_do:
    op = to_do.pop()
    if op.name.startswith("train_step/") and op.type in _UPDATES:
      return True
    causes = {each.op for each in op.inputs} | set(op.control_inputs)
    to_do.extend(causes - seen)
    seen |= causes
  return False


@contextlib.contextmanager
def _feeding(session, feed):
  """A context in which each run of a session has a feed of its own besides.

  For whoever wants the `tf.Session` itself, as a `tf.train.Saver` does.
  """
  run = session.run

  def fed_run(fetches, feed_dict=None, **settings):
    return run(fetches, {**feed, **(feed_dict or {})}, **settings)

  session.run = fed_run
  try:
    yield
  finally:
    del session.run

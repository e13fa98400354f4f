"""The head of a report: each run in a few figures."""

from vae_graph.report import figures, readings
from vae_graph.report.markup import Section, tag


def headline(runs):
  """Returns the section that sums each run up.

  Args:
    runs: list of `ReportRun`.
  """
  found = [_figures_of(run) for run in runs]
  # The same figures for all, so that they stand beside each other.
  chosen = [
    figure
    for figure in figures.FIGURES
    if figure.name in figures.HEADLINE
    and any(values.get(figure.name) is not None for values, _ in found)
  ]
  chosen.sort(key=lambda figure: figures.HEADLINE.index(figure.name))
  cards = [
    _card(number, run, chosen, values, source)
    for number, (run, (values, source)) in enumerate(zip(runs, found), 1)
  ]
  return Section("headline", "In short", tag("div", *cards, class_="runs"))


def _figures_of(run):
  """Returns a run's figures, and where they are from."""
  if run.evaluation is not None:
    return run.evaluation, figures.describe_data(run.evaluation)
  if not run.metrics:
    return {}, "neither trained nor evaluated yet"
  last = run.metrics[-1]
  values = {
    name[len("test_") :]: value
    for name, value in last.items()
    if name.startswith("test_")
  }
  return values, "last evaluation while training"


def _card(number, run, chosen, values, source):
  lines = [tag("h3", run.name, class_=f"run-{number}")]
  lines += [
    tag("p", line, class_="muted")
    for line in (_model(run.config), _training(run), source)
    if line
  ]
  rows = [
    tag(
      "div",
      tag("dt", figure.title),
      tag("dd", *_value(readings.read(figure, values), figure.unit)),
    )
    for figure in chosen
  ]
  return tag("article", *lines, tag("dl", *rows) if rows else None)


def _value(reading, unit):
  if reading.reason:
    return (
      tag("span", reading.value, class_="big muted"),
      tag("span", reading.reason, class_="note"),
    )
  value = reading.value
  error = f"± {reading.stderr}" if reading.stderr else ""
  if unit == "%":
    value, unit = f"{value} %", ""
  error = f"{error} {unit}".strip()
  note = ", ".join(part for part in (error, reading.note) if part)
  return (
    tag("span", value, class_="big"),
    tag("span", note, class_="note") if note else None,
  )


def _model(config):
  """Returns the model in a line."""
  model = config.get("model", {})
  parts = [
    f"{model[name]} {name}"
    for name in ("network", "posterior", "prior", "likelihood")
    if name in model
  ]
  if "code_size" in model:
    parts.insert(1, f"code of {model['code_size']}")
  return " · ".join(parts)


def _training(run):
  """Returns in a line what it was trained on, and how long."""
  parts = []
  dataset = run.config.get("data", {}).get("dataset")
  objective = run.config.get("objective", {}).get("objective")
  if dataset:
    parts.append(f"{dataset} data")
  if objective:
    parts.append(f"objective {objective}")
  if run.metrics:
    last = run.metrics[-1]
    steps = f"{last['step']:,} steps"
    if last.get("epoch") is not None:
      steps += f" ({last['epoch']:.4g} epochs)"
    parts.append(steps)
  return " · ".join(parts)

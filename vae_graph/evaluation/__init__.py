"""A whole run measured, once or while it goes on, and reported.

The top floor: from a `TrainedModel` and a `Dataset` to a dict of figures, with
standard errors and the reasons of what is not defined; from run directories to
an `evaluation.json` in each, and to a report. docs/evaluation.md has the
formulas, `report.figures` what each figure is called. An evaluation has a graph
and a session of its own, and only reads what training writes.
"""

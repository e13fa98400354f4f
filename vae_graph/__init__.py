"""Variational autoencoders for graph-mode TensorFlow, from 1.15 to the newest.

The public names, and nothing else. They are imported when first used (PEP 562),
so that `import vae_graph` and a binary's `--help` need no TensorFlow.
"""

import importlib

_PUBLIC = {
  "DataConfig": "config",
  "EvaluationConfig": "config",
  "ExperimentConfig": "config",
  "ModelConfig": "config",
  "ObjectiveConfig": "config",
  "SessionConfig": "config",
  "TrainingConfig": "config",
  "VaeGraphError": "errors",
  "define_flags": "config.flags",
  "Dataset": "data.dataset",
  "Split": "data.dataset",
  "load_dataset": "data.dataset",
  "load_observed_dataset": "data.dataset",
  "step_seed": "randomness",
  "VAE": "vae",
  "ObjectiveTerms": "objectives.terms",
  "elbo": "objectives.elbo",
  "elbo_mc": "objectives.elbo",
  "iwae": "objectives.iwae",
  "make_config_proto": "runtime.sessions",
  "restore_by_name": "runs.checkpoints",
  "train": "training.train",
  "RunDirectory": "runs.directory",
  "TrainedModel": "inference.trained_model",
  "evaluate_model": "evaluation.evaluate_model",
  "evaluate_run": "evaluation.evaluate_run",
  "follow_run": "evaluation.evaluate_run",
}

__all__ = list(_PUBLIC)


def __getattr__(name):
  if name not in _PUBLIC:
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
  module = importlib.import_module(f"{__name__}.{_PUBLIC[name]}")
  return getattr(module, name)


def __dir__():
  return __all__

"""Variational autoencoders for graph-mode TensorFlow, from 1.15 to the newest.

The public names, and nothing else. They are imported when first used (PEP 562),
so that `import vae_graph` and a binary's `--help` need no TensorFlow.
"""

import importlib

__version__ = "0.1.0"

_PUBLIC = {
  # What may be asked for, and what may go wrong. These need no TensorFlow.
  "DataConfig": "config",
  "EvaluationConfig": "config",
  "ExperimentConfig": "config",
  "ExportConfig": "config",
  "GenerationConfig": "config",
  "ImportConfig": "config",
  "ModelConfig": "config",
  "ObjectiveConfig": "config",
  "SessionConfig": "config",
  "TrainingConfig": "config",
  "define_flags": "config.flags",
  "VaeGraphError": "errors",
  "local_path": "paths",
  # Images.
  "Dataset": "data.dataset",
  "Split": "data.dataset",
  "check_outside_data": "data.outside",
  "load_dataset": "data.dataset",
  "load_observed_dataset": "data.dataset",
  # A model in a graph of yours.
  "VAE": "vae",
  "ObjectiveTerms": "objectives.terms",
  "elbo": "objectives.elbo",
  "elbo_mc": "objectives.elbo",
  "infovae": "objectives.infovae",
  "iwae": "objectives.iwae",
  "mmd_vae": "objectives.mmd_vae",
  "pixels": "inputs",
  "restore_by_name": "runs.checkpoints",
  "step_seed": "randomness",
  # What TensorFlow runs on. The first of them needs no TensorFlow.
  "session_environment": "config.session_presets",
  "describe_devices": "runtime.devices",
  "make_config_proto": "runtime.sessions",
  "resolve_session": "runtime.sessions",
  # Training, and the run that it leaves.
  "train": "training.train",
  "RunDirectory": "runs.directory",
  # What one does with a trained model.
  "TrainedModel": "inference.trained_model",
  "RunImages": "inference.run_images",
  "generate": "inference.generated_files",
  "reconstruct": "inference.reconstructed_files",
  "try_output": "inference.output_files",
  "write_codes": "inference.code_files",
  "write_reconstructions": "inference.reconstructed_files",
  # A door in.
  "import_checkpoint": "importing.import_checkpoint",
  # A door out.
  "export_model": "export.export_model",
  # A whole run measured.
  "evaluate_model": "evaluation.evaluate_model",
  "evaluate_run": "evaluation.evaluate_run",
  "write_evaluation": "evaluation.evaluate_run",
  "follow_run": "evaluation.follow_run",
  "evaluation_table": "report.evaluation_table",
  # A report of several.
  "Picture": "report",
  "ReportRun": "report",
  "build_report": "report",
  "make_report_run": "evaluation.report_run",
  "write_report": "evaluation.report_run",
}

# As a whole: the errors, and what parts of a program's own are made of.
_MODULES = (
  "commands",
  "errors",
  "estimator",
  "layers",
  "likelihoods",
  "objectives",
  "parts",
  "posteriors",
  "priors",
  "randomness",
  "registry",
)

__all__ = [*_PUBLIC, *_MODULES]


def __getattr__(name):
  if name in _MODULES:
    return importlib.import_module(f"{__name__}.{name}")
  if name not in _PUBLIC:
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
  module = importlib.import_module(f"{__name__}.{_PUBLIC[name]}")
  return getattr(module, name)


def __dir__():
  return __all__

"""The public names for type checkers, which do not see the lazy ones."""

from vae_graph import commands as commands
from vae_graph import errors as errors
from vae_graph import estimator as estimator
from vae_graph import layers as layers
from vae_graph import likelihoods as likelihoods
from vae_graph import objectives as objectives
from vae_graph import parts as parts
from vae_graph import posteriors as posteriors
from vae_graph import priors as priors
from vae_graph import randomness as randomness
from vae_graph import registry as registry
from vae_graph.config import DataConfig as DataConfig
from vae_graph.config import EvaluationConfig as EvaluationConfig
from vae_graph.config import ExperimentConfig as ExperimentConfig
from vae_graph.config import ExportConfig as ExportConfig
from vae_graph.config import GenerationConfig as GenerationConfig
from vae_graph.config import ImportConfig as ImportConfig
from vae_graph.config import ModelConfig as ModelConfig
from vae_graph.config import ObjectiveConfig as ObjectiveConfig
from vae_graph.config import SessionConfig as SessionConfig
from vae_graph.config import TrainingConfig as TrainingConfig
from vae_graph.config.flags import define_flags as define_flags
from vae_graph.config.session_presets import (
  session_environment as session_environment,
)
from vae_graph.data.dataset import Dataset as Dataset
from vae_graph.data.dataset import Split as Split
from vae_graph.data.dataset import load_dataset as load_dataset
from vae_graph.data.dataset import (
  load_observed_dataset as load_observed_dataset,
)
from vae_graph.data.outside import check_outside_data as check_outside_data
from vae_graph.errors import VaeGraphError as VaeGraphError
from vae_graph.evaluation.evaluate_model import evaluate_model as evaluate_model
from vae_graph.evaluation.evaluate_run import evaluate_run as evaluate_run
from vae_graph.evaluation.evaluate_run import (
  write_evaluation as write_evaluation,
)
from vae_graph.evaluation.follow_run import follow_run as follow_run
from vae_graph.evaluation.report_run import make_report_run as make_report_run
from vae_graph.evaluation.report_run import write_report as write_report
from vae_graph.export.export_model import export_model as export_model
from vae_graph.importing.import_checkpoint import (
  import_checkpoint as import_checkpoint,
)
from vae_graph.inference.code_files import write_codes as write_codes
from vae_graph.inference.generated_files import generate as generate
from vae_graph.inference.output_files import try_output as try_output
from vae_graph.inference.reconstructed_files import reconstruct as reconstruct
from vae_graph.inference.reconstructed_files import (
  write_reconstructions as write_reconstructions,
)
from vae_graph.inference.run_images import RunImages as RunImages
from vae_graph.inference.trained_model import TrainedModel as TrainedModel
from vae_graph.inputs import pixels as pixels
from vae_graph.objectives.elbo import elbo as elbo
from vae_graph.objectives.elbo import elbo_mc as elbo_mc
from vae_graph.objectives.infovae import infovae as infovae
from vae_graph.objectives.iwae import iwae as iwae
from vae_graph.objectives.mmd_vae import mmd_vae as mmd_vae
from vae_graph.objectives.terms import ObjectiveTerms as ObjectiveTerms
from vae_graph.paths import local_path as local_path
from vae_graph.randomness import step_seed as step_seed
from vae_graph.report import Picture as Picture
from vae_graph.report import ReportRun as ReportRun
from vae_graph.report import build_report as build_report
from vae_graph.report.evaluation_table import (
  evaluation_table as evaluation_table,
)
from vae_graph.runs.checkpoints import restore_by_name as restore_by_name
from vae_graph.runs.directory import RunDirectory as RunDirectory
from vae_graph.runtime.devices import describe_devices as describe_devices
from vae_graph.runtime.sessions import make_config_proto as make_config_proto
from vae_graph.runtime.sessions import resolve_session as resolve_session
from vae_graph.training.train import train as train
from vae_graph.vae import VAE as VAE

__version__: str

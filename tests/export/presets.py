"""Runs of the presets, and what exports of them must give."""

import dataclasses
import os
import tempfile

import numpy as np
from absl.testing import parameterized

import flags
import vae_graph
from tests.export import consumers
from tests.preset_configs import read_preset
from vae_graph import randomness, registry
from vae_graph.compat import tf
from vae_graph.config.combinations import has_analytic_kl, has_density
from vae_graph.export.export_model import open_trained_graph, write_export
from vae_graph.runs.directory import RunDirectory

BATCH = 3
SEED = (5, 7)


def make_run(config, logdir):
  """Makes a run of random weights.

  Returns:
    For each signature, its inputs and what the training graph gives for them:
    objective and model are called as `build_train_graph` calls them.
  """
  cifar = config.data.dataset == "cifar10"
  shape = (32, 32, 3) if cifar else (28, 28)
  random = np.random.RandomState(0)
  images = random.randint(256, size=(BATCH, *shape)).astype(np.float32) / 255
  run = RunDirectory.open(logdir, config, image_shape=shape)
  with tf.Graph().as_default(), tf.Session() as session:
    vae = vae_graph.VAE(config.model, shape)
    averages = tf.train.ExponentialMovingAverage(0.9)
    averages.apply(vae.variables)
    names, tensors = _expected(vae, images, config)
    session.run(tf.global_variables_initializer())
    for each in vae.variables:
      change = 0.02 * random.randn(*each.shape.as_list())
      session.run(each.assign_add(change.astype(np.float32)))
    path = tf.train.Saver().save(session, run.checkpoint_prefix, global_step=2)
    # Other values than those of the variables themselves.
    averaged = config.training.ema_decay > 0
    vae_graph.restore_by_name(path, vae.variables, averaged=averaged)(session)
    values = session.run(tensors)
  return {
    signature: tuple(
      {key: values[name] for key, name in each.items()} for each in sides
    )
    for signature, sides in names.items()
  }


def _expected(vae, images, config):
  """Returns the names of inputs and outputs, and the tensors by name."""
  model = config.model
  objective = registry.load(registry.OBJECTIVES, config.objective.objective)
  terms = objective(vae, images, SEED, config=config.objective)
  code, _ = terms.posterior.sample_and_log_prob(SEED)
  prior_seed = randomness.fold_in(SEED, "prior")
  code_shape = [BATCH, model.code_size]
  tensors = {
    "images": tf.constant(images),
    "mean": terms.posterior.mean,
    "code": code,
    "reconstruction": vae.decode(code).mean(),
    "samples": vae.decode(vae.prior.sample(BATCH, prior_seed)).mean(),
    "prior_noise": randomness.normal(code_shape, prior_seed),
  }
  names = {
    "encode": ({"images": "images"}, {"mean": "mean"}),
    "decode": ({"code": "code"}, {"mean": "reconstruction"}),
    "reconstruct": (
      {"images": "images"},
      {"reconstruction": "reconstruction", "code": "code"},
    ),
    "sample": ({"noise": "prior_noise"}, {"samples": "samples"}),
  }
  if terms.posterior.stddev is not None:
    tensors["stddev"] = terms.posterior.stddev
    names["encode"][1]["stddev"] = "stddev"
  component = {"mixture": [BATCH, model.prior_components], "vamp": [BATCH]}
  if model.prior in component:
    tensors["component_uniform"] = randomness.uniform(
      component[model.prior], randomness.fold_in(prior_seed, "component")
    )
    names["sample"][0]["component_uniform"] = "component_uniform"
  if has_density(model):
    tensors["noise"] = randomness.normal(code_shape, SEED)
    names["reconstruct"][0]["noise"] = "noise"
    bound = vae_graph.elbo if has_analytic_kl(model) else vae_graph.elbo_mc
    if objective is not bound:
      terms = bound(vae, images, SEED)
    scores = ("elbo", "rate", "distortion")
    tensors.update({name: getattr(terms, name) for name in scores})
    names["score"] = (
      {"images": "images", "noise": "noise"},
      {name: name for name in scores},
    )
  return names, tensors


# One preset for each network, posterior and prior, and averaged weights:
#
#   quickstart           the dense networks, and averages
#   iaf_mnist            posterior iaf; mlp_iaf_cifar10 with other sizes
#   mlp_cifar10          colors; mlp_iaf_cifar10, too
#   mixture_mnist        prior mixture
#   vamp_mnist           prior vamp
#   rstudio_mmd_fashion  network rstudio_conv, of infovae_fashion and
#                        rstudio_vae_fashion, too; posterior deterministic
#   tfp_conv_tanh        network tanh_conv
#   tfp_layers_mnist     network tfp_layers_conv; posterior full_covariance
#
# The others (hafner_mnist, iwae_mnist, tfp_dense_fashion, and that by mc) are
# quickstart's model with other sizes or objectives.
_FEW = (
  "quickstart",
  "iaf_mnist",
  "mlp_cifar10",
  "mixture_mnist",
  "vamp_mnist",
  "rstudio_mmd_fashion",
  "tfp_conv_tanh",
  "tfp_layers_mnist",
)


def presets():
  """Yields the name and configuration of the presets to be exported.

  They are a few with fewer units, each of a part of its own; every distinct
  model as it is with VAE_GRAPH_ALL_COMBINATIONS=1 (`make test-all`).
  """
  takes_all = os.environ.get("VAE_GRAPH_ALL_COMBINATIONS")
  for name, config in _distinct_presets():
    if takes_all:
      yield name, config
    elif name in _FEW:
      yield name, _smaller(config)


def _smaller(config):
  """Returns the configuration with few units in layers and codes."""
  model = config.model
  small = {"code_size": min(model.code_size, 8)}
  if model.network == "dense":
    small["hidden_units"] = (16,) * len(model.hidden_units)
  return dataclasses.replace(config, model=dataclasses.replace(model, **small))


def _distinct_presets():
  """Yields the name and configuration of each preset of an export of its own.

  Presets of the same model differ in how it is trained, which no export knows.
  """
  found = []
  for path in flags.preset_paths():
    config = read_preset(path)
    key = (
      config.model,
      config.objective.objective,
      config.training.ema_decay > 0,
      config.data.dataset == "cifar10",
    )
    if key not in found:
      found.append(key)
      yield os.path.splitext(os.path.basename(path))[0], config


class PresetTestCase(parameterized.TestCase):
  """Compares exports of a preset's model with what its training graph gives."""

  def assert_exports_give_the_same(self, config, formats, *, tolerance):
    """Fails unless they do.

    Args:
      config: an `ExperimentConfig`.
      formats: names of formats; `consumers` has a function of each name.
      tolerance: relative, and of all but scores absolute.
    """
    folder = self.enter_context(tempfile.TemporaryDirectory())
    logdir = os.path.join(folder, "run")
    expected = make_run(config, logdir)
    requests = {name: inputs for name, (inputs, _) in expected.items()}
    with open_trained_graph(logdir) as trained_graph:
      for name in formats:
        export_dir = os.path.join(folder, name)
        os.mkdir(export_dir)
        write_export(
          export_dir,
          trained_graph,
          export_config=vae_graph.ExportConfig(name),
        )
        described = consumers.read_manifest(export_dir)["signatures"]
        self.assertCountEqual(described, expected)
        outputs = getattr(consumers, name)(export_dir, requests)
        for signature, (inputs, values) in expected.items():
          with self.subTest(format=name, signature=signature):
            self.assertCountEqual(described[signature]["inputs"], inputs)
            self.assertContainsSubset(values, outputs[signature])
            for key, value in values.items():
              np.testing.assert_allclose(
                outputs[signature][key],
                value,
                rtol=tolerance,
                atol=1e-3 if signature == "score" else tolerance,
                err_msg=key,
              )

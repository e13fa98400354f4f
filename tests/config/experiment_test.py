import dataclasses
import json

from absl.testing import absltest, parameterized

from vae_graph import config, errors, parts, registry

CONFIGS = (
  config.ModelConfig,
  config.ObjectiveConfig,
  config.DataConfig,
  config.TrainingConfig,
  config.SessionConfig,
)


class ConfigTest(parameterized.TestCase):
  @parameterized.parameters(
    (config.TrainingConfig, {"batch_size": 0}, "batch_size must be at least 1"),
    (config.TrainingConfig, {"learning_rate": 0}, "must be above 0, found 0"),
    (config.TrainingConfig, {"ema_decay": 1}, "at least 0 and below 1, found"),
    (config.TrainingConfig, {"learning_rate": float("nan")}, "finite"),
    (config.TrainingConfig, {"epochs": 1.5}, "epochs must be int, found 1.5"),
    (config.TrainingConfig, {"seed": True}, "seed must be int, found True"),
    (config.TrainingConfig, {"input_mode": "x"}, "one of auto, feed, resident"),
    (config.ModelConfig, {"hidden_units": (200, 0)}, "hidden_units .*at least"),
    (config.ModelConfig, {"hidden_units": "200"}, "sequence of integers"),
    (config.ModelConfig, {"network": "conv9"}, "network must be one of dense"),
    (config.DataConfig, {"test_fraction": 0.95}, "above 0 and at most 0.9"),
    (config.SessionConfig, {"gpu_memory_growth": 1}, "must be bool, found 1"),
    (config.SessionConfig, {"tower_devices": "gpu:0"}, "sequence of words"),
    (config.SessionConfig, {"tower_devices": (0,)}, "must be str, found 0"),
    (config.ExperimentConfig, {"model": 3}, "of type ModelConfig, found 3"),
    (config.SessionConfig, {"visible_devices": (-1,)}, "at least 0, found -1"),
  )
  def test_refuses_with_one_line_that_names_the_setting(
    self, config_class, values, message
  ):
    with self.assertRaisesRegex(errors.ConfigError, message) as caught:
      config_class(**values)
    self.assertNotIn("\n", str(caught.exception))
    self.assertEqual(caught.exception.exit_code, 2)

  def test_values_are_normalized(self):
    model = config.ModelConfig(hidden_units=[32, 16.0])
    self.assertEqual(model.hidden_units, (32, 16))
    self.assertIsInstance(config.ObjectiveConfig(beta=1).beta, float)

  def test_is_frozen(self):
    with self.assertRaises(dataclasses.FrozenInstanceError):
      config.ModelConfig().code_size = 3

  def test_survives_json(self):
    experiment = config.ExperimentConfig(
      model=config.ModelConfig(hidden_units=(5,), code_size=7),
      training=config.TrainingConfig(learning_rate=0.1 + 0.2),
      session=config.SessionConfig(
        visible_devices=(1,), tower_devices=("gpu:0",), xla="clusters"
      ),
    )
    text = json.dumps(experiment.to_dict())
    self.assertEqual(
      config.ExperimentConfig.from_dict(json.loads(text)), experiment
    )

  def test_from_dict_refuses_unknown_settings(self):
    with self.assertRaisesRegex(errors.ConfigError, "has no setting color"):
      config.ModelConfig.from_dict({"color": 1})
    with self.assertRaisesRegex(errors.ConfigError, "unknown part modle"):
      config.ExperimentConfig.from_dict({"modle": {}})

  @parameterized.parameters(*CONFIGS)
  def test_every_field_has_help_and_a_valid_default(self, config_class):
    for spec in dataclasses.fields(config_class):
      self.assertTrue(spec.metadata["help"].strip(), spec.name)
      choices = spec.metadata["choices"]
      if choices is not None and spec.default is not None:
        self.assertIn(spec.default, choices, spec.name)

  def test_no_two_configurations_share_a_field_name(self):
    names = [spec.name for part in CONFIGS for spec in dataclasses.fields(part)]
    self.assertCountEqual(names, set(names))

  def test_parts_registered_later_are_choices(self):
    class MyPrior:
      pass

    registry.PRIORS["mine"] = MyPrior
    self.addCleanup(registry.PRIORS.pop, "mine")
    chosen = config.ModelConfig(prior="mine").prior
    self.assertIs(registry.load(registry.PRIORS, chosen), MyPrior)

  @parameterized.parameters(
    (config.ModelConfig, {"iaf_steps": 4}, "iaf_steps 4 .* posterior iaf$"),
    (config.ModelConfig, {"prior_components": 7}, "prior mixture or vamp$"),
    (config.ModelConfig, {"likelihood_stddev": 0.5}, "likelihood gaussian$"),
    (
      config.ModelConfig,
      {"network": "tanh_conv", "hidden_units": (5,)},
      "network tanh_conv does not read it; leave it at .* network dense$",
    ),
    (
      config.ModelConfig,
      {"posterior": "deterministic", "posterior_scale": "exp"},
      "'exp' would not act: posterior deterministic does not read it; leave it"
      " at 'softplus', or choose posterior diagonal, full_covariance or iaf$",
    ),
    (
      config.ObjectiveConfig,
      {"objective": "iwae", "beta": 4},
      "beta 4.0 would not act: objective iwae does not read it; leave it at"
      " 1.0, or choose objective elbo or elbo_mc$",
    ),
    (config.ObjectiveConfig, {"objective": "iwae", "free_bits": 0.5}, "free"),
    (config.ObjectiveConfig, {"importance_samples": 9}, "objective iwae$"),
    (config.ObjectiveConfig, {"mmd_kernel": "imq"}, "infovae or mmd_vae$"),
    (config.TrainingConfig, {"momentum": 0.9}, "adam does not read it; .* sgd"),
    (
      config.TrainingConfig,
      {"learning_rate_schedule": "cosine", "decay_rate": 0.5},
      "learning_rate_schedule piecewise or exponential$",
    ),
    (config.DataConfig, {"test_fraction": 0.2}, "dataset npz or images$"),
  )
  def test_what_no_chosen_part_reads_is_refused(
    self, config_class, values, message
  ):
    with self.assertRaisesRegex(errors.ConfigError, message) as caught:
      config_class(**values)
    self.assertNotIn("\n", str(caught.exception))

  def test_all_that_parts_read_are_settings(self):
    for config_class in CONFIGS:
      names = {spec.name for spec in dataclasses.fields(config_class)}
      for spec in dataclasses.fields(config_class):
        if isinstance(spec.metadata["choices"], parts.Registry):
          for part in spec.metadata["choices"].values():
            self.assertContainsSubset(part.reads, names)

  def test_a_part_that_does_not_say_what_it_reads_may_read_all_of_its_family(
    self,
  ):
    registry.POSTERIORS["mine"] = object
    self.addCleanup(registry.POSTERIORS.pop, "mine")
    model = config.ModelConfig(posterior="mine", posterior_scale="exp")
    self.assertEqual(model.posterior_scale, "exp")
    with self.assertRaisesRegex(errors.ConfigError, "likelihood gaussian$"):
      config.ModelConfig(posterior="mine", likelihood_stddev=0.3)

  def test_what_is_for_all_parts_is_not_refused_where_one_reads_it(self):
    registry.PRIORS["mine"] = parts.Prior(object, reads=("code_size",))
    self.addCleanup(registry.PRIORS.pop, "mine")
    self.assertEqual(config.ModelConfig(code_size=10).code_size, 10)

  def test_dict_without_what_nothing_reads(self):
    experiment = config.ExperimentConfig()
    settings = experiment.to_dict(unread=False)
    self.assertContainsSubset(("beta", "free_bits"), settings["objective"])
    self.assertNotIn("importance_samples", settings["objective"])
    self.assertNotIn("iaf_steps", settings["model"])
    self.assertNotIn("momentum", settings["training"])
    self.assertIn("importance_samples", experiment.to_dict()["objective"])


if __name__ == "__main__":
  absltest.main()

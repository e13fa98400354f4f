from absl import flags
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors, parts, registry


class FlagDefinitionTest(parameterized.TestCase):
  def _parse(self, config_class, argv, prefix=""):
    values = flags.FlagValues()
    config = vae_graph.define_flags(config_class, prefix, flag_values=values)
    values(["program"] + argv)
    return config()

  @parameterized.parameters(
    vae_graph.ModelConfig,
    vae_graph.ObjectiveConfig,
    vae_graph.DataConfig,
    vae_graph.TrainingConfig,
    vae_graph.SessionConfig,
  )
  def test_defaults_are_those_of_the_configuration(self, config_class):
    self.assertEqual(self._parse(config_class, []), config_class())

  def test_values_of_every_kind(self):
    model = self._parse(
      vae_graph.ModelConfig, ["--hidden_units=32, 16", "--activation=tanh"]
    )
    self.assertEqual(model.hidden_units, (32, 16))
    self.assertEqual(model.activation, "tanh")
    training = self._parse(
      vae_graph.TrainingConfig, ["--learning_rate=1e-4", "--epochs=3"]
    )
    self.assertEqual((training.learning_rate, training.epochs), (1e-4, 3))
    session = self._parse(
      vae_graph.SessionConfig,
      [
        "--nogpu_memory_growth",
        "--visible_devices=",
        "--gpu_memory_fraction=0.5",
        "--tower_devices=gpu:0, gpu:1",
      ],
    )
    self.assertIs(session.gpu_memory_growth, False)
    self.assertEqual(session.visible_devices, ())
    self.assertEqual(session.gpu_memory_fraction, 0.5)
    self.assertEqual(session.tower_devices, ("gpu:0", "gpu:1"))
    self.assertIsNone(session.intra_op_threads)

  def test_no_hidden_layer(self):
    model = self._parse(vae_graph.ModelConfig, ["--hidden_units="])
    self.assertEqual(model.hidden_units, ())

  def test_bounds_are_checked_after_parsing(self):
    with self.assertRaisesRegex(errors.ConfigError, "batch_size .* found 0"):
      self._parse(vae_graph.TrainingConfig, ["--batch_size=0"])

  @parameterized.parameters(
    "--hidden_units=a", "--code_size=two", "--network=none"
  )
  def test_what_does_not_parse_names_the_flag(self, argument):
    name = argument.split("=")[0]
    with self.assertRaisesRegex(flags.IllegalFlagValueError, name):
      self._parse(vae_graph.ModelConfig, [argument])

  def test_prefix_keeps_out_of_the_way_of_a_programs_own_flags(self):
    values = flags.FlagValues()
    flags.DEFINE_integer("code_size", 1, "Mine.", flag_values=values)
    config = vae_graph.define_flags(
      vae_graph.ModelConfig, "vae_", flag_values=values
    )
    values(["program", "--code_size=5", "--vae_code_size=7"])
    self.assertEqual(config().code_size, 7)
    self.assertEqual(values.code_size, 5)

  def test_serialized_flags_parse_again(self):
    values = flags.FlagValues()
    config = vae_graph.define_flags(vae_graph.ModelConfig, flag_values=values)
    values(["program", "--hidden_units=3,4"])
    text = values["hidden_units"].serialize()
    values.unparse_flags()
    values(["program", text])
    self.assertEqual(config().hidden_units, (3, 4))

  def test_help_tells_bounds_and_choices(self):
    values = flags.FlagValues()
    vae_graph.define_flags(vae_graph.TrainingConfig, flag_values=values)
    self.assertIn("at least 1", values["batch_size"].help)
    self.assertIn("adam", values["optimizer"].parser.syntactic_help)

  def test_help_tells_who_reads_a_setting(self):
    values = flags.FlagValues()
    vae_graph.define_flags(vae_graph.TrainingConfig, flag_values=values)
    self.assertIn("Read by optimizer rmsprop or sgd.", values["momentum"].help)

  def test_help_and_values_know_parts_registered_after_the_flags(self):
    values = flags.FlagValues()
    config = vae_graph.define_flags(vae_graph.ModelConfig, flag_values=values)
    registry.PRIORS["mine"] = parts.Prior(object, "a prior of my own")
    self.addCleanup(registry.PRIORS.pop, "mine")
    self.assertIn("mine: a prior of my own", values.get_help())
    values(["program", "--prior=mine", "--posterior=iaf"])
    self.assertEqual(config().prior, "mine")
    self.assertIn("--prior=mine", values.flags_into_string())


if __name__ == "__main__":
  absltest.main()

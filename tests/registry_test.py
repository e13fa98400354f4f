from absl.testing import absltest, parameterized

from vae_graph import errors, parts, registry

REGISTRIES = (
  "NETWORKS",
  "POSTERIORS",
  "PRIORS",
  "LIKELIHOODS",
  "OBJECTIVES",
  "OPTIMIZERS",
  "SCHEDULES",
  "DATASETS",
  "LAYOUTS",
)


class RegistryTest(parameterized.TestCase):
  @parameterized.parameters(*REGISTRIES)
  def test_every_entry_can_be_loaded(self, name):
    entries = getattr(registry, name)
    self.assertNotEmpty(entries)
    for key in entries:
      implementation = registry.load(entries, key)
      self.assertTrue(
        callable(implementation) or hasattr(implementation, "encoder"), key
      )

  def test_a_part_of_another_family_is_refused(self):
    for wrong in (parts.Posterior(object), None):
      with self.assertRaisesRegex(errors.ConfigError, "must be a parts.Prior"):
        registry.PRIORS["mine"] = wrong
    self.assertNotIn("mine", registry.PRIORS)

  def test_all_registries_are_tested(self):
    found = [name for name, value in vars(registry).items() if name.isupper()]
    self.assertCountEqual(found, REGISTRIES)


if __name__ == "__main__":
  absltest.main()

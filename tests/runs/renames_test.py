from absl.testing import absltest, parameterized

from vae_graph import errors
from vae_graph.runs import renames


def apply(names, *texts):
  return renames.apply(names, renames.parse(texts, "map"), where="ckpt")


class RenamesTest(parameterized.TestCase):
  @parameterized.parameters(
    (["^vae/="], {"a": "vae/a", "b/c": "vae/b/c", "d": "d"}),
    ([r"^vae/(.)=x_\1"], {"x_a": "vae/a", "x_b/c": "vae/b/c", "d": "d"}),
    # In turn, and one left out.
    (["^vae/=", "^b=e", "^d$="], {"a": "vae/a", "e/c": "vae/b/c"}),
    # A regular expression may have the sign.
    (["^(?=d)=x/"], {"vae/a": "vae/a", "vae/b/c": "vae/b/c", "x/d": "d"}),
    ([], {"vae/a": "vae/a", "vae/b/c": "vae/b/c", "d": "d"}),
  )
  def test_renames(self, texts, expected):
    self.assertEqual(apply(["vae/a", "vae/b/c", "d"], *texts), expected)

  @parameterized.parameters(
    ("no equals sign", "map must be OLD_REGEX=NEW.*is missing"),
    ("=a", "is missing"),
    ("(=b", r"found '\(=b': missing \)"),
    (r"a=\1", "invalid group reference"),
    ("b=c", "'b=c' matches no variable of ckpt, such as a, a2; correct it"),
    ("a.*=b", "a and a2 of ckpt both become b; rename one"),
  )
  def test_what_is_refused(self, text, pattern):
    with self.assertRaisesRegex(errors.ConfigError, pattern):
      apply(["a", "a2"], text)

  def test_of_many_names_some_are_shown(self):
    with self.assertRaisesRegex(errors.ConfigError, "a018, a019 and 300 in"):
      apply([f"a{number:03}" for number in range(300)], "b=c")


if __name__ == "__main__":
  absltest.main()

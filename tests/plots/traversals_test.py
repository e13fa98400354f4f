import numpy as np
from absl.testing import absltest, parameterized

from tests.plots import picture
from tests.plots.picture import find, random_images
from vae_graph import plots

MINUS = "\N{MINUS SIGN}"


class TraversalsTest(parameterized.TestCase, picture.PictureTestCase):
  @parameterized.parameters((28, 28), (28, 28, 1), (32, 32, 3))
  def test_rows_are_in_order_of_their_divergence(self, *shape):
    images = random_images((4, 3) + shape)
    values, kl = [-2, 0, 2], [0.5, np.nan, 3, 1]
    shown = self.draw(
      plots.plot_traversals, images, values=values, kl_per_dimension=kl
    )
    places = {}
    for row in range(4):
      for column in range(3):
        image = images[row, column]
        image = image[..., 0] if image.shape[-1] == 1 else image
        ((top, left),) = find(shown, image, 3)
        places[row, column] = (left, top)
    for row in range(4):
      self.assertEqual(
        sorted(places[row, column] for column in range(3)),
        [places[row, column] for column in range(3)],
      )
    tops = [places[row, 0][1] for row in (2, 3, 0, 1)]
    self.assertEqual(tops, sorted(tops))

  def test_labels(self):
    images = random_images((3, 2, 28, 28))
    kl = [0.004, 1.5178, 0.3]
    self.assertEqual(
      self.texts(
        plots.plot_traversals, images, values=[-2, 2.5], kl_per_dimension=kl
      ),
      [
        "Decoder means along each dimension of the code",
        "code[1]  KL 1.52 nats",
        "code[2]  KL 0.30 nats",
        "code[0]  KL 0.00 nats",
        f"{MINUS}2.00",
        "2.50",
        "value of that dimension",
      ],
    )
    _, *labels = self.texts(plots.plot_traversals, images, values=[-2, 2.5])
    self.assertEqual(labels[:3], ["code[0]", "code[1]", "code[2]"])

  def test_of_many_dimensions_the_title_says_which_are_shown(self):
    images = random_images((40, 2, 28, 28))
    kl = np.arange(40)
    title, *labels = self.texts(
      plots.plot_traversals, images, values=[-2, 2], kl_per_dimension=kl
    )
    self.assertEqual(
      title, "Decoder means along the 20 most used of 40 dimensions"
    )
    self.assertEqual(labels[19], "code[20]  KL 20.00 nats")
    shown = self.draw(
      plots.plot_traversals, images, values=[-2, 2], kl_per_dimension=kl
    )
    self.assertLess(len(shown), 1500)
    self.assertLen(find(shown, images[20, 0], 2), 1)
    self.assertEmpty(find(shown, images[19, 0], 2))
    title, *_ = self.texts(
      plots.plot_traversals,
      images,
      values=[-2, 2],
      kl_per_dimension=None,
      at_most=3,
    )
    self.assertEqual(title, "Decoder means along the 3 first of 40 dimensions")
    title, *labels = self.texts(
      plots.plot_traversals,
      images,
      values=[-2, 2],
      kl_per_dimension=None,
      order=kl.argsort()[::-1],
      at_most=3,
    )
    self.assertEqual(
      title, "Decoder means along the 3 most used of 40 dimensions"
    )
    self.assertEqual(labels[:3], ["code[39]", "code[38]", "code[37]"])

  def test_same_input_gives_the_same_bytes(self):
    images = random_images((2, 2, 28, 28))
    self.assert_deterministic(
      plots.plot_traversals, images, values=[0, 1], kl_per_dimension=[1, 2]
    )

  def test_other_shapes_are_refused(self):
    images = random_images((2, 3, 28, 28))
    with self.assertRaisesRegex(ValueError, r"values must be \[3\].*\[2\]"):
      plots.plot_traversals(self.path, images, values=[0, 1])
    with self.assertRaisesRegex(ValueError, r"kl_per_dim.* be \[2\].*\[3\]"):
      plots.plot_traversals(
        self.path, images, values=[0, 1, 2], kl_per_dimension=[0, 1, 2]
      )


if __name__ == "__main__":
  absltest.main()

from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized
from scipy import special
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.latent_metrics import linear_probe


def clusters(n, size, classes, seed=0):
  """Overlapping classes, on scales that differ by dimension."""
  random = np.random.RandomState(seed)
  numbers = random.randint(classes, size=n)
  centers = np.random.RandomState(99).randn(classes, size)
  codes = (centers[numbers] + random.randn(n, size)) * np.logspace(-2, 2, size)
  return codes.astype(np.float32), 3 * numbers + 7


def scikit_learn(codes, labels, penalty):
  """Returns the fitted oracle, and the loss as a `Probe` defines it."""
  scaler = StandardScaler().fit(codes.astype(np.float64))
  codes = scaler.transform(codes.astype(np.float64))
  # scikit-learn has one vector w where two classes have w / 2 and -w / 2 here,
  # with half of its sum of squares.
  two = len(np.unique(labels)) == 2
  model = LogisticRegression(
    C=(2 if two else 1) / (penalty * len(codes)), tol=1e-8, max_iter=5000
  ).fit(codes, labels)
  log_probs = np.log(model.predict_proba(codes))
  chosen = log_probs[
    np.arange(len(codes)), np.searchsorted(model.classes_, labels)
  ]
  squares = (model.coef_**2).sum() / (2 if two else 1)
  return scaler, model, -chosen.mean() + 0.5 * penalty * squares


class LinearProbeTest(parameterized.TestCase):
  @parameterized.parameters(
    (2, 10, 1e-4), (16, 10, 1e-4), (5, 3, 0.1), (1, 3, 1e-4), (4, 2, 1e-3)
  )
  def test_is_scikit_learns(self, size, classes, penalty):
    train, train_labels = clusters(2000, size, classes)
    test, test_labels = clusters(1000, size, classes, seed=1)
    scaler, model, loss = scikit_learn(train, train_labels, penalty)
    probe = linear_probe.fit_probe(train, train_labels, penalty=penalty)
    self.assertAlmostEqual(probe.loss, loss, delta=1e-4 * loss)
    accuracy = np.mean(probe.predict(test) == test_labels)
    expected = model.score(scaler.transform(test), test_labels)
    self.assertAlmostEqual(accuracy, expected, delta=0.003)
    self.assertGreater(accuracy, 1.2 / classes)

  def test_loss_is_that_of_its_parameters(self):
    codes, labels = clusters(300, 3, 4)
    probe = linear_probe.fit_probe(codes, labels, penalty=0.01)
    logits = (codes - codes.mean(axis=0)) / codes.std(axis=0)
    logits = logits.dot(probe.weights) + probe.biases
    chosen = logits[np.arange(300), (labels - 7) // 3]
    loss = (special.logsumexp(logits, axis=1) - chosen).mean()
    loss += 0.01 / 2 * (probe.weights**2).sum()
    self.assertAlmostEqual(probe.loss, loss, places=5)

  def test_separable_classes_converge(self):
    codes = np.array([[-1.0], [-0.9], [0.9], [1.0]])
    with mock.patch.object(linear_probe._LOGGER, "warning") as warning:
      probe = linear_probe.fit_probe(codes, [0, 0, 1, 1])
    warning.assert_not_called()
    np.testing.assert_array_equal(probe.predict(codes), [0, 0, 1, 1])

  def test_one_class_is_always_predicted(self):
    codes = np.random.RandomState(0).randn(10, 2)
    found = linear_probe.probe_accuracy(
      codes, np.full(10, 4), test_codes=codes[:4], test_labels=[4, 4, 4, 1]
    )
    self.assertEqual(found, 0.75)

  def test_constant_codes_predict_the_most_frequent_class(self):
    codes, labels = np.full((10, 2), 0.1), np.array([1] * 3 + [2] * 7)
    probe = linear_probe.fit_probe(codes, labels)
    entropy = -(0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    self.assertAlmostEqual(probe.loss, entropy, places=6)
    np.testing.assert_array_equal(probe.predict(codes + 0.01), [2] * 10)

  def test_a_constant_dimension_changes_nothing(self):
    codes, labels = clusters(200, 2, 3)
    wider = np.concatenate([codes, np.full((200, 1), 0.3)], axis=1)
    # A rounding error, that would blow up what differs in a test code.
    self.assertGreater(wider.std(axis=0)[2], 0)
    probe = linear_probe.fit_probe(wider, labels)
    expected = linear_probe.fit_probe(codes, labels)
    self.assertAlmostEqual(probe.loss, expected.loss, places=6)
    np.testing.assert_array_equal(
      probe.predict(wider + [0, 0, 0.01]), expected.predict(codes)
    )

  def test_a_single_code(self):
    self.assertEqual(
      linear_probe.probe_accuracy(
        [[1.0]], [3], test_codes=[[0.0], [2.0]], test_labels=[3, 4]
      ),
      0.5,
    )

  def test_leaves_the_callers_graph_alone_and_takes_its_settings(self):
    codes, labels = clusters(50, 2, 3)
    proto = tf.ConfigProto(intra_op_parallelism_threads=1)
    with tf.Graph().as_default() as graph:
      with mock.patch.object(tf, "Session", wraps=tf.Session) as session:
        linear_probe.fit_probe(codes, labels, config_proto=proto)
      self.assertEmpty(graph.get_operations())
    session.assert_called_once_with(config=proto)

  def test_says_if_it_did_not_converge(self):
    codes, labels = clusters(200, 5, 4)
    with mock.patch.object(linear_probe, "_MAX_ITERATIONS", 2):
      with mock.patch.object(linear_probe._LOGGER, "warning") as warning:
        linear_probe.fit_probe(codes, labels)
    message, gradient, iterations = warning.call_args[0]
    self.assertIn("did not converge", message)
    self.assertGreater(gradient, 1e-6)
    self.assertEqual(iterations, 2)

  def test_labels_that_are_names_of_images_or_too_many(self):
    for classes, each, few, large in (
      (1, 1, False, False),
      (2, 1, True, False),
      (500, 2, False, False),
      (4000, 3, False, True),
      (20000, 1, True, True),
    ):
      labels = np.repeat(np.arange(classes), each)
      with self.subTest(classes):
        reason = linear_probe.few_of_a_class(labels)
        self.assertEqual(reason is not None, few)
        if few:
          self.assertStartsWith(reason, f"{classes:,} classes in ")
        reason = linear_probe.too_large(labels)
        self.assertEqual(reason is not None, large)

  def test_refuses_what_does_not_fit(self):
    codes, labels = np.zeros((6, 2)), np.zeros(6)
    for train, test, message in (
      ((codes, labels[1:]), (codes, labels), r"labels must be \[6\] like"),
      ((codes, labels), (codes, labels[1:]), r"test_labels must be \[6\] like"),
      ((codes, labels), (codes[:, :1], labels), r"test_codes must be \[n, 2\]"),
      ((codes * np.nan, labels), (codes, labels), "train_codes: 6 of 6 hold"),
    ):
      with self.subTest(message), self.assertRaisesRegex(
        (ValueError, errors.NonFiniteError), message
      ):
        linear_probe.probe_accuracy(
          *train, test_codes=test[0], test_labels=test[1]
        )


if __name__ == "__main__":
  absltest.main()

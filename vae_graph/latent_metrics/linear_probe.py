"""A linear probe: classification by a linear function of the codes."""

import logging
import typing

import numpy as np

from vae_graph.compat import lbfgs_minimize, tf
from vae_graph.latent_metrics.arrays import check_codes, check_labels

_LOGGER = logging.getLogger(__name__)

PENALTY = 1e-4
_MAX_ITERATIONS = 1000
# Of fewer training codes a class, labels are names of images, not classes.
_LEAST_OF_A_CLASS = 2
# Codes times classes: 256 MiB for each matrix of them, of which there are a few
# while it is fitted, and about a minute of a processor's time.
_MOST_LOGITS = 2**25
# Largest entry of the gradient at which a fit has converged.
_TOLERANCE = 1e-6


class Probe(typing.NamedTuple):
  """A fitted multinomial logistic regression.

  classes: `[c]`, the labels in ascending order.
  mean, scale: float64 `[d]`; a code is standardized to (code - mean) / scale.
  weights: float64 `[d, c]`, of standardized codes.
  biases: float64 `[c]`.
  loss: float, nats per code, with the penalty.
  """

  classes: np.ndarray
  mean: np.ndarray
  scale: np.ndarray
  weights: np.ndarray
  biases: np.ndarray
  loss: float

  def predict(self, codes):
    """Returns the most likely class of each code `[n, d]`, as `[n]`."""
    codes = check_codes(codes, "codes", size=len(self.mean))
    logits = (codes - self.mean) / self.scale @ self.weights + self.biases
    return self.classes[logits.argmax(axis=1)]


def few_of_a_class(train_labels):
  """Returns why labels tell no classes apart, or None.

  Args:
    train_labels: classes `[n]`.
  """
  count = len(np.unique(train_labels))
  if count < 2 or len(train_labels) >= _LEAST_OF_A_CLASS * count:
    return None
  return (
    f"{count:,} classes in {len(train_labels):,} training images: fewer than"
    f" {_LEAST_OF_A_CLASS} of a class"
  )


def too_large(train_labels):
  """Returns why no probe is fitted to as many labels, or None.

  Args:
    train_labels: classes `[n]`.
  """
  count = len(np.unique(train_labels))
  if len(train_labels) * count <= _MOST_LOGITS:
    return None
  return (
    f"{count:,} classes in {len(train_labels):,} training images: too many for"
    " a linear probe"
  )


def probe_accuracy(
  train_codes,
  train_labels,
  *,
  test_codes,
  test_labels,
  penalty=PENALTY,
  config_proto=None,
):
  """Share of test codes whose label a linear classifier predicts.

  Args:
    train_codes: floats `[n, d]`, to fit the classifier on; see `fit_probe`.
    train_labels: classes `[n]`.
    test_codes: floats `[m, d]`.
    test_labels: classes `[m]`.
    penalty: see `fit_probe`.
    config_proto: see `fit_probe`.

  Returns:
    A float in [0, 1].
  """
  train_codes = check_codes(train_codes, "train_codes")
  test_codes = check_codes(test_codes, "test_codes", size=train_codes.shape[1])
  test_labels = check_labels(test_labels, "test_labels", codes=test_codes)
  probe = fit_probe(
    train_codes, train_labels, penalty=penalty, config_proto=config_proto
  )
  return float(np.mean(probe.predict(test_codes) == test_labels))


def fit_probe(codes, labels, *, penalty=PENALTY, config_proto=None):
  """Fits a multinomial logistic regression on standardized codes.

  Minimizes the mean cross-entropy + penalty / 2 * the sum of squared weights,
  biases free, by L-BFGS from zero, so that equal codes give an equal probe. The
  graph and session are its own, on the CPU.

  Args:
    codes: floats `[n, d]`.
    labels: classes `[n]`. With a single class, that one is always predicted.
    penalty: weight of the squared weights. scikit-learn's C is
      1 / (penalty * n).
    config_proto: a `tf.ConfigProto`, or None. If this is the process's first
      session, it decides about the threads of all.

  Returns:
    A `Probe`.
  """
  codes = check_codes(codes, "codes")
  labels = check_labels(labels, "labels", codes=codes)
  classes, numbers = np.unique(labels, return_inverse=True)
  mean = codes.mean(axis=0)
  # A constant dimension says nothing, and its stddev may be a rounding error.
  scale = np.where(np.ptp(codes, axis=0) > 0, codes.std(axis=0), 1.0)
  shape = [codes.shape[1] + 1, len(classes)]

  with tf.Graph().as_default(), tf.device("/cpu:0"):
    inputs = tf.placeholder(tf.float64, codes.shape)
    targets = tf.placeholder(tf.int64, numbers.shape)

    def loss_and_gradient(parameters):
      weights, biases = tf.split(
        tf.reshape(parameters, shape), [shape[0] - 1, 1]
      )
      cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=targets, logits=tf.matmul(inputs, weights) + biases
      )
      # l2_loss is half the sum of squares.
      loss = tf.reduce_mean(cross_entropy) + penalty * tf.nn.l2_loss(weights)
      return loss, tf.gradients(loss, parameters)[0]

    fit = lbfgs_minimize(
      loss_and_gradient,
      tf.zeros([shape[0] * shape[1]], tf.float64),
      tolerance=_TOLERANCE,
      max_iterations=_MAX_ITERATIONS,
    )
    feed = {inputs: (codes - mean) / scale, targets: numbers}
    with tf.Session(config=config_proto) as session:
      fit = session.run(fit, feed)

  if not fit.converged:
    _LOGGER.warning(
      "the linear probe did not converge: largest gradient %.1e after %d"
      " iterations",
      np.abs(fit.objective_gradient).max(),
      fit.num_iterations,
    )
  parameters = fit.position.reshape(shape)
  return Probe(
    classes=classes,
    mean=mean,
    scale=scale,
    weights=parameters[:-1],
    biases=parameters[-1],
    loss=float(fit.objective_value),
  )

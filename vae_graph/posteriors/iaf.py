"""A posterior by inverse autoregressive flow.

From a diagonal Gaussian's sample z and a context h of the encoder, each step

    m, s = net(z, h)     net's output i sees only z[0], ..., z[i - 1]
    gate = sigmoid(s)
    z    = gate * z + (1 - gate) * m

has a triangular Jacobian with the gates on its diagonal, so that

    log q(z|x) = log q_0(z_0) - sum over steps and dimensions of log gate

The order of the dimensions is reversed between steps. There is no closed form
of the density at a point that was not drawn from it, nor of its moments.

References:
  Kingma et al., "Improving Variational Inference with Inverse Autoregressive
  Flow", NeurIPS 2016.
  Germain et al., "MADE: Masked Autoencoder for Distribution Estimation", 2015.
"""

import numpy as np

from vae_graph import layers
from vae_graph.compat import tf
from vae_graph.posteriors.base import Posterior
from vae_graph.posteriors.diagonal import DiagonalNormal

# Gates begin near one, so that a step begins near the identity.
_GATE_SHIFT = 2.0


class InverseAutoregressiveFlow(Posterior):
  """A diagonal Gaussian, made flexible by autoregressive steps.

  Args:
    features: float32 `[batch, n]`, the encoder's output.
    model_config: a `ModelConfig`; reads `code_size`, `posterior_scale`,
      `iaf_steps` and `iaf_hidden_units`.
  """

  def __init__(self, features, model_config):
    self._base = DiagonalNormal(features, model_config)
    self._num_steps = model_config.iaf_steps
    self._hidden_units = model_config.iaf_hidden_units
    self._context = layers.dense(
      features,
      self._hidden_units,
      activation=tf.nn.tanh,
      name="iaf_context",
    )
    # Samples are drawn after the encoder's template has been left.
    self._scope = tf.get_variable_scope()
    # Where the flow takes the middle of the base; the mean has no closed form.
    self.mean, _ = self._flow(self._base.mean)

  def _sample_and_log_prob(self, seed, sample_shape):
    code, log_prob = self._base.sample_and_log_prob(seed, sample_shape)
    code, log_gates = self._flow(code)
    return code, log_prob - log_gates

  def _flow(self, code):
    """Returns the flow's output, and the sum of its log gates in nats."""
    total = 0.0
    for index in range(self._num_steps):
      if index:
        code = tf.reverse(code, axis=[-1])
      shift, gate_logit = self._parameters(code, f"iaf_{index}")
      gate = tf.sigmoid(gate_logit)
      code = gate * code + (1.0 - gate) * shift
      total += tf.reduce_sum(tf.log_sigmoid(gate_logit), axis=-1)
    return code, total

  def _parameters(self, code, name):
    """Returns m and s of the step `name`, each of the code's shape."""
    size = int(code.shape[-1])
    # Dimension i of the input has degree i + 1; a hidden unit of degree k sees
    # the inputs of degree at most k, an output the hidden units below its own.
    inputs = np.arange(1, size + 1)
    hidden = np.arange(self._hidden_units) % max(size - 1, 1) + 1
    to_hidden = inputs[:, np.newaxis] <= hidden
    to_output = np.tile(hidden[:, np.newaxis] < inputs, (1, 2))
    with tf.variable_scope(
      self._scope, auxiliary_name_scope=False
    ), tf.variable_scope(name, reuse=tf.AUTO_REUSE):
      activations = tf.nn.tanh(
        layers.masked_dense(
          code, self._hidden_units, mask=to_hidden, name="hidden"
        )
        + self._context
      )
      outputs = layers.masked_dense(
        activations, 2 * size, mask=to_output, name="output"
      )
      # The context reaches the first dimension too, which sees no other.
      outputs += layers.dense(self._context, 2 * size, name="context")
    shift, gate_logit = tf.split(outputs, 2, axis=-1)
    return shift, gate_logit + _GATE_SHIFT

"""The graph that is served: signatures of a model, whose noise is an input.

No op of it draws random numbers, which TensorFlow Lite, ONNX and other runtimes
do not have. Only the seeded signatures do, for runtimes that are TensorFlow.
"""

import functools
import re
import typing
from typing import Any, Dict

import numpy as np

from vae_graph import errors
from vae_graph.compat import tf
from vae_graph.config import combinations
from vae_graph.inference.importance_sampling import (
  build_estimation,
  samples_at_once,
)
from vae_graph.objectives.elbo import elbo, elbo_mc
from vae_graph.randomness import NoiseInputs, fold_in
from vae_graph.vae import VAE


class Signature(typing.NamedTuple):
  """What a signature takes and gives, by name.

  inputs: dict of placeholders.
  outputs: dict of tensors.
  """

  inputs: Dict[str, tf.Tensor]
  outputs: Dict[str, tf.Tensor]


class ServingGraph(typing.NamedTuple):
  """The signatures of a model, of which docs/export.md says what they do.

  vae: the `VAE`. Its variables begin at zero, and are to be restored.
  signatures: dict from the name of each to a `Signature` without random ops:
    `encode`, `decode`, `reconstruct`, `sample` and, where the posterior has a
    density, `score`. The tensor of `mean` of `encode` is `encode/mean:0`, and
    so on.
  seeded: likewise, those that draw from a seed, if they were asked for:
    `sample_seeded` and, where the posterior has a density, `score_importance`.
  """

  vae: Any
  signatures: Dict[str, Signature]
  seeded: Dict[str, Signature]


def build_serving_graph(model_config, image_shape, *, with_seeded=False):
  """Builds the signatures of a model in the default graph, which is empty.

  Args:
    model_config: a `ModelConfig`.
    image_shape: `(height, width)` or `(height, width, channels)`.
    with_seeded: whether to build the signatures that draw from a seed, too.

  Returns:
    A `ServingGraph`.

  Raises:
    GraphModeError: eager execution is on.
    UnsupportedError: a part of the model draws random numbers by itself.
  """
  # Initial values are random, too, and nobody asks for them.
  with tf.variable_scope(tf.get_variable_scope(), custom_getter=_zeros):
    vae = VAE(model_config, image_shape)
  builders = {
    "encode": _encode,
    "decode": _decode,
    "reconstruct": _reconstruct,
    "sample": _sample,
  }
  seeded_builders = {"sample_seeded": _sample_seeded}
  if combinations.has_density(model_config):
    builders["score"] = _score
  signatures = _build_all(builders, vae)
  if "score" in signatures:
    seeded_builders["score_importance"] = functools.partial(
      _score_importance, distortion=signatures["score"].outputs["distortion"]
    )
  for name, signature in signatures.items():
    _check_draws_nothing(name, signature)
  seeded = _build_all(seeded_builders, vae) if with_seeded else {}
  return ServingGraph(vae, signatures, seeded)


def ancestors(tensors):
  """Returns the set of all ops that tensors follow from, theirs among them."""
  found, todo = set(), [tensor.op for tensor in tensors]
  while todo:
    op = todo.pop()
    if op not in found:
      found.add(op)
      todo += [tensor.op for tensor in op.inputs] + op.control_inputs
  return found


def _zeros(getter, name, *args, **kwargs):
  kwargs["initializer"] = tf.zeros_initializer()
  return getter(name, *args, **kwargs)


def _build_all(builders, vae):
  return {name: _build(name, each, vae) for name, each in builders.items()}


def _build(name, build, vae):
  """Builds a signature, whose tensors are in the name scope `name`."""
  with tf.name_scope(name):
    inputs, outputs = build(vae)
    outputs = {
      key: tf.identity(tensor, name=key)
      for key, tensor in outputs.items()
      if tensor is not None
    }
  read = ancestors(outputs.values())
  return Signature(
    {key: each for key, each in inputs.items() if each.op in read}, outputs
  )


def _encode(vae):
  inputs = _images(vae)
  posterior = vae.encode(_checked(inputs["images"]))
  return inputs, {"mean": posterior.mean, "stddev": posterior.stddev}


def _decode(vae):
  shape = [None, vae.model_config.code_size]
  inputs = {"code": tf.placeholder(tf.float32, shape, name="code")}
  likelihood = vae.decode(_checked(inputs["code"]))
  return inputs, {"mean": likelihood.mean()}


def _reconstruct(vae):
  inputs, noise = _images(vae), NoiseInputs("reconstruct")
  posterior = vae.encode(_checked(inputs["images"]))
  code, _ = posterior.sample_and_log_prob(noise)
  outputs = {"reconstruction": vae.decode(code).mean(), "code": code}
  return {**inputs, **noise.placeholders}, outputs


def _sample(vae):
  # How many is the first dimension of the noise. A prior that draws none, and
  # so has no input but this one, is told.
  count = tf.placeholder(tf.int32, [], name="count")
  noise = NoiseInputs("sample")
  code = vae.prior.sample(count, noise)
  outputs = {"samples": vae.decode(code).mean(), "code": code}
  return {"count": count, **noise.placeholders}, outputs


def _score(vae):
  inputs, noise = _images(vae), NoiseInputs("score")
  objective = (
    elbo if combinations.has_analytic_kl(vae.model_config) else elbo_mc
  )
  terms = objective(vae, _checked(inputs["images"]), noise)
  outputs = {
    "elbo": terms.elbo,
    "rate": terms.rate,
    "distortion": terms.distortion,
  }
  return {**inputs, **noise.placeholders}, outputs


def _sample_seeded(vae):
  count = tf.placeholder(tf.int32, [], name="count")
  seed = tf.placeholder(tf.int64, [], name="seed")
  key = tf.stack([seed, np.int64(0)])
  code = vae.prior.sample(count, fold_in(key, "prior"))
  outputs = {"samples": vae.decode(code).mean(), "code": code}
  return {"count": count, "seed": seed}, outputs


def _score_importance(vae, distortion):
  graph = build_estimation(vae, at_once=samples_at_once(distortion))
  inputs = {
    "images": graph.images,
    "count": graph.num_samples,
    "seed": graph.seed,
  }
  return inputs, graph.estimates._asdict()


def _images(vae):
  shape = [None, *vae.image_shape]
  return {"images": tf.placeholder(tf.float32, shape, name="images")}


def _checked(tensor):
  """What was fed; a run fails where it has another shape.

  Without it, a runtime that does not look at the placeholder's shape would
  take four images of a quarter of the size for one.
  """
  return tf.ensure_shape(tensor, tensor.shape)


def _check_draws_nothing(name, signature):
  """Raises where an op of a signature draws random numbers."""
  types = {op.type for op in ancestors(signature.outputs.values())}
  random = sorted(
    each for each in types if re.search("Random|Multinomial", each)
  )
  if random:
    raise errors.UnsupportedError(
      f"export: signature {name} would draw random numbers, by"
      f" {', '.join(random)}; draw the noise of your part by"
      " vae_graph.randomness.normal or uniform, from the seed that it is given"
    )

from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

import vae_graph
from vae_graph import errors, parts, registry
from vae_graph.compat import tf
from vae_graph.export.serving_graph import ancestors, build_serving_graph
from vae_graph.inference import importance_sampling
from vae_graph.posteriors import Posterior
from vae_graph.runtime import blocks

SHAPE = (6, 5)
BATCH = 4


def build(with_seeded=False, **model):
  return build_serving_graph(
    vae_graph.ModelConfig(hidden_units=(8,), **model),
    SHAPE,
    with_seeded=with_seeded,
  )


def randomize(session, vae):
  """Gives the variables values, which all differ."""
  random = np.random.RandomState(0)
  for each in vae.variables:
    each.load(0.5 * random.randn(*each.shape.as_list()), session)


class DrawsByItself(Posterior):
  """A posterior that asks no seed."""

  def __init__(self, features, model_config):
    self.mean = features[:, : model_config.code_size]

  def _sample_and_log_prob(self, seed, sample_shape):
    return self.mean + tf.random_normal(tf.shape(self.mean)), None


class ServingGraphTest(parameterized.TestCase):
  @parameterized.product(
    posterior=("diagonal", "full_covariance", "iaf", "deterministic"),
    prior=("standard_normal", "mixture"),
  )
  def test_noise_is_an_input(self, posterior, prior):
    with tf.Graph().as_default() as graph:
      signatures = build(
        posterior=posterior, prior=prior, code_size=3
      ).signatures
      types = {op.type for op in graph.get_operations()}
    self.assertEmpty([each for each in types if "Random" in each])
    noise = {} if posterior == "deterministic" else {"noise": [None, 3]}
    component = {"component_uniform": [None, 100]} if prior == "mixture" else {}
    images, code = {"images": [None, 6, 5]}, {"code": [None, 3]}
    expected = {
      "encode": images,
      "decode": code,
      "reconstruct": {**images, **noise},
      "sample": {"noise": [None, 3], **component},
    }
    if noise:
      expected["score"] = {**images, **noise}
    found = {
      name: {key: each.shape.as_list() for key, each in one.inputs.items()}
      for name, one in signatures.items()
    }
    self.assertEqual(found, expected)
    for name, signature in signatures.items():
      for key, tensor in {**signature.inputs, **signature.outputs}.items():
        self.assertEqual(tensor.name, f"{name}/{key}:0")
        self.assertIsNone(tensor.shape.as_list()[0], tensor)

  @parameterized.parameters("diagonal", "full_covariance", "iaf")
  def test_zero_noise_is_the_path_of_the_mean(self, posterior):
    with tf.Graph().as_default(), tf.Session() as session:
      serving_graph = build(posterior=posterior, code_size=3)
      randomize(session, serving_graph.vae)
      images = np.random.RandomState(0).rand(BATCH, *SHAPE)
      zeros = np.zeros([BATCH, 3])
      encode, decode, reconstruct, sample, _ = serving_graph.signatures.values()
      mean = session.run(
        encode.outputs["mean"], {encode.inputs["images"]: images}
      )
      self.assertGreater(np.std(mean), 0)
      found = session.run(
        reconstruct.outputs,
        {
          reconstruct.inputs["images"]: images,
          reconstruct.inputs["noise"]: zeros,
        },
      )
      decoded = [
        session.run(decode.outputs["mean"], {decode.inputs["code"]: code})
        for code in (mean, zeros)
      ]
      samples = session.run(sample.outputs, {sample.inputs["noise"]: zeros})
    np.testing.assert_allclose(found["code"], mean, rtol=1e-5)
    np.testing.assert_allclose(found["reconstruction"], decoded[0], rtol=1e-5)
    np.testing.assert_allclose(samples["samples"], decoded[1], rtol=1e-5)

  def test_noise_chooses_the_component(self):
    logits = np.log([0.5, 0.3, 0.2])
    # By the Gumbel-max trick: the largest of logit - log(-log(uniform)).
    uniform = np.random.RandomState(0).rand(50, 3)
    chosen = np.argmax(logits - np.log(-np.log(uniform)), axis=-1)
    self.assertLen(set(chosen), 3)
    with tf.Graph().as_default(), tf.Session() as session:
      serving_graph = build(prior="mixture", prior_components=3)
      randomize(session, serving_graph.vae)
      variables = serving_graph.vae.prior.variables
      variables[0].load(logits, session)
      sample = serving_graph.signatures["sample"]
      codes = session.run(
        sample.outputs["code"],
        {
          sample.inputs["component_uniform"]: uniform,
          sample.inputs["noise"]: np.zeros([50, 2]),
        },
      )
      means = session.run(variables[1])
    np.testing.assert_allclose(codes, means[chosen], rtol=1e-6)

  def test_seeded_signatures_draw_as_the_library_does(self):
    with tf.Graph().as_default(), tf.Session() as session:
      serving_graph = build(with_seeded=True)
      randomize(session, serving_graph.vae)
      sample, score = serving_graph.seeded.values()
      names = [op.type for op in ancestors(sample.outputs.values())]
      self.assertNotEmpty([each for each in names if "Random" in each])
      feed = {sample.inputs["count"]: 5, sample.inputs["seed"]: 3}
      first, again = (session.run(sample.outputs, feed) for _ in range(2))
      feed[sample.inputs["seed"]] = 4
      other = session.run(sample.outputs, feed)
      images = np.random.RandomState(0).rand(BATCH, *SHAPE)
      estimates = session.run(
        score.outputs,
        {
          score.inputs["images"]: images,
          score.inputs["count"]: 600,
          score.inputs["seed"]: 3,
        },
      )
    self.assertEqual(first["samples"].shape, (5, *SHAPE))
    np.testing.assert_array_equal(first["code"], again["code"])
    self.assertGreater(np.abs(first["code"] - other["code"]).min(), 0)
    # Jensen's inequality, for one and the same samples.
    self.assertTrue(np.all(estimates["log_likelihood"] > estimates["elbo"]))

  def test_a_large_models_samples_are_decoded_in_parts(self):
    with mock.patch.object(
      importance_sampling, "images_at_once", return_value=7
    ) as at_once:
      with tf.Graph().as_default():
        build(with_seeded=True)
    ((distortion,),), kwargs = at_once.call_args
    self.assertEqual(distortion.name, "score/distortion:0")
    self.assertLess(kwargs["memory"], blocks.MEMORY)

  def test_another_shape_than_that_of_images_is_refused(self):
    """Also by a runtime that does not know the placeholder's shape."""
    with tf.Graph().as_default() as graph:
      encode = build().signatures["encode"]
    graph_def = graph.as_graph_def()
    for node in graph_def.node:
      if node.op == "Placeholder":
        node.attr["shape"].shape.CopyFrom(tf.TensorShape(None).as_proto())
    with tf.Graph().as_default(), tf.Session() as session:
      tf.import_graph_def(graph_def, name="")
      feed = {encode.inputs["images"].name: np.zeros([4, 3, 5])}
      with self.assertRaisesRegex(
        tf.errors.InvalidArgumentError, r"\[4,3,5\].*\[\?,6,5\]"
      ):
        session.run(_check_of_images(graph), feed)

  def test_a_part_that_asks_no_seed_is_refused(self):
    registry.POSTERIORS["draws"] = parts.Posterior(
      DrawsByItself, "draws", reads=(), has_density=False
    )
    self.addCleanup(registry.POSTERIORS.pop, "draws")
    with tf.Graph().as_default():
      with self.assertRaisesRegex(
        errors.UnsupportedError,
        "signature reconstruct would draw .*RandomStandardNormal.*randomness",
      ):
        build(posterior="draws")


def _check_of_images(graph):
  """Returns the name of the tensor behind the check of the images."""
  (op,) = [
    op
    for op in graph.get_operations()
    if op.type == "EnsureShape" and op.inputs[0].name == "encode/images:0"
  ]
  return op.outputs[0].name


if __name__ == "__main__":
  absltest.main()

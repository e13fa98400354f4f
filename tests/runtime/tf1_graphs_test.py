import os

import numpy as np
from absl.testing import absltest, parameterized

from vae_graph import errors
from vae_graph.compat import op_def, tf
from vae_graph.runtime import tf1_graphs

OPS = os.path.join(os.path.dirname(tf1_graphs.__file__), "tf1_ops.txt")
IS_TF1 = tf.__version__.startswith("1.")


def known():
  with open(OPS, encoding="ascii") as file:
    lines = [line.split() for line in file]
  return {op: set(attributes) for op, *attributes in lines}


def put(build):
  """Builds tensors, and returns their graph for 1.15 and their names."""
  with tf.Graph().as_default() as graph:
    names = [tensor.name for tensor in build()]
  graph_def = graph.as_graph_def()
  tf1_graphs.to_tf1(graph_def)
  return graph_def, names


def run(graph_def, names):
  with tf.Graph().as_default(), tf.Session() as session:
    tf.import_graph_def(graph_def, name="")
    return session.run(names)


def evaluate(build):
  with tf.Graph().as_default(), tf.Session() as session:
    return session.run(list(build()))


def philox():
  """Draws by a key that is not of StatelessRandomGetKeyCounter."""
  return tf.random.stateless_normal([2], [3, 4], alg="philox")


def draw_in_a_function():
  """Draws by a key that is an argument."""

  @tf.function
  def draw(key, counter, alg):
    return tf.raw_ops.StatelessRandomNormalV2(
      shape=[2], key=key, counter=counter, alg=alg
    )

  key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=[3, 4])
  return draw(key, counter, tf.constant(1))


def diagonal_in_a_function():
  """Takes the diagonal of an offset that is an argument."""

  @tf.function
  def diagonal(offset):
    return tf.raw_ops.MatrixDiagPartV3(
      input=tf.zeros([3, 3]), k=offset, padding_value=0.0
    )

  return diagonal(tf.constant(0))


class Tf1GraphsTest(parameterized.TestCase):
  def _assert_known(self, graph_def):
    ops = known()
    nodes = list(graph_def.node)
    for function in graph_def.library.function:
      nodes += function.node_def
    for node in nodes:
      self.assertIn(node.op, ops)
      attributes = {each for each in node.attr if not each.startswith("_")}
      self.assertContainsSubset(attributes, ops[node.op], node.op)

  @parameterized.parameters(tf.int32, tf.int64)
  def test_draws_keep_their_bits(self, dtype):
    def build():
      seed = tf.constant([3, 4], dtype)
      yield tf.random.stateless_normal([5, 2], seed)
      yield tf.random.stateless_uniform(tf.constant([7], tf.int64), seed)

    graph_def, names = put(build)
    self._assert_known(graph_def)
    for one, other in zip(run(graph_def, names), evaluate(build)):
      np.testing.assert_array_equal(one, other)

  def test_draws_inside_of_a_loop(self):
    def build():
      yield tf.while_loop(
        lambda i, total: i < 3,
        lambda i, total: (
          i + 1,
          total + tf.random.stateless_normal([2], tf.stack([i, 4])),
        ),
        (0, tf.zeros([2])),
      )[1]

    graph_def, names = put(build)
    self._assert_known(graph_def)
    np.testing.assert_array_equal(run(graph_def, names), evaluate(build))

  def test_diagonals(self):
    def build():
      square = tf.reshape(tf.range(18.0), [2, 3, 3])
      yield tf.linalg.diag_part(square)
      yield tf.linalg.set_diag(square, -tf.ones([2, 3]))

    graph_def, names = put(build)
    self._assert_known(graph_def)
    for one, other in zip(run(graph_def, names), evaluate(build)):
      np.testing.assert_array_equal(one, other)

  def test_what_describes_and_defaults_are_left_out(self):
    def build():
      variable = tf.get_variable("v", [2], use_resource=True)
      yield tf.matmul(variable[tf.newaxis], variable[:, tf.newaxis])

    graph_def, _ = put(build)
    self._assert_known(graph_def)

  @absltest.skipIf(IS_TF1, "TensorFlow 1.15 has nothing newer than itself")
  def test_what_is_newer_is_refused_by_name(self):
    with self.assertRaisesRegex(
      errors.UnsupportedError,
      r"^op MatrixDiagPartV3, op MatrixDiagV3 of TensorFlow .* not known",
    ):
      put(
        lambda: [
          tf.linalg.diag_part(tf.zeros([3, 3]), k=1),
          tf.linalg.diag(tf.zeros([3])),
        ]
      )
    with self.assertRaisesRegex(
      errors.UnsupportedError, "^attribute allowed_devices of op VarHandleOp"
    ):
      put(
        lambda: [
          tf.raw_ops.VarHandleOp(
            dtype=tf.float32, shape=[], allowed_devices=["/cpu:0"]
          )
        ]
      )

  @absltest.skipIf(IS_TF1, "TensorFlow 1.15 has nothing newer than itself")
  @parameterized.parameters(
    ("StatelessRandomNormalV2", philox),
    ("StatelessRandomNormalV2", draw_in_a_function),
    ("MatrixDiagPartV3", diagonal_in_a_function),
  )
  def test_what_a_function_is_given_is_left_as_it_is(self, op, build):
    with tf.Graph().as_default() as graph:
      build()
      meta_graph = tf.train.export_meta_graph()
    self.assertIs(tf1_graphs.for_any_tensorflow(meta_graph), meta_graph)
    with self.assertRaisesRegex(errors.UnsupportedError, f"op {op}[ ,]"):
      tf1_graphs.to_tf1(graph.as_graph_def())

  @absltest.skipIf(IS_TF1, "TensorFlow 1.15 has nothing newer than itself")
  def test_a_graph_for_any_tensorflow_where_there_is_one(self):
    for build, is_older in (
      (lambda: tf.linalg.diag_part(tf.zeros([3, 3])), True),
      (lambda: tf.linalg.diag(tf.zeros([3])), False),
    ):
      with tf.Graph().as_default():
        build()
        meta_graph = tf.train.export_meta_graph()
      before = meta_graph.SerializeToString(deterministic=True)
      found = tf1_graphs.for_any_tensorflow(meta_graph)
      self.assertEqual(found is not meta_graph, is_older)
      self.assertEqual(meta_graph.SerializeToString(deterministic=True), before)
      if is_older:
        self._assert_known(found.graph_def)

  @absltest.skipUnless(IS_TF1, "the list is of TensorFlow 1.15")
  def test_the_list_is_that_of_tensorflow(self):
    for op, attributes in known().items():
      self.assertEqual({each.name for each in op_def(op).attr}, attributes, op)


if __name__ == "__main__":
  absltest.main()

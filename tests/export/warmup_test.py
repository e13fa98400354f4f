import os
import tempfile

import numpy as np
from absl.testing import absltest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

import vae_graph
from vae_graph.compat import tf
from vae_graph.export import warmup
from vae_graph.export.serving_graph import build_serving_graph

# As in tensorflow_serving/apis/, of which the package is not at hand: for each
# message its fields, by name their number and type.
BYTES, STRING = "bytes", "string"
MESSAGES = {
  "ModelSpec": {"name": (1, STRING), "signature_name": (3, STRING)},
  "Input": {"key": (1, STRING), "value": (2, BYTES)},
  "PredictRequest": {"model_spec": (1, "ModelSpec"), "inputs": (2, "Input")},
  "PredictLog": {"request": (1, "PredictRequest")},
  "PredictionLog": {"predict_log": (6, "PredictLog")},
}


def message_class(name):
  """Returns the class of a message, made by the protobuf library."""
  file = descriptor_pb2.FileDescriptorProto(name="serving.proto")
  kinds = descriptor_pb2.FieldDescriptorProto
  scalars = {BYTES: kinds.TYPE_BYTES, STRING: kinds.TYPE_STRING}
  for message, fields in MESSAGES.items():
    added = file.message_type.add(name=message)
    for field, (number, kind) in fields.items():
      described = added.field.add(
        name=field,
        number=number,
        type=scalars.get(kind, kinds.TYPE_MESSAGE),
        label=kinds.LABEL_REPEATED
        if field == "inputs"
        else kinds.LABEL_OPTIONAL,
      )
      if kind not in scalars:
        described.type_name = kind
  pool = descriptor_pool.DescriptorPool()
  pool.Add(file)
  descriptor = pool.FindMessageTypeByName(name)
  if hasattr(message_factory, "GetMessageClass"):
    return message_factory.GetMessageClass(descriptor)
  return message_factory.MessageFactory(pool).GetPrototype(descriptor)


class WarmupTest(absltest.TestCase):
  def test_a_request_of_zeros_for_each_signature(self):
    with tf.Graph().as_default():
      # Longer than the 127 bytes whose length is one byte.
      signatures = build_serving_graph(
        vae_graph.ModelConfig(hidden_units=(8,)), (28, 28)
      ).signatures
    folder = self.enter_context(tempfile.TemporaryDirectory())
    path = os.path.join(folder, "requests")
    warmup.write(path, signatures)
    prediction_log = message_class("PredictionLog")
    found = {}
    for record in tf.io.tf_record_iterator(path):
      log = prediction_log.FromString(record)
      request = log.predict_log.request
      found[request.model_spec.signature_name] = {
        each.key: tf.make_ndarray(
          tf.make_tensor_proto(0).FromString(each.value)
        )
        for each in request.inputs
      }
    self.assertCountEqual(found, signatures)
    for name, signature in signatures.items():
      self.assertCountEqual(found[name], signature.inputs)
      for key, tensor in signature.inputs.items():
        value = found[name][key]
        self.assertEqual(value.dtype, tensor.dtype.as_numpy_dtype)
        self.assertEqual(value.shape, (1, *tensor.shape.as_list()[1:]))
        np.testing.assert_array_equal(value, 0)


if __name__ == "__main__":
  absltest.main()

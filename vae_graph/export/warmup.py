"""Requests that TensorFlow Serving runs on a model before it serves it.

Each is a record of a TFRecord file, a PredictionLog of
tensorflow_serving/apis/prediction_log.proto. That message is written here in
its wire format, since it nests few others and its package brings much along:

    PredictionLog    6: PredictLog
    PredictLog       1: PredictRequest
    PredictRequest   1: ModelSpec    2: map from string to TensorProto
    ModelSpec        1: name         3: signature_name
    an entry of map  1: key          2: value
"""

import numpy as np

from vae_graph.compat import tf

# The name under which a model is served is not known here; TensorFlow Serving
# takes the model that it warms up.
_MODEL_NAME = "vae"
_BATCH = 1


def write(path, signatures):
  """Writes one request for each signature, of a batch of zeros.

  Args:
    path: the file.
    signatures: dict from names to `Signature`.
  """
  with tf.io.TFRecordWriter(path) as writer:
    for name, signature in signatures.items():
      writer.write(_prediction_log(name, signature))


def _prediction_log(signature_name, signature):
  """Returns a PredictionLog, serialized."""
  model_spec = _field(1, _MODEL_NAME.encode()) + _field(
    3, signature_name.encode()
  )
  request = _field(1, model_spec)
  for name, tensor in signature.inputs.items():
    zeros = np.zeros(
      [_BATCH if size is None else size for size in tensor.shape.as_list()],
      tensor.dtype.as_numpy_dtype,
    )
    proto = tf.make_tensor_proto(zeros).SerializeToString()
    request += _field(2, _field(1, name.encode()) + _field(2, proto))
  return _field(6, _field(1, request))


def _field(number, content):
  """Returns a field of a message: its number, its length, its bytes."""
  return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value):
  """Returns an integer seven bits a byte, the lowest first."""
  parts = []
  while value > 0x7F:
    parts.append(value & 0x7F | 0x80)
    value >>= 7
  return bytes([*parts, value])

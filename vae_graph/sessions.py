"""From a frozen SessionConfig to the ConfigProto of a tf.Session."""

from vae_graph.compat import tf


def make_config_proto(config):
  """Returns the `tf.ConfigProto` that a `SessionConfig` describes."""
  return tf.ConfigProto(
    intra_op_parallelism_threads=config.intra_op_threads,
    inter_op_parallelism_threads=config.inter_op_threads,
    allow_soft_placement=config.allow_soft_placement,
    log_device_placement=config.log_device_placement,
    gpu_options=tf.GPUOptions(allow_growth=config.gpu_memory_growth),
  )

r"""Prints what devices TensorFlow sees, and the ConfigProto that flags make.

    python -m scripts.devices --session=gpu_shared --gpu_memory_limit_mib=4096

It takes no GPU memory.
"""

import os

from absl import flags as absl_flags

import vae_graph
from flags import session
from scripts import app

# For --help to list them.
for module in (session, app):
  absl_flags.adopt_module_key_flags(module)


def main():
  """Prints the devices, what the flags come to, and the ConfigProto."""
  session_config = session.session_config()
  variables = vae_graph.session_environment(session_config)
  # What TensorFlow sees is told before these hide the GPUs, if they do.
  print("\n".join(vae_graph.describe_devices()))
  os.environ.update(variables)
  for name, value in sorted(variables.items()):
    print(f"set for this session: {name}={value}")
  resolved = vae_graph.resolve_session(session_config)
  print(f"\n{resolved.num_towers} tower(s): ", end="")
  print(", ".join(resolved.tower_devices) or "wherever TensorFlow puts it")
  print("\nConfigProto:")
  print(vae_graph.make_config_proto(session_config), end="")


if __name__ == "__main__":
  app.run(main)

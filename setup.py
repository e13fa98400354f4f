"""Which packages of this tree are installed; pyproject.toml has all else.

`flags` and `scripts` are names that others own, too. So they are installed
below `vae_graph._bundle`, where vae_graph/commands.py finds them.
"""

import setuptools

_BUNDLE = {f"vae_graph._bundle.{name}": name for name in ("flags", "scripts")}

setuptools.setup(
  license="Apache-2.0",
  packages=[
    *setuptools.find_packages(include=["vae_graph", "vae_graph.*"]),
    *_BUNDLE,
  ],
  package_dir=_BUNDLE,
)

"""What training minimizes, one family a module.

An objective is a function

    objective(
      vae, images, seed, *, config=None, step=None, check_values=False
    ) -> ObjectiveTerms

of a `VAE`, images float32 `[batch, *image_shape]` in [0, 1] and a seed, see
`step_seed`. `config` is an `ObjectiveConfig`; by default that of the
objective's name with all else at its default. `step` is the global step, for
what changes in the course of training; without it, an objective is what it ends
as. With `check_values` the run raises an `InvalidArgumentError`, with what was
found, where a pixel is outside of [0, 1] or NaN; else that is not noticed: 0 to
255 gives infinities and NaN, -1 to 1 an ELBO above 0. It makes no variables and
reads no flags. It returns, per image in nats,

    loss                      float32 scalar, the batch mean to minimize
    elbo, rate, distortion    float32 [batch]; None where there is no density
    posterior                 q(z|x) of the images
    code                      its samples, float32 [..., batch, code_size]
    likelihood                p(x|z) of those codes, so that nothing needs to be
                              encoded or decoded twice

The decorator `objective` checks model, config, images and seed, before any op,
and adds `check_values`.
"""

from vae_graph.objectives.base import objective
from vae_graph.objectives.terms import (
  ObjectiveTerms,
  add_weighted,
  make_terms,
)

__all__ = ["ObjectiveTerms", "add_weighted", "make_terms", "objective"]

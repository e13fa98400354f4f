"""Approximate posteriors q(z|x), one module each.

A posterior is made as `Posterior(features, model_config)` from the encoder's
features `[batch, n]`, inside the encoder's template, so that the variables of
its head carry on the encoder's names. It makes all its variables then. It
offers

    mean                                       float32 [batch, code_size]
    stddev                                     likewise, or None
    sample_and_log_prob(seed, sample_shape=()) float32 [..., batch, code_size],
                                               nats    [..., batch] or None
    log_prob(code)                             nats    [..., batch]
    kl_divergence(prior)                       nats    [batch]
    kl_divergence_per_dimension(prior)         nats    [batch, code_size]

`stddev` is None where it has no closed form, the nats of a sample where there
is no density. The last three are where the density is known of any code, where
the KL divergence has a closed form, and where that is a sum over independent
dimensions; elsewhere they raise an UnsupportedError. `Posterior` is the base
class that does so: a posterior defines its underscored methods, such as
`_log_prob`.

Noise is drawn from a stateless seed and pushed through the distribution,
because the `sample` of older TensorFlow Probability knows no stateless seeds.
"""

from vae_graph.posteriors.base import Posterior

__all__ = ["Posterior"]

"""Priors p(z) of the code, one module each.

A prior is made as `Prior(model_config, vae)` from the `ModelConfig` and the
`VAE` that it belongs to, whose encoder and decoder are there by then. It offers

    sample(n, seed)   float32 [n, code_size]
    log_prob(code)    nats    [...], for codes [..., code_size]
    variables         tuple of those that it learns, under the scope `prior`
    marginals         where its dimensions are independent, for an analytic KL;
                      elsewhere an UnsupportedError

`Prior` is the base class: a prior defines its underscored methods, such as
`_sample`, and what it does not define raises that error.
"""

from vae_graph.priors.base import Prior

__all__ = ["Prior"]

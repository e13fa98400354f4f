"""Priors p(z) of the code, one module each.

A prior is made from a `ModelConfig` and the `VAE` that it belongs to. It offers

    sample(n, seed)   float32 [n, code_size]
    log_prob(code)    nats    [...], for codes [..., code_size]
    variables         those that it learns; under the scope `prior`
    marginals         where its dimensions are independent, for an analytic KL
"""

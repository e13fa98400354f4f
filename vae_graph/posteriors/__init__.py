"""Approximate posteriors q(z|x), one module each.

A posterior is made from the encoder's features, inside the encoder's template,
so that the variables of its head carry on the encoder's names. It offers

    mean                                       float32 [batch, code_size]
    sample_and_log_prob(seed, sample_shape=()) float32 [..., batch, code_size],
                                               nats    [..., batch]

(None for nats where it has no density) and, where there is a closed form,

    stddev                                     float32 [batch, code_size]
    log_prob(code)                             nats    [..., batch]
    kl_divergence(prior)                       nats    [batch]

`combinations.py` knows which choices need which. Noise is drawn from a
stateless seed and pushed through the distribution, because the `sample` of
older TensorFlow Probability knows no stateless seeds.
"""

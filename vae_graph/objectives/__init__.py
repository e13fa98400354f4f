"""What training minimizes, one family a module.

An objective is a function `(vae, images, seed, config=None, step=None)` that
returns `ObjectiveTerms`: per-example terms in nats, and the scalar loss. It
makes no variables and reads no flags. `step` is the global step, for what
changes in the course of training; without it, an objective is what it ends as.
"""

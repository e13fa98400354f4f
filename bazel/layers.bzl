"""Who may depend on whom inside of vae_graph.

[tool.importlinter] in pyproject.toml says the same of each module, and
tests/source_tree_test.py holds the two together.
"""

# From the top floor down to the ground. A layer sees those below it; what
# stands beside each other in a layer does not see each other.
LAYERS = [
    ["estimator", "evaluation", "export", "importing"],
    ["inference", "training"],
    ["latent_metrics", "plots", "report", "runs"],
    ["objectives"],
    ["vae"],
    ["inputs"],
    ["data", "likelihoods", "networks", "posteriors", "priors"],
    ["layers", "runtime"],
    ["activations", "initializers", "randomness"],
    ["compat"],
    ["config"],
    ["registry"],
    ["dependencies", "parts", "paths"],
    ["charts", "commands", "errors", "files"],
]

def layer_groups(name):
    """Declares for each X of a layer the package_group of those who may see it.

    These are the folders of the layers above, and tests. vae_graph's own package
    is in all of them, for it joins the folders to the whole library.

    Args:
      name: what the groups' names begin with: "above" makes above_runs.
    """
    above = ["//tests/...", "//vae_graph"]
    for layer in LAYERS:
        for member in layer:
            native.package_group(
                name = name + "_" + member,
                packages = above,
            )
        above = above + ["//vae_graph/" + member for member in layer]

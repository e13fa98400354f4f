"""The tests of a folder, one py_test for each of its files."""

load("@rules_python//python:defs.bzl", "py_library", "py_test")

def test_folder(name, deps, size = "small", sizes = {}, data = [], exclude = []):
    """Declares the tests of a folder, and a library of what they share.

    Args:
      name: of the library, the folder's own: it holds every other module.
      deps: what the modules of the folder import. What `registry` names is
        imported when it is used, so whoever makes a model depends on the whole
        //vae_graph.
      size: of most of the tests. `make bazel-test` runs the small ones.
      sizes: of the others, by name.
      data: files that tests read.
      exclude: tests that are none of Bazel's.
    """
    tests = native.glob(["*_test.py"], exclude = exclude)
    py_library(
        name = name,
        testonly = True,
        srcs = native.glob(["*.py"], exclude = ["*_test.py"]),
        visibility = ["//tests:__subpackages__"],
        deps = deps + ["//tests:package"],
    )
    names = [test[:-len(".py")] for test in tests]
    for test in sizes:
        if test not in names:
            fail("sizes names {}, which is no test here".format(test))
    for test in names:
        py_test(
            name = test,
            size = sizes.get(test, size),
            srcs = [test + ".py"],
            data = data,
            deps = [":" + name],
        )

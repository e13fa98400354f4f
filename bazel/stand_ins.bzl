"""Local stand-ins for what the BUILD files load, so that no fetch is needed.

Bazel 4 has the Python rules built in, and the Python packages come from the
virtual environment that is first on PATH. What remains are names: the
repositories below give each of them, so that the same BUILD files serve this
WORKSPACE and MODULE.bazel with the real rules_python.
"""

# Rules that are loaded: those of the BUILD files, and those of Bazel's own C++
# and Java toolchains, which it looks at though nothing here is compiled.
_RULES = {
    "cc": [
        "cc_binary",
        "cc_library",
        "cc_test",
        "cc_toolchain",
        "cc_toolchain_suite",
    ],
    "java": [
        "java_binary",
        "java_import",
        "java_library",
        "java_runtime",
        "java_toolchain",
    ],
    "python": [
        "py_binary",
        "py_library",
        "py_test",
    ],
}

_PUBLIC = """\
package(default_visibility = ["//visibility:public"])

"""

def _files_impl(repository_ctx):
    repository_ctx.file("WORKSPACE", "")
    for path, content in repository_ctx.attr.files.items():
        repository_ctx.file(path, content)

_files = repository_rule(
    implementation = _files_impl,
    attrs = {
        "files": attr.string_dict(
            doc = "Content of each file of the repository, by path.",
        ),
    },
    doc = "A repository of literal files.",
)

def _filegroups(names):
    return _PUBLIC + "\n".join(
        ["filegroup(name = \"{}\")\n".format(name) for name in names],
    )

def _native_rules(language):
    return "".join(
        ["{0} = native.{0}\n".format(rule) for rule in _RULES[language]],
    )

def _package_names(lock):
    """Returns the packages of a lock file, as rules_python names targets."""
    names = []
    for line in lock.splitlines():
        if "==" in line and not line.startswith("#"):
            name = line.split("==")[0].strip().lower()
            names.append(name.replace("-", "_").replace(".", "_"))
    return names

def _pypi_impl(repository_ctx):
    repository_ctx.file("WORKSPACE", "")
    lock = repository_ctx.read(repository_ctx.attr.lock)
    for name in _package_names(lock):
        repository_ctx.file(
            name + "/BUILD",
            _PUBLIC + "py_library(name = \"{}\")\n".format(name),
        )

_pypi = repository_rule(
    implementation = _pypi_impl,
    attrs = {
        "lock": attr.label(
            allow_single_file = True,
            doc = "The lock file, as `pip freeze` writes it.",
        ),
    },
    doc = "An empty py_library for each package of a lock file.",
)

def stand_ins():
    """Defines rules_python, rules_cc and the like, and pypi."""
    for language in _RULES:
        _files(
            name = "rules_" + language,
            files = {
                language + "/BUILD": "",
                language + "/defs.bzl": _native_rules(language),
            },
        )
    _files(
        name = "remote_coverage_tools",
        files = {"BUILD": _filegroups(["coverage_report_generator"])},
    )
    _pypi(
        name = "pypi",
        lock = Label("//requirements:tf2.txt"),
    )

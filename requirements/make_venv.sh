#!/bin/sh
# Makes a virtual environment from a lock file:
#   make_venv.sh FOLDER LOCK OLDEST NEWEST VARIABLE PYTHON
# with PYTHON, or where that is empty, with a Python of version OLDEST found
# among pyenv's or on PATH. VARIABLE is the name that messages give to PYTHON.
# FOLDER/installed appears when all went well.
set -eu

folder=$1 lock=$2 oldest=$3 newest=$4 variable=$5 python=$6

python=$(sh "$(dirname "$0")/find_python.sh" \
  "$lock" "$oldest" "$newest" "$variable" "$python")

echo "Making $folder from $lock with $("$python" --version 2>&1)"
rm -rf "$folder"
"$python" -m venv "$folder"
# The tools that build a package without a wheel come first.
pip="$folder/bin/python -m pip --disable-pip-version-check install -qq"
pip="$pip --no-deps --no-compile --no-build-isolation"
tools=$(grep -E '^(setuptools|wheel)==' "$lock" || true)
# shellcheck disable=SC2086
[ -z "$tools" ] || $pip $tools
$pip -r "$lock"
# On all cores, which pip does not do. Without it each start of a program whose
# Python may not write bytecode, as in Bazel's sandbox, takes seconds longer. A
# few files of a few packages are for other versions of Python.
"$folder/bin/python" -m compileall -q -j 0 "$folder/lib" >/dev/null || true
touch "$folder/installed"

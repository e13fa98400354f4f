#!/bin/sh
# Makes a virtual environment from a lock file:
#   make_venv.sh FOLDER LOCK OLDEST NEWEST VARIABLE PYTHON
# with PYTHON, or where that is empty, with a Python of version OLDEST found
# among pyenv's or on PATH. VARIABLE is the name that messages give to PYTHON.
# FOLDER/installed appears when all went well.
set -eu

folder=$1 lock=$2 oldest=$3 newest=$4 variable=$5 python=$6

fail() {
  echo "error: $*" >&2
  exit 1
}

# Whether $1 runs and is new and old enough. A pyenv shim exists for versions
# that are not selected too, and fails when it is run.
fits() {
  "$1" - "$oldest" "$newest" 2>/dev/null <<'EOF'
import sys
oldest, newest = (tuple(map(int, v.split("."))) for v in sys.argv[1:])
sys.exit(not oldest <= sys.version_info[:2] <= newest)
EOF
}

needed="Python $oldest"
[ "$oldest" = "$newest" ] || needed="Python $oldest to $newest"

if [ -z "$python" ]; then
  for candidate in \
    "$(pyenv root 2>/dev/null || true)"/versions/"$oldest"*/bin/python \
    "python$oldest"; do
    if fits "$candidate"; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || fail "$lock needs $needed, and there is none here;" \
    "install it (say, with 'pyenv install $oldest') or name it:" \
    "make $variable=/path/to/python$oldest ..."
fi
command -v "$python" >/dev/null ||
  fail "$variable=$python is not a program; name a $needed: make $variable=..."
fits "$python" ||
  fail "$variable=$python is $("$python" --version 2>&1); $lock needs $needed:" \
    "make $variable=/path/to/python$newest ..."
"$python" -c "import ensurepip, venv" 2>/dev/null ||
  fail "$python has no venv module; on Debian: apt-get install python3-venv"

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

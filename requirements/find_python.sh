#!/bin/sh
# Prints the path of a Python that fits:
#   find_python.sh LOCK OLDEST NEWEST [VARIABLE PYTHON]
# It is PYTHON, or where that is empty, one of version OLDEST found among pyenv's
# or on PATH. LOCK is what needs it, and VARIABLE the name that messages give to
# PYTHON.
set -eu

lock=$1 oldest=$2 newest=$3 variable=${4-} python=${5-}

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
  way="install it, say with 'pyenv install $oldest'"
  [ -z "$variable" ] ||
    way="$way, or name it: make $variable=/path/to/python$oldest ..."
  [ -n "$python" ] || fail "$lock needs $needed, and there is none here; $way"
fi
command -v "$python" >/dev/null ||
  fail "$variable=$python is not a program; name a $needed: make $variable=..."
fits "$python" ||
  fail "$variable=$python is $("$python" --version 2>&1); $lock needs $needed:" \
    "make $variable=/path/to/python$newest ..."
"$python" -c "import ensurepip, venv" 2>/dev/null ||
  fail "$python has no venv module; on Debian: apt-get install python3-venv"

echo "$python"

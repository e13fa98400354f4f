#!/bin/sh
# Installs a wheel as a user would, and trains, measures and exports with it:
#   test_wheel.sh WHEEL LEG
# LEG is tf1, tf215 or the version of a Python for today's TensorFlow. The lock
# file of the leg says which versions pip takes, the wheel's extra which packages.
# All happens in a new folder, which is removed, with an empty home.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
wheel=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
leg=$2
case $leg in
  tf1) version=3.7 extra=tf1 lock=tf1.txt ;;
  tf215) version=3.11 extra=tf215 lock=tf215.txt ;;
  *) version=$leg extra=tf lock=tf2.txt ;;
esac
python=$(sh "$here/find_python.sh" "$lock" "$version" "$version")

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM  # by EXIT too: these are gigabytes
mkdir "$folder/home" "$folder/work"
"$python" -m venv "$folder/venv"
pip="$folder/venv/bin/python -m pip --disable-pip-version-check"
$pip install -q --no-compile -c "$here/$lock" "$wheel[$extra]"
$pip check

# No variable but these reaches the commands.
run() {
  echo "$ $*"
  env -i HOME="$folder/home" PATH="$folder/venv/bin:/usr/bin:/bin" "$@"
}

cd "$folder/work"
run vae-graph-devices
run vae-graph-train --preset=quickstart --train_steps=50 --logdir=run
run vae-graph-evaluate --logdir=run --importance_samples=5
run vae-graph-report --logdir=run --importance_samples=5
run vae-graph-generate --logdir=run --output=pictures
run vae-graph-encode --logdir=run --output=codes.npz
run vae-graph-reconstruct --logdir=run --output=pairs
run vae-graph-import --from=run --to=imported --preset=quickstart
run vae-graph-export --logdir=run --export_dir=model/1
run saved_model_cli run --dir model/1 --tag_set serve \
  --signature_def decode --inputs 'code=codes.npz[codes]' --outdir decoded
test -s run/report.html
test -s decoded/mean.npy

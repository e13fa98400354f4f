# Everything that is done with this repository. `make help` lists it. What is
# made here stays here: .venv*/ (one Python environment for each lock file in
# requirements/), .bazel/ and runs/.

# Python 3.10 to 3.13 for all but the two legs below, which look for theirs.
PYTHON ?= python3
TF1_PYTHON ?=
TF215_PYTHON ?=

# Of `make train`. The last flag wins, so a --preset or --flagfile comes first.
FLAGS ?= --preset=quickstart
NAME ?= $(or $(basename $(notdir $(firstword \
  $(patsubst --preset=%,%,$(filter --preset=%,$(FLAGS))) \
  $(patsubst --flagfile=%,%,$(filter --flagfile=%,$(FLAGS)))))),custom)

# Of `make test-wheel`: Python's versions are those for TensorFlow 2.21.
LEGS ?= tf1 tf215 3.10 3.11 3.12 3.13

PYTEST_FLAGS ?=
# A file of tests at a time on each core.
PYTEST := -m pytest --numprocesses=auto --dist=loadfile
BAZEL ?= bazel
BAZEL_FLAGS ?=
BUILDIFIER_VERSION := 8.2.1

# Of what most depends on which TensorFlow, and which TensorBoard, this is.
SMOKE_TESTS := tests/vae_test.py tests/estimator_test.py \
  tests/examples_test.py \
  tests/training/train_graph_test.py tests/training/tensorboard_test.py \
  $(patsubst %,tests/scripts/%_test.py,train evaluate report encode generate \
  reconstruct export devices)
SMOKE_FLAGS := --preset=quickstart --train_steps=20
BUILD_FILES := $(wildcard BUILD MODULE.bazel WORKSPACE bazel benchmarks docs \
  flags requirements scripts tests vae_graph)

# In the source tree rather than under the home folder, so that a clone is one
# folder to remove; .bazelignore keeps it out of `//...`.
BAZEL_HERE := $(BAZEL) --output_user_root=$(CURDIR)/.bazel
BAZEL_CONSUMER := docs/examples/bazel_consumer
BUILDIFIER := .venv-lint/buildifier-$(BUILDIFIER_VERSION)/node_modules/.bin/buildifier

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' \
	  $(firstword $(MAKEFILE_LIST))

.PHONY: train
train: .venv/installed ## train into runs/NAME; FLAGS="--preset=... --beta=4"
	.venv/bin/python -m scripts.train --logdir=runs/$(NAME) $(FLAGS)

.PHONY: test
test: .venv/installed ## all tests on TensorFlow 2.21; PYTEST_FLAGS="-k vae"
	.venv/bin/python $(PYTEST) $(PYTEST_FLAGS)

.PHONY: test-all
test-all: .venv/installed ## all tests, with every allowed combination of parts
	VAE_GRAPH_ALL_COMBINATIONS=1 .venv/bin/python $(PYTEST) $(PYTEST_FLAGS)

.PHONY: test-tf1
test-tf1: .venv-tf1/installed ## all tests on TensorFlow 1.15 (needs Python 3.7)
	.venv-tf1/bin/python $(PYTEST) $(PYTEST_FLAGS)

.PHONY: test-tf215
test-tf215: .venv-tf215/installed ## all tests on TensorFlow 2.15 (needs Python 3.11)
	.venv-tf215/bin/python $(PYTEST) $(PYTEST_FLAGS)

# For each of its 14 tests, a hundred thousand in all.
FUZZ_INPUTS ?= 7200

.PHONY: fuzz
fuzz: .venv/installed ## what is read from outside, with 100,000 inputs; FUZZ_INPUTS=50
	VAE_GRAPH_FUZZ_INPUTS=$(FUZZ_INPUTS) .venv/bin/python $(PYTEST) \
	  $(PYTEST_FLAGS) tests/fuzz

.PHONY: test-long
test-long: .venv/installed .venv-tf1/installed ## kill runs 20 times each, on both ends of the matrix
	VAE_GRAPH_KILLS=20 .venv/bin/python $(PYTEST) $(PYTEST_FLAGS) tests/reliability
	VAE_GRAPH_KILLS=20 .venv-tf1/bin/python $(PYTEST) $(PYTEST_FLAGS) tests/reliability

.PHONY: test-cross
test-cross: .venv/installed .venv-tf1/installed ## move runs between TensorFlow 1.15 and 2.21
	VAE_GRAPH_OTHER_PYTHON=$(CURDIR)/.venv-tf1/bin/python \
	  .venv/bin/python -m pytest $(PYTEST_FLAGS) tests/scripts/cross_version_test.py

.PHONY: smoke-tf215
smoke-tf215: .venv-tf215/installed ## the tests of binaries and TensorBoard on TensorFlow 2.15
	.venv-tf215/bin/python $(PYTEST) $(PYTEST_FLAGS) $(SMOKE_TESTS)
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; set -x; \
	.venv-tf215/bin/python -m scripts.train $(SMOKE_FLAGS) --logdir="$$folder/run"

.PHONY: lint
lint: .venv-lint/installed $(BUILDIFIER) ## check style (ruff, buildifier), types, and who imports whom
	.venv-lint/bin/ruff check .
	.venv-lint/bin/ruff format --check .
	.venv-lint/bin/lint-imports --no-cache
	.venv-lint/bin/mypy --cache-dir=/dev/null
	$(BUILDIFIER) -mode=check -lint=warn -r $(BUILD_FILES)

.PHONY: format
format: .venv-lint/installed $(BUILDIFIER) ## put style right
	.venv-lint/bin/ruff check --fix .
	.venv-lint/bin/ruff format .
	$(BUILDIFIER) -mode=fix -lint=warn -r $(BUILD_FILES)

.PHONY: bazel-test bazel-test-all
bazel-test: ## build all with Bazel, run the small tests and a binary; no network
bazel-test: BAZEL_TESTS := --test_size_filters=small
bazel-test-all: ## build and run all with Bazel
bazel-test bazel-test-all: .venv/installed
	@command -v $(BAZEL) >/dev/null || { \
	  echo "error: there is no $(BAZEL); on Debian:" \
	    "apt-get install --no-install-recommends bazel-bootstrap" >&2; exit 1; }
	@set -e; PATH="$(CURDIR)/.venv/bin:$$PATH"; export PATH; \
	folder=$$(mktemp -d); \
	trap 'rm -rf "$$folder"; $(BAZEL_HERE) shutdown; \
	  cd $(BAZEL_CONSUMER); $(BAZEL_HERE) shutdown' EXIT; set -x; \
	$(BAZEL_HERE) test --keep_going $(BAZEL_TESTS) $(BAZEL_FLAGS) //...; \
	$(BAZEL_HERE) run $(BAZEL_FLAGS) //scripts:train -- $(SMOKE_FLAGS) \
	  --logdir="$$folder/run"; \
	(cd $(BAZEL_CONSUMER); \
	$(BAZEL_HERE) test $(BAZEL_FLAGS) //...; \
	$(BAZEL_HERE) run $(BAZEL_FLAGS) //:train_digits -- --vae_code_size=3; \
	$(BAZEL_HERE) run $(BAZEL_FLAGS) //:count_weights -- --network=tanh_conv)

.PHONY: wheel
wheel: .venv/installed ## a wheel and a source distribution, into dist/
	rm -rf build dist  # a build takes what an earlier one has left there
	.venv/bin/python -m pip wheel -q --no-deps --no-build-isolation -w dist .
	.venv/bin/python setup.py -q sdist
	rm -rf build

.PHONY: test-wheel
test-wheel: wheel ## install the wheel as users do, and use it; LEGS="tf1 3.13"
	@set -e; for leg in $(LEGS); do \
	  echo "=== $$leg"; sh requirements/test_wheel.sh dist/*.whl $$leg; done

.PHONY: clean
clean: ## remove environments and caches; runs/ stays
	test ! -d .bazel || chmod -R u+w .bazel
	rm -rf build dist *.egg-info .bazel .venv .venv-lint .venv-tf1 .venv-tf215 .hypothesis .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: requirements/tf2.txt
	@sh requirements/make_venv.sh $(@D) $< 3.10 3.13 PYTHON "$(PYTHON)"

.venv-tf1/installed: requirements/tf1.txt
	@sh requirements/make_venv.sh $(@D) $< 3.7 3.7 TF1_PYTHON "$(TF1_PYTHON)"

.venv-tf215/installed: requirements/tf215.txt
	@sh requirements/make_venv.sh $(@D) $< 3.11 3.11 TF215_PYTHON "$(TF215_PYTHON)"

.venv-lint/installed: requirements/lint.txt
	@sh requirements/make_venv.sh $(@D) $< 3.10 3.13 PYTHON "$(PYTHON)"

$(BUILDIFIER): .venv-lint/installed
	@command -v npm >/dev/null || { \
	  echo "error: there is no npm, from which buildifier comes; on Debian:" \
	    "apt-get install --no-install-recommends npm" >&2; exit 1; }
	npm install --silent --no-save --no-audit --no-fund \
	  --prefix .venv-lint/buildifier-$(BUILDIFIER_VERSION) \
	  @bazel/buildifier@$(BUILDIFIER_VERSION)
	@touch $@

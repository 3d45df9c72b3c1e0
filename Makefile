# On a machine with Python 3.10 to 3.12 and make, each of these does all it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
NEXT := $(VENV)-next
NEXT_KERAS ?= keras-nightly==3.16.0.dev2026102704
LAYER_TESTS := tests/layers tests/testing/test_contract.py tests/outside/test_keras.py
export TF_CPP_MIN_LOG_LEVEL ?= 2

.PHONY: help demo test test-all test-next test-jax bench docs lint format clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/installed-%: setup.cfg pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing seqkit[$(subst +,$(comma),$*)] into $(VENV) (once; a few minutes)"
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@PYTHONWARNINGS='ignore:Editable installation' \
		$(BIN)/python -m pip install --quiet --editable '.[$(subst +,$(comma),$*)]'
	@touch $@
comma := ,

demo: $(VENV)/installed-apps+data ## train, evaluate, export and use a sentiment model on real reviews
	$(BIN)/python apps/sentiment.py demo

lint: $(VENV)/installed-apps+data+test ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint ## style, types and the quick tests (what CI runs)
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-all: lint ## every test, the slow ones too
	$(BIN)/python -m pytest -n 2

test-next: $(VENV)/installed-apps+data+test ## the layers on the next Keras, its nightly build
	$(BIN)/python -m pip install --quiet --no-deps --pre --upgrade --target $(NEXT) '$(NEXT_KERAS)'
	PYTHONPATH=$(abspath $(NEXT)) $(BIN)/python -m pytest -n 2 -m "not slow" $(LAYER_TESTS)

test-jax: $(VENV)/installed-apps+data+test ## the same layers on Keras's JAX backend
	$(BIN)/python -m pip install --quiet 'jax[cpu]'
	KERAS_BACKEND=jax $(BIN)/python -m pytest -n 2 tests/jax_backend

bench: $(VENV)/installed-bench ## speed beside Keras (TensorFlow and JAX) and PyTorch
	$(BIN)/python -m benchmarks

docs: $(VENV)/installed-apps+docs+inspect ## the site, its lessons run: docs/_build/index.html
	$(BIN)/python -m sphinx -W --keep-going -q docs docs/_build

format: $(VENV)/installed-apps+data+test ## apply the style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the environment and caches
	rm -rf $(VENV) $(NEXT) docs/_build docs/gallery docs/reference build *.egg-info .pytest_cache .ruff_cache .mypy_cache

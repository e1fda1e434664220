# The pipeline: .venv from the lock, tables from raw reports, briefings from tables. `make help` lists the targets.
RAW ?= data/raw
OUT ?= data/processed
SHARED ?= ../shared
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
FAZHI := $(VENV)/bin/fazhi
READY := $(VENV)/.ready
LEARN := $(VENV)/.learn

# JupyterLab does not start for root (in a container, say) unless told that it is meant.
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help
.PHONY: help setup tables briefings lab test lint golden score learn bench docs samples lock clean

help: ## list the targets
	@echo 'make briefings [RAW=folder of reports] [OUT=output folder]'
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  \1|\2/' | column -t -s '|' 2>/dev/null || grep -hE '^[a-z]+:.*## ' Makefile

setup: $(READY) ## make .venv from requirements.lock (done by the other targets when needed)

# An environment half made is made anew; the lock's hashes decide what may come in.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "fazhi needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; say make PYTHON=python3.12")'
	@echo 'Setting up .venv from requirements.lock: about 160 packages, a few minutes the first time.'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(PY) -m ipykernel install --sys-prefix --name fazhi --display-name 'Python (fazhi)' >/dev/null
	@git config core.hooksPath .githooks 2>/dev/null || true  # notebooks are committed without outputs
	@touch $@

$(LEARN): requirements-learn.lock $(READY)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-learn.lock
	@touch $@

# What changed is told by content, not by time, so the build itself decides whether there is anything to do.
tables: $(READY) ## raw reports -> tables in OUT/latest
	@$(FAZHI) build --raw '$(RAW)' --out '$(OUT)'

briefings: tables ## raw reports -> tables -> OUT/briefings/index.html
	@$(FAZHI) brief --tables '$(OUT)/latest' --out '$(OUT)/briefings'

lab: $(READY) ## JupyterLab on the notebooks, with the kernel that has the library
	@$(VENV)/bin/jupyter lab --notebook-dir notebooks --MultiKernelManager.default_kernel_name=fazhi $(ROOT)

test: $(LEARN) ## all tests; those in browsers need a chromium and a Firefox and say so where there is none
	@$(PY) -m pytest

lint: $(READY) ## ruff and the type check
	@$(PY) -m ruff check .
	@$(PY) -m mypy

golden: $(READY) ## write the golden tables anew; read the diff
	@$(PY) tests/golden/golden.py

score: $(READY) ## how well reports are read: the open practice reports, and the real ones where SHARED holds them
	@$(PY) tests/practice/score.py
	@test ! -d '$(SHARED)/gold' || { echo; echo 'real reports:'; \
		$(FAZHI) build --raw '$(SHARED)/reports' --out '$(OUT)/score' >/dev/null && \
		$(PY) '$(SHARED)/score/score.py' --tables '$(OUT)/score/latest' --gold '$(SHARED)/gold'; }

learn: $(LEARN) ## train the second opinion on codes, scopes and dimensions anew; needed when practice reports change
	@$(PY) tests/practice/train.py

bench: $(READY) ## how fast the stages are
	@$(PY) tests/bench.py

docs: $(READY) ## write docs/tables.md from the tables' declaration
	@$(FAZHI) docs

samples: $(READY) ## make the sample corpus in data/raw from tests/samples
	@$(PY) tests/samples/make.py

lock: ## resolve pyproject.toml into requirements.lock anew (for developers; asks the package index)
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv; }
	@.venv-lock/bin/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command 'make lock' --output-file requirements.lock --quiet
	@.venv-lock/bin/uv pip compile --group learn --constraints requirements.lock --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command 'make lock' --output-file requirements-learn.lock --quiet

clean: ## remove what was made: .venv, caches, tables and briefings
	rm -rf $(VENV) .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find data/processed -mindepth 1 ! -name .gitkeep -delete

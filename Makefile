# Deepmarket: everything a clone needs, in one word each. `make` lists them.
# PYTHON chooses the interpreter (3.11 to 3.13) of the environment in .venv, WORKERS how many processes run the demo.

PYTHON ?= $(shell command -v python3.11 >/dev/null 2>&1 && python3.11 -c '' >/dev/null 2>&1 && echo python3.11 || echo python3)
WORKERS ?=
BIN := .venv/bin
READY := .venv/.ready
DEMO_OUT := out/demo
DEMO := regional_equipment status_quo deep_marketing --replications 6

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup warm demo test test-all check fix bench docs plausibility clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(READY)  ## create .venv with pinned packages (done once)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else f"Python 3.11 or newer is needed, this is {v.major}.{v.minor}: make setup PYTHON=…")'
	@echo 'Setting up .venv with $(PYTHON): about a minute, once.'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt hatchling
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $(READY)

warm: $(READY)  ## compile the kernels into the cache
	@$(BIN)/deepmarket doctor --warm --quiet

demo: warm  ## compare two policies on the built-in market, write a report
	@$(BIN)/deepmarket compare $(DEMO) --out $(DEMO_OUT) $(if $(WORKERS),--workers $(WORKERS))

test: $(READY)  ## run all tests but the slow ones
	-@$(BIN)/deepmarket doctor --warm --quiet  # what the doctor finds keeps no test from running
	$(BIN)/python -m pytest -n 2 --dist loadfile -m 'not slow'

test-all: $(READY)  ## run all tests, also on the wheel in an environment of its own
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(READY)  ## style, types, imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY)  ## fix what the style checker can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## speed and memory against peers, by hand
	$(BIN)/python -m bench

docs: $(READY)  ## write the generated pages
	$(BIN)/python -m sim.describe

plausibility: warm  ## what the headline is worth against other baselines, rivals, horizons; writes docs/plausibility.md
	$(BIN)/deepmarket plausibility regional_equipment --page docs/plausibility.md --out out/plausibility $(if $(WORKERS),--workers $(WORKERS))

clean:  ## remove the environment, caches and what runs wrote
	rm -rf .venv out build dist .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

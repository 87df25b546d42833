# `make run` and `make test` each set up all they need. See README.md.
PORT ?= 8501
VENV := .venv
PYTHON := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test test-r lint bench bench-smoke screens clean

help:
	@echo "make run [PORT=8501]   the dashboard on the synthetic cohort"
	@echo "make test              all tests, real browser included"
	@echo "make test-r            the reproduction bundles, computed again by R (installs R where it can)"
	@echo "make lint              format, lint and types"
	@echo "make bench             speed, as ratios in one run"
	@echo "make bench-smoke       every benchmark at small sizes, to see that it runs"
	@echo "make screens           the screenshots in docs/screens"

run: $(VENV)/.run-ready
	@$(VENV)/bin/streamlit run app.py --server.port $(PORT)

test: $(VENV)/.test-ready
	@scripts/ensure-chromium
	@scripts/run-tests

test-r: $(VENV)/.test-ready
	@scripts/ensure-r
	@$(PYTHON) -m pytest -m r

lint: $(VENV)/.test-ready
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

bench: $(VENV)/.test-ready
	@scripts/ensure-chromium
	@$(PYTHON) -m bench

bench-smoke: $(VENV)/.test-ready
	@scripts/ensure-chromium
	@$(PYTHON) -m bench --small

screens: $(VENV)/.test-ready
	@scripts/ensure-chromium
	@$(PYTHON) -m scripts.screens

clean:
	rm -rf $(VENV) .data .build .pytest_cache .hypothesis .mypy_cache .ruff_cache

$(VENV)/.run-ready: requirements.txt constraints.txt scripts/ensure-venv
	@scripts/ensure-venv requirements.txt
	@touch $@

$(VENV)/.test-ready: requirements-dev.txt requirements.txt constraints.txt scripts/ensure-venv
	@scripts/ensure-venv requirements-dev.txt
	@touch $@ $(VENV)/.run-ready

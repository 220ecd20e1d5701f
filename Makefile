# make run    start the service on http://127.0.0.1:8000 (PORT=… changes it)
# make test   run every test, in a real browser too
# make check  what CI runs: format, lint, types, import contracts, front end, tests (migrations among them)
# make bench  one JSON line per figure
# make lock   renew the locks          make format  put the code in form
# make catalogues  find what is to be translated
# make audit  known vulnerabilities    make clean   remove what was built (not var/, the data)
#
# Each of them first sets up what it needs; a second time that takes no time.

PORT ?= 8000
export PORT

ifndef PYTHON
PYTHON := $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
    $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
endif
export PYTHON
ifeq ($(PYTHON),)
$(error Please install Python 3.11 or newer: apt-get install -y python3 python3-venv)
endif

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
# The locks are whole: nothing is left to resolve.
LOCKED := $(PIP) --require-hashes --no-deps --no-build-isolation --use-pep517
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup

FRONT := hatch_build.py package-lock.json $(shell find citizenreport -path '*/frontend/*' -type f)
CATALOGUES := $(shell find citizenreport -name '*.po')
SOURCES := citizenreport migrations tests config.py wsgi.py hatch_build.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check lint bench lock format catalogues audit clean system-run system-test

help:
	@sed -n 's/^# make /make /p' Makefile

run: system-run $(STAMPS)/installed $(STAMPS)/built
	@exec $(BIN)/citizenreport serve

test: system-test $(STAMPS)/tests $(STAMPS)/built $(STAMPS)/tools
	$(PYTEST)

check: system-test lint test

lint: $(STAMPS)/tests $(STAMPS)/built
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python hatch_build.py --check-types

bench: system-test $(STAMPS)/tests $(STAMPS)/built $(STAMPS)/tools
	$(BIN)/python -m tests.benchmarks

format: $(STAMPS)/tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Find what is said in code and templates; put what is new into the catalogues, take out what is gone.
MESSAGES := $(VENV)/messages.pot
catalogues: $(STAMPS)/tests
	$(BIN)/pybabel -q extract -F pyproject.toml -k _n --no-location --sort-output \
	    --project=citizenreport -o $(MESSAGES) citizenreport
	mkdir -p citizenreport/i18n/catalogues
	for language in en jv; do \
	    $(BIN)/pybabel -q update -i $(MESSAGES) -d citizenreport/i18n/catalogues -l $$language \
	        --init-missing --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date || exit 1; \
	done

audit: $(STAMPS)/tests
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt

LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --upgrade --generate-hashes \
    --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate

lock: $(STAMPS)/tests
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) --group build -c requirements.txt -o requirements-build.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" npm update --package-lock-only --ignore-scripts

clean:
	rm -rf $(VENV) node_modules citizenreport/web/static .mypy_cache .ruff_cache .pytest_cache \
	    .hypothesis .import_linter_cache dist
	find citizenreport tests migrations -name __pycache__ -prune -exec rm -rf {} +

# ---- setting up

system-run:
	@.ci/system-packages run

system-test:
	@.ci/system-packages test

$(STAMPS)/made: | system-run
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements.txt requirements-build.txt $(STAMPS)/made
	@echo "Installing the locked packages"
	@# What builds packages comes first: some come as sources only.
	@$(LOCKED) -r requirements-build.txt
	@$(LOCKED) -r requirements.txt
	@touch $@

# The front end is built here for the first time: hatchling runs hatch_build.py.
$(STAMPS)/installed: pyproject.toml hatch_build.py $(STAMPS)/runtime
	@echo "Installing citizenreport and building its front end"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(STAMPS)/built

$(STAMPS)/built: $(FRONT) $(CATALOGUES) | $(STAMPS)/installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python hatch_build.py
	@touch $@

$(STAMPS)/tests: requirements-dev.txt $(STAMPS)/installed | system-test
	@echo "Installing what the tests need"
	@$(LOCKED) -r requirements-dev.txt
	@touch $@

# Lighthouse looks at pages in the tests.
$(STAMPS)/tools: package-lock.json | $(STAMPS)/built
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python hatch_build.py --tools
	@touch $@

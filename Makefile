# Everything a person types. `make` alone explains itself.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first Python on the PATH that is new enough.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
endif
PY := .venv/bin/python
INSTALL = $(if $(PYTHON),$(PYTHON),$(error Python 3.11 or newer is needed)) -m config.up.install
# Checks that touch no store and need no secret.
OFFLINE := DJANGO_SETTINGS_MODULE=config.settings.typecheck
ROLE ?= admin
TOKEN_USER ?= $(or $(USER),you)
HOURS ?= 24
# So many test files at a time, each in a process of its own (pytest -n); the suite mostly waits, so more than there are
# processors. WORKERS=0 runs it in one process, as ARGS does.
WORKERS ?= 3

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: environment ## Start everything and watch it; Ctrl-C stops it (DEMO=0: without the demo platform)
	@exec $(PY) -m config.up

.PHONY: status
status: environment ## Show the processes with their memory
	@$(PY) -m config.up status

.PHONY: logs
logs: environment ## Show the end of a log: make logs NAME=worker
	@$(PY) -m config.up logs "$(NAME)"

.PHONY: token
token: environment ## Print a token for the running service: make token ROLE=monitoring HOURS=1
	@$(PY) -m config.up manage mint_token --role "$(ROLE)" --user "$(TOKEN_USER)" --hours "$(HOURS)"

.PHONY: test
test: environment-dev ## Run the whole suite with coverage (ARGS="-k alert": a part of it, without; WORKERS=0: one process)
	@$(PY) -m tests.tools
ifdef ARGS
	@$(PY) -m pytest $(ARGS)
else
	@$(PY) -m coverage erase
	@$(PY) -m coverage run -m pytest -n $(WORKERS)
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report
endif

.PHONY: check
check: lint types imports django-checks test ## Everything that must pass before a commit

.PHONY: lint
lint: environment-dev ## Style and mistakes (ruff)
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

.PHONY: types
types: environment-dev ## Types (mypy, strict)
	@.venv/bin/mypy .

.PHONY: imports
imports: environment-dev ## Who may import whom (import-linter)
	@.venv/bin/lint-imports

.PHONY: django-checks
django-checks: environment-dev ## System checks; models without a migration
	@$(OFFLINE) $(PY) manage.py check
	@$(OFFLINE) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

.PHONY: schema
schema: environment-dev ## Write docs/openapi.yaml from the code
	@$(OFFLINE) $(PY) -W ignore manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

.PHONY: bench
bench: environment-dev ## Measure, beside Prometheus and InfluxDB (ARGS="--quick ingest": a part; ARGS=--help: what there is)
	@$(PY) -m tests.tools influxdb
	@$(PY) -m config.embedded --data-dir .bench/engines exec -- $(PY) -m bench $(ARGS)

.PHONY: chaos
chaos: environment-dev ## Kill processes under load and hold the ledger against what arrived (ARGS="--faults 50 --notifications 2000")
	@$(PY) -m chaos $(ARGS)

.PHONY: clean
clean: ## Remove the virtual environment, tools and caches; .data stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: environment environment-dev
environment:
	@$(INSTALL) embedded demo
environment-dev:
	@$(INSTALL) embedded demo dev

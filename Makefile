# The door to the project: `make help` lists every verb.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
STATIC := src/bastide/app/static
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
# Tests share one copy of the embedder, apart from anybody's home.
TEST_HOME := $(CURDIR)/.cache/home

.PHONY: help
help: ## List the verbs
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  \033[1m%-11s\033[0m %s\n", $$1, $$2}'

.PHONY: setup
setup: .venv/.installed ocr ## Install what Bastide needs; leaves the program at .venv/bin/bastide

.PHONY: run
run: setup web ## Start Bastide on this machine with sample documents (port 4666)
	@$(BIN)/bastide setup --quiet
	@$(BIN)/bastide up

.PHONY: test
test: .venv/.installed ocr .cache/home/.ready ## Run the tests that need no server (under five minutes)
	@BASTIDE_TEST_MODELS=$(TEST_HOME)/models $(BIN)/pytest -n auto --dist loadfile -m 'not heavy'

# In the order of the files: the long ones of the gateway begin while there is other work beside them.
.PHONY: test-heavy
test-heavy: .venv/.installed .cache/schemathesis/.installed web clients engine .cache/home/.ready ## Run the tests against real servers and a browser
	@BASTIDE_TEST_MODELS=$(TEST_HOME)/models $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m heavy

# Apart from the project's own environment: it brings a web framework and a pytest plugin.
.cache/schemathesis/.installed: tools/schemathesis.lock tools/ensure-venv.sh
	@tools/ensure-venv.sh .cache/schemathesis
	@.cache/schemathesis/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/schemathesis.lock
	@touch $@

.PHONY: engine
engine: ## Install vLLM for the CPU, for the tests against a real engine; they are left out where it cannot be
	@tools/ensure-engine.sh .cache/engine || true

.PHONY: clients
clients: .cache/clients/.installed tests/clients/node_modules/.installed ## Install other people's clients of the gateway, for their tests


.PHONY: check
check: .venv/.installed ## Lint, format, types and import rules
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

.PHONY: fix
fix: .venv/.installed ## Repair what the linter and the formatter can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: web
web: $(STATIC)/index.html ## Build the web application into the package

.PHONY: web-check
web-check: web/node_modules/.installed ## Types, lint and unit tests of the web application
	@cd web && npm run --silent check

.PHONY: docs
docs: .venv/.installed ## Build the documentation site into site/; a warning is an error
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: bench
bench: .venv/.installed .cache/home/.ready ## List the benchmarks; each prints a table
	@grep -l '^if __name__' -r bench | sort | sed -e 's|/|.|g' -e 's|\.py$$||' -e 's|^|  $(BIN)/python -m |'

.PHONY: lock
lock: ## Resolve pyproject.toml into requirements.lock, with hashes
	@test -x $(BIN)/uv || { echo "Run make setup first."; exit 1; }
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --group dev --group docs pyproject.toml -o requirements.lock

.PHONY: ocr
ocr:
	@tools/ensure-ocr.sh

.PHONY: clean
clean: ## Remove what these verbs made (never a home)
	@rm -rf .venv .cache site web/node_modules $(STATIC)

.venv/.installed: requirements.lock pyproject.toml tools/ensure-venv.sh
	@tools/ensure-venv.sh .venv
	@echo "Installing Python packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.cache/home/.ready: .venv/.installed
	@BASTIDE_HOME=$(TEST_HOME) $(BIN)/bastide setup --quiet
	@touch $@

.cache/clients/.installed: tests/clients/requirements.lock tools/ensure-venv.sh
	@tools/ensure-venv.sh .cache/clients
	@.cache/clients/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/clients/requirements.lock
	@touch $@

tests/clients/node_modules/.installed: tests/clients/package-lock.json
	@cd tests/clients && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/node_modules/.installed: web/package-lock.json
	@echo "Installing web packages …"
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC)/index.html: web/node_modules/.installed $(WEB_SOURCES)
	@echo "Building the web application …"
	@cd web && npm run --silent build

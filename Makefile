# Every target sets up what it needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
LMS_PORT ?= 8001
export PORT LMS_PORT

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format types unit coverage bench audit sbom reuse papers docs image lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# A stamp per lock file: a second call does nothing unless the locked versions or the project's metadata changed.
$(VENV)/.runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is %s. Call: make PYTHON=python3.11 …" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing locked dependencies into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.runtime ## the virtual environment with lti-tool in it

run: setup ## tool and playground LMS together; Ctrl-C stops both
	@$(BIN)/python -m lti_tool.cli.run_both

test: $(VENV)/.dev ## lint, types, architecture, unit, PostgreSQL, journey and browser tests
	@$(BIN)/python tests/run.py

lint: $(VENV)/.dev ## style only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/deptry .

format: $(VENV)/.dev ## rewrite the sources in the project's style
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

types: $(VENV)/.dev ## mypy --strict
	@$(BIN)/mypy

unit: $(VENV)/.dev ## tests without browser
	@$(BIN)/python -m pytest -n auto --dist loadfile -m 'not browser'

coverage: $(VENV)/.dev ## how much of lti_tool the tests without browser reach, branches too
	@$(BIN)/python -m coverage run -m pytest -q -m 'not browser' ; $(BIN)/python -m coverage report

bench: $(VENV)/.dev ## launches per second and CPU per launch, beside the yardsticks
	@$(BIN)/python -m tests.bench

audit: $(VENV)/.dev ## ask a vulnerability service about the locked versions
	@$(BIN)/python -m tools.audit

sbom: $(VENV)/.dev ## list what an installation consists of: build/sbom.cdx.json (CycloneDX)
	@$(BIN)/python -m tools.sbom build/sbom.cdx.json

reuse: $(VENV)/.dev ## whether every file says whose it is and under which licence (REUSE)
	@REUSE_ENCODING_MODULE=charset_normalizer $(BIN)/python -m reuse lint

papers: $(VENV)/.dev ## bring the lists in docs/datenschutz up to date, and say what operators have to fill in
	@$(BIN)/python -m tools.papers && $(BIN)/python -m tools.papers --open

# Apart from the tool's own environment: the generator's packages are needed for nothing else.
.venv-docs/.ready: requirements-docs.txt
	@test -x .venv-docs/bin/python || $(PYTHON) -m venv .venv-docs
	@.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.txt
	@touch $@

docs: .venv-docs/.ready ## the documents as a site with search: build/site/index.html
	@.venv-docs/bin/python -m tools.docs_site
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/python -m mkdocs build

image: ## build the container image with buildah and launch a module in it
	@docker/build-image.sh

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock: $(VENV)/.dev ## pin the newest allowed versions with hashes
	@$(BIN)/python -m pip install --quiet uv
	@$(LOCK) --upgrade pyproject.toml --group build -o requirements.txt
	@$(LOCK) -c requirements.txt pyproject.toml --group build --extra otel -o requirements-otel.txt
	@$(LOCK) -c requirements-otel.txt pyproject.toml --group build --extra otel --group dev -o requirements-dev.txt
	@$(LOCK) --upgrade --group pyproject.toml:docs -o requirements-docs.txt

clean: ## remove what the targets made (keeps keys and data)
	rm -rf $(VENV) .venv-docs build dist .pytest_cache .mypy_cache .ruff_cache

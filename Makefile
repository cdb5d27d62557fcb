# Everything one does with Patchbay; `make help` lists it. Needs Python 3.11 or newer and make, nothing else.

PYTHON ?= python3
UV ?= uv
VENV := .venv
PY := $(VENV)/bin/python
# Without a look at dependencies: the locks are complete, and older pips would ask an index for newer versions.
INSTALL := $(PY) -m pip --disable-pip-version-check --no-input install --quiet --quiet --require-hashes --no-deps
COMPILE := $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links
# Two: the tests start real servers and databases, which want a share of the machine too.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run tour test lint bench pictures proof tree lock clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## start the bot: in your Slack where .env has its tokens, else in the playground
	@exec $(PY) -m bot up

tour: $(VENV)/.run ## act as a person in the playground and print what that person sees
	@$(PY) -m bot tour

test: lint ## check everything
	@$(PY) -m pytest -q -n $(WORKERS) --cov --cov-report=term

lint: $(VENV)/.test ## check style, types and floors
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet . || { echo "Run: $(PY) -m ruff format ."; exit 1; }
	@$(PY) -m mypy
	@$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint(["--no-logo"])'

bench: $(VENV)/.test ## measure the speed budgets
	@$(PY) -m tests.bench

pictures: $(VENV)/.test ## take the README's pictures from the page (needs Chromium)
	@$(PY) -m tests.page.pictures

proof: $(VENV)/.test ## kill, overload and cut off the bot while jobs tell their stories (half an hour)
	@$(PY) -m tests.proof

tree: $(VENV)/.test ## write the README's tree anew from the files' first lines
	@$(PY) tests/tree.py

lock: ## renew both locks from pyproject.toml (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	$(COMPILE) --upgrade --output-file requirements.txt
	$(COMPILE) --upgrade --group test --constraint requirements.txt --output-file tests/requirements.txt

clean: ## remove the environment and all caches; what the bot stored stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	@find bot migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are written last: an installation that was interrupted starts again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Patchbay needs Python 3.11 or newer. \
	Where it has another name, say so: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make environments. \
	On Debian and Ubuntu install the part that can: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.txt $(VENV)/.made
	@echo "Installing what the bot needs into $(VENV) …" >&2
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.test: tests/requirements.txt $(VENV)/.run
	@echo "Installing what the tests need into $(VENV) …" >&2
	@$(INSTALL) -r tests/requirements.txt
	@touch $@

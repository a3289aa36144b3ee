# Open Beat. `make run` shows the dashboard; `make test` runs everything that must pass.

PORT ?= 8501
# Who may reach the server: 127.0.0.1 is this computer only, 0.0.0.0 is everyone on the network.
HOST ?= 127.0.0.1
PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
STORE := $(if $(OPENBEAT_STORE),$(OPENBEAT_STORE),data/published)

.DEFAULT_GOAL := help
.PHONY: help run install test lint browser install-browser bench shots format pins clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: install ## Show the dashboard and the open data (PORT=8501 HOST=127.0.0.1)
	@test -s "$(STORE)/current" || $(BIN)/python -m data demo
	@printf '\n  Dashboard   http://localhost:$(PORT)\n  Open data   http://localhost:$(PORT)/data/\n\n  Stop it with Ctrl+C.\n\n'
	@exec $(BIN)/uvicorn app:app --host $(HOST) --port $(PORT) --ws websockets-sansio --ws-max-size 1048576 \
		--no-access-log --log-level warning

install: $(VENV)/runs

test: $(VENV)/tests lint browser ## Check everything: style, types, tests, browser tests
	$(BIN)/pytest -n $(WORKERS)

lint: $(VENV)/tests
	$(BIN)/ruff check .
	$(BIN)/mypy

# Debian's own browser where apt may install it, else the one that Playwright brings. A computer where neither can be
# had skips the browser tests, or fails them when OPENBEAT_STRICT=1.
browser: $(VENV)/tests
	@$(BIN)/python -m tests.browser.chromium || $(MAKE) --no-print-directory install-browser

install-browser:
	@{ [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } \
		>/dev/null 2>&1 || $(BIN)/python -m playwright install chromium \
		|| echo "No browser could be installed: the browser tests will say what to get."

bench: $(VENV)/tests ## Measure queries, pages and publishing (tests/benchmarks)
	$(BIN)/python -m tests.benchmarks

shots: $(VENV)/tests browser ## Take pictures of every page, small and large, light and dark
	$(BIN)/python -m tests.shots

format: $(VENV)/tests ## Put the code in the shape that the checks expect
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Installs anew without the constraints and writes down what came.
pins: ## Write constraints.txt anew after a change of requirements
	rm -rf build/pins
	$(PYTHON) -m venv build/pins
	grep -hv -e '^-' requirements.txt requirements-dev.txt | build/pins/bin/pip install -q -r /dev/stdin
	( sed -n '/^#/p' constraints.txt; build/pins/bin/pip freeze ) > build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/pins

clean: ## Remove the environment and what was built; published releases stay
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }

# A stamp is newer than what it was installed from, so a second run installs nothing.
$(VENV)/runs: $(VENV)/bin/python requirements.txt constraints.txt
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/tests: $(VENV)/runs requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

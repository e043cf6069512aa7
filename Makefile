# make run | test | check | bench — everything is installed into .venv of this checkout.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The map page: what it is made of, the packages that make it, and what vite writes last.
WEB := $(shell find web \( -name node_modules -o -name tests \) -prune -o -type f -print)
MODULES := web/node_modules/.installed
PAGE := api/map/static/.vite/manifest.json

.PHONY: constraints outlines help run web test check bench lint types layers clean
.DEFAULT_GOAL := help

help:
	@echo "make run    stand-ins of the archives, a harvest, the STAC API on http://127.0.0.1:8080"
	@echo "            MOISSON_INDEX=elasticsearch make run: on an Elasticsearch node of its own; or an address, http://host:9200/prefix"
	@echo "make web    the map page, built into api/map/static (by Node 20.19 or newer, else by the one of a Python package)"
	@echo "make test   every test (needs a JDK 17 and Maven for Elasticsearch and Keycloak, Chromium for the map page, and gdal-bin for exports)"
	@echo "make check  lint, types, layers, tests"
	@echo "make outlines  the outlines of the coverages anew, from Natural Earth (needs npm)"
	@echo "make bench  speed, printed with the command that repeats it"

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "moisson needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "no venv module: apt-get install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt hatchling editables
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $@

# Without $(STAMP) being newer: another Python package changes nothing here.
$(MODULES): web/package.json web/package-lock.json web/.npmrc | $(STAMP)
	@.ci/web ci
	@touch $@

$(PAGE): $(MODULES) $(WEB)
	@.ci/web run build

web: $(PAGE)

run: $(STAMP) $(PAGE)
	@$(BIN)/python -m tests.demo

test: $(STAMP) $(PAGE)
	@$(BIN)/python -m tests.support.requirements
	@.ci/timed "web types" .ci/web run types
	@.ci/timed "web tests" .ci/web run test
	@.ci/timed pycsw $(BIN)/python -m tests.support.pycsw
	@.ci/timed validators $(BIN)/python -m tests.validators.environment
	@.ci/timed stac-browser $(BIN)/python -m tests.clients.browser_build
	@.ci/timed tests $(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder --durations=15

lint: $(STAMP)
	@.ci/timed lint sh -c '$(BIN)/ruff check . && $(BIN)/ruff format --check .'

types: $(STAMP)
	@.ci/timed types $(BIN)/mypy

layers: $(STAMP)
	@.ci/timed layers $(BIN)/lint-imports

check: lint types layers test

bench: $(STAMP)
	@$(BIN)/python -m tests.bench

clean:
	rm -rf $(VENV) web/node_modules api/map/static .run .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# Pins what a fresh environment resolves to.
constraints:
	rm -rf .run/constraints && $(PYTHON) -m venv .run/constraints
	.run/constraints/bin/python -m pip install --quiet hatchling editables
	.run/constraints/bin/python -m pip install --quiet --no-build-isolation -e '.[dev,web]'
	.run/constraints/bin/python -m pip freeze --exclude-editable --exclude moisson > constraints.txt

# The outlines of mappings/coverages/outlines.json, anew (needs npm).
outlines: $(STAMP)
	@mkdir -p .run
	cd .run && npm pack --silent world-atlas@2.0.2
	$(BIN)/python -m tests.support.outlines .run/world-atlas-2.0.2.tgz

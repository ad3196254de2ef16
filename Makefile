# Everything starts here. Each target installs what it needs into the checkout, from a bare
# Python 3.11 on, and does nothing twice.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check fix bench audit browser openapi messages static clean

PORT ?= 8000
UV_VERSION := 0.13.9
UV := .uv/bin/uv
RUN := .venv/bin
# Settings of the commands that need Django but no instance.
NO_INSTANCE := VIGIE_HOME=static-packages/no-instance VIGIE_SECRET_KEY=unused DATABASE_URL=

# Certificates of the machine: uv asks the system; an older pip and Node have to be told.
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
ifneq ($(SSL_CERT_FILE),)
export PIP_CERT ?= $(SSL_CERT_FILE)
endif
unexport VIRTUAL_ENV

STATIC_SOURCES = $(shell find vigie/*/static static-packages/npm -type f 2>/dev/null)

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name words; do printf '  make %-9s %s\n' "$$name" "$$words"; done

setup: .venv/product.stamp static ## Install what the product needs into the checkout

demo: setup ## Create the demo nation (once) and serve it: make demo PORT=8123
	@DATABASE_URL= $(RUN)/vigie demo --reuse
	@DATABASE_URL= exec $(RUN)/vigie up --host localhost --port $(PORT)

test: .venv/dev.stamp static browser ## Run all tests, on SQLite and on PostgreSQL
	@$(RUN)/python tools/tests.py

check: .venv/dev.stamp static ## Check format, lint, types, floors, templates, migrations, API, messages
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy config vigie tools
	$(RUN)/lint-imports --no-cache
	$(RUN)/djlint --check --lint --quiet vigie
	@mkdir -p static-packages/no-instance
	$(NO_INSTANCE) $(RUN)/python manage.py makemigrations --check --dry-run
	$(NO_INSTANCE) $(RUN)/python tools/openapi.py --check
	$(RUN)/python tools/messages.py check

fix: .venv/dev.stamp ## Format the code and the templates, mend what can be mended
	$(RUN)/ruff check --fix --quiet .
	$(RUN)/ruff format .
	$(RUN)/djlint --reformat --quiet vigie

bench: .venv/dev.stamp static ## Measure speed and memory on both databases, as JSON
	@PYTHONPATH=tools $(RUN)/python -m bench $(BENCH)

audit: .venv/dev.stamp static ## Look for known weaknesses of the dependencies (asks public services)
	@$(RUN)/python tools/dependency_audit.py

openapi: .venv/dev.stamp ## Write docs/openapi.json again
	$(NO_INSTANCE) $(RUN)/python tools/openapi.py

messages: .venv/dev.stamp ## Bring the English catalogues up to date with the sources
	$(RUN)/python tools/messages.py extract

browser: .venv/dev.stamp ## Install Chromium for the journeys (Debian's, as root)
	@$(RUN)/python tools/browser.py

clean: ## Remove what was installed and built; the instance in var/ stays
	rm -rf .uv .venv node_modules static-packages .mypy_cache .ruff_cache .pytest_cache
	find vigie -name '*.mo' -delete

static: .venv/product.stamp
	@$(RUN)/python tools/static_packages.py
	@$(RUN)/python tools/messages.py compile
	@$(MAKE) --silent static-packages/collected.stamp

static-packages/collected.stamp: uv.lock tools/collect_static.py $(STATIC_SOURCES)
	@$(NO_INSTANCE) $(RUN)/python tools/collect_static.py
	@touch $@

.venv/product.stamp: $(UV) pyproject.toml uv.lock
	@echo "Installing the Python packages of the product…"
	@$(UV) sync --locked --inexact --quiet --python "$$(sh tools/find_python)"
	@touch $@

.venv/dev.stamp: .venv/product.stamp
	@echo "Installing the Python packages of the tests…"
	@$(UV) sync --locked --inexact --quiet --group dev --python "$$(sh tools/find_python)"
	@touch $@

$(UV): tools/find_python
	@echo "Installing uv $(UV_VERSION)…"
	@python="$$(sh tools/find_python --with-venv)" && "$$python" -m venv --clear .uv
	@.uv/bin/python -m pip install --quiet "uv==$(UV_VERSION)"
	@touch $@

# Wangge (网格). `make` alone lists what there is. Only set-up needs root; nothing else runs as root.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

# Debian's own interpreter: the services' user must be able to run it (a pyenv under /root is out of its reach).
PYTHON := $(firstword $(wildcard /usr/bin/python3.11) $(shell command -v python3.11 || command -v python3))
LOCAL := PYTHONPATH=$(CURDIR) PYTHONSAFEPATH=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 exec $(PYTHON) -m gis.local
VENV := .venv/bin

.PHONY: help run test test-long check bench pictures bundle lock vendor clean

help: ## this list
	@echo "Wangge · 网格"
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Variables: PORT=8000 HOST=127.0.0.1 EDGE=1 DEMO=1 SIMULATE=1 WANGGE_VAR=var BUNDLE=file.tar DATABASE_URL= DATABASE_OWNER_URL="
	@echo "See docs/operations.md; '.venv/bin/python manage.py doctor' says what is missing or wrong."

run: ## install what is missing, start everything in the foreground, print "ready http://…"
	@$(LOCAL) run

test: ## pure, database, HTTP and browser tests, on a cluster of their own
	@$(LOCAL) test

test-long: ## what takes long: killed starts, offline installation, fuzz, soak
	@$(LOCAL) test --long

check: ## lint, types, import directions, routes, migrations, dependency audit
	@$(LOCAL) test --check

bench: ## figures as ratios against named peers; writes var/bench.json
	@$(LOCAL) test --bench

pictures: ## the wall, map, /ops/ and remote control in every look, into var/pictures (ONLY='3840*storm': some of them)
	@$(LOCAL) test --pictures $(if $(ONLY),--only '$(ONLY)')

bundle: ## wheels, modules, fonts and the package list for a site without internet (BUNDLE_DEBS=1: with .deb files)
	@$(LOCAL) bundle

lock: ## resolve pyproject.toml again into requirements.lock (with hashes) and package.json into package-lock.json
	@$(LOCAL) lock

vendor: ## copy the front-end modules and fonts into gis/static/vendor again
	@$(LOCAL) vendor

clean: ## remove what was made here (var/, .venv, node_modules, vendored modules, dist)
	@$(LOCAL) clean

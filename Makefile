# Every target sets up what it needs, from pinned and hashed requirements, in virtual environments of this folder.
# Needed beforehand: Python 3.10 or later with venv, git, make.

PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The tests start hundreds of processes, which bytecode makes fast.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
RUN := $(VENV)/bin/python
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
# contentctl wants Python 3.11 or later: the first of these that starts and is new enough.
PYTHON_311 = $(shell for candidate in $(PYTHON) python3.11 python3.12 python3.13; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)

.PHONY: help demo compare month test before-test test-long lint check lock package golden docs bench evaluate fuzz screenshots clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/tools.stamp ## Build the app, simulate 30 days with attacks, run the detections, compare findings with attacks; options: SOURCE=obi
	@$(RUN) -m workbench.demo $(if $(SOURCE),--source $(SOURCE))

test: ## Run all checks: style, types, tests, contentctl, AppInspect, documents
	@$(MAKE) --no-print-directory --jobs=2 before-test
	@$(RUN) -m pytest -n auto

before-test: lint .venv-appinspect/stamp .venv-contentctl/stamp .venv-docs/stamp build/sdk/stamp

test-long: export NPM_TESTS := long
test-long: test ## Run all checks with ten times the examples of the property tests, or more: about an hour

lint: $(VENV)/test.stamp ## Check style and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

check: $(VENV)/tools.stamp ## Check the content with every rule (docs/rules.md); options: CHECK="--format json"
	@$(RUN) build.py --check $(CHECK)

lock: $(VENV)/tools.stamp ## Record hash and version of each search, after a wanted change with a new version
	@$(RUN) build.py --lock

package: $(VENV)/tools.stamp ## Build dist/SA-npmanomaly-<version>.spl
	@$(RUN) build.py

golden: $(VENV)/test.stamp build/sdk/stamp ## Rewrite the expected stanzas and the generated parts of the documents after a wanted change
	@$(RUN) -m pytest tests/compiler tests/docs/test_generated_text.py --update-golden

docs: .venv-docs/stamp ## Build the documents as a site in build/site; fails on a broken link
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/python -m mkdocs build --strict

bench: $(VENV)/tools.stamp ## Compare the speed of the command with the SDK and DuckDB; options: BENCH="--rounds 3 --publish"
	@$(RUN) build.py > /dev/null
	@$(RUN) -m bench $(BENCH)

evaluate: $(VENV)/evaluate.stamp ## Measure what the detections find and how often they are wrong; options: EVALUATE="--quick --out DIR"
	@$(RUN) -m workbench.evaluate $(EVALUATE)

compare: $(VENV)/tools.stamp ## Watch the same day through every source, publish the table in docs/sources; options: COMPARE="--source obi"
	@$(RUN) -m workbench.demo.comparison $(COMPARE)

month: $(VENV)/tools.stamp ## Count the findings of new edges in a month of 500 workloads by cause, publish them in docs/detection-quality.md; options: MONTH="--days 7"
	@$(RUN) -m workbench.demo.month $(MONTH)

FUZZ_TARGETS = chunks command baseline learn
FUZZ = -runs=20000
fuzz: .venv-fuzz/stamp build/sdk/stamp ## Fuzz the readers of the app; options: FUZZ_TARGETS=command FUZZ=-runs=300000
	@for target in $(FUZZ_TARGETS); do .venv-fuzz/bin/python -m fuzz $$target $(FUZZ) -print_final_stats=1 || exit 1; done

screenshots: $(VENV)/tools.stamp ## Draw the dashboards into docs/images/dashboards; needs node, npm and Chromium
	@$(RUN) -m workbench.dashboards screenshots

clean: ## Remove everything that make created
	rm -rf $(VENV) .venv-appinspect .venv-contentctl .venv-docs .venv-fuzz build dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or later is needed: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/tools.stamp: requirements/tools.txt | $(VENV)/bin/python
	@$(RUN) $(PIP_INSTALL) requirements/tools.txt
	@touch $@

$(VENV)/evaluate.stamp: requirements/evaluate.txt $(VENV)/tools.stamp
	@$(RUN) $(PIP_INSTALL) requirements/evaluate.txt
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/tools.stamp
	@echo "Setting up the test tools ..."
	@$(RUN) $(PIP_INSTALL) requirements/test.txt
	@touch $@

# An environment of its own: $(call set_up,name of the folder and the requirements,Python,what for)
# What is imported is compiled then, which saves time.
define set_up
	@echo "Setting up $(3) ..."
	@$(2) -m venv --clear .venv-$(1)
	@.venv-$(1)/bin/python $(PIP_INSTALL) requirements/$(1).txt --no-compile
endef
needs_311 = @test -n "$(PYTHON_311)" || { echo "$(1) needs Python 3.11 or later, and none was found"; exit 1; }

.venv-appinspect/stamp: requirements/appinspect.txt
	$(call set_up,appinspect,$(PYTHON),splunk-appinspect)
	@# AppInspect wants libmagic of the system; pylibmagic brings it along, but only once it was imported.
	@.venv-appinspect/bin/python -c 'import pathlib, sysconfig; \
		pathlib.Path(sysconfig.get_path("purelib"), "pylibmagic.pth").write_text("import pylibmagic\n")'
	@touch $@

.venv-contentctl/stamp: requirements/contentctl.txt
	$(call needs_311,contentctl)
	$(call set_up,contentctl,$(PYTHON_311),contentctl)
	@touch $@

.venv-docs/stamp: requirements/docs.txt
	$(call set_up,docs,$(PYTHON),mkdocs)
	@touch $@

.venv-fuzz/stamp: requirements/fuzz.txt
	$(call needs_311,atheris)
	$(call set_up,fuzz,$(PYTHON_311),atheris)
	@touch $@

build/sdk/stamp: requirements/sdk.txt $(VENV)/tools.stamp
	@$(RUN) build.py > /dev/null
	@touch $@

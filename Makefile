# Variables of the targets; those that are not given keep the defaults of the salzoo command.
MODEL    ?=
DATASET  ?=
DATA_DIR ?=
RUN      ?=
EPOCHS   ?=
IMAGES   ?=
ARGS     ?=
NAME     ?=
YES      ?=
PYTHON   ?= python3

SALZOO := .venv/bin/salzoo
LATEST  = $(or $(RUN),$(patsubst %/config.json,%,$(firstword $(shell ls -t runs/*/config.json 2>/dev/null))))
# A flag is passed on only if its variable is set.
given   = $(if $(filter-out file,$(origin $(1))),$(if $($(1)),$(2) "$($(1))"))
DATA    = $(call given,DATASET,--dataset) $(call given,DATA_DIR,--data_dir)
# Consent to downloads, for every command.
ifneq ($(YES),)
export SALZOO_YES := 1
endif
install = if command -v uv >/dev/null; then \
	    uv pip install --quiet --python .venv/bin/python -e '$(1)'; \
	  else \
	    .venv/bin/python -m pip install --quiet --disable-pip-version-check -e '$(1)'; \
	  fi

.DEFAULT_GOAL := help
.PHONY: help venv train evaluate predict export tensorboard experiments experiment test test-all lint docs clean has-run

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'
	@echo "  variables: MODEL DATASET DATA_DIR RUN EPOCHS IMAGES NAME YES ARGS, e.g."
	@echo "  make train MODEL=msinet DATASET=osie DATA_DIR=~/data/osie EPOCHS=5 ARGS='--flip'"
	@echo "  make train DATASET=folder DATA_DIR=my_data   # fine-tunes msinet_lite on your own images"

# Each marker file records one installation: the package, then what tests and docs need besides.
venv: .venv/installed  ## create .venv and install salzoo with its runtime dependencies

.venv/installed: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "salzoo needs Python 3.11 to 3.13; select one with make PYTHON=python3.12"; exit 2; }
	@if command -v uv >/dev/null; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) .venv; \
	else \
	  $(PYTHON) -m venv .venv; \
	fi
	@$(call install,.)
	@touch $@

.venv/installed-test .venv/installed-docs: .venv/installed-%: .venv/installed
	@$(call install,.[$*])
	@touch $@

train: venv  ## train MODEL on DATASET, evaluate it, draw its maps, export it
	@$(SALZOO) train $(call given,MODEL) $(DATA) $(call given,RUN,--run_dir) \
	  $(call given,EPOCHS,--epochs) --export exports $(ARGS)

evaluate: venv has-run  ## evaluate RUN (default: the latest) on DATASET
	@$(SALZOO) evaluate "$(LATEST)" $(DATA) $(ARGS)

predict: venv  ## write saliency maps of IMAGES (files, folders, patterns) with RUN (default: msinet_lite)
	@test -n "$(IMAGES)" || { echo "make predict IMAGES='photo.jpg folder'"; exit 2; }
	@$(SALZOO) predict $(IMAGES) $(call given,RUN,--model) $(ARGS)

export: venv has-run  ## export RUN (default: the latest) as a SavedModel into exports/
	@$(SALZOO) export "$(LATEST)" $(ARGS)

tensorboard: venv  ## show the training curves and maps of all runs
	@.venv/bin/tensorboard --logdir runs $(ARGS)

experiments: venv  ## list the papers' experiments
	@.venv/bin/python -m experiments

experiment: venv  ## run the experiment NAME, a table or all of a paper
	@test -n "$(NAME)" || { echo "make experiment NAME=sam/table2/dcn ARGS=--quick; make experiments lists them"; exit 2; }
	@.venv/bin/python -m experiments "$(NAME)" $(DATA) $(ARGS)

test: .venv/installed-test  ## run the tests except the slow ones
	@.venv/bin/python -m pytest -n 2 --dist loadfile $(ARGS)

# One test process: two large networks at once need more memory than many machines have.
test-all: .venv/installed-test  ## run all tests, with newly generated examples
	@.venv/bin/python -m pytest -m "" --hypothesis-profile=new $(ARGS)

lint: .venv/installed-test  ## check style, formatting and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

docs: .venv/installed-docs  ## build the documentation into site/
	@.venv/bin/mkdocs build --strict $(ARGS)

clean:  ## remove .venv, site and caches; keep runs and exports
	rm -rf .venv build site *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

has-run:
	@test -n "$(LATEST)" || { echo "There is no run yet: make train, or name one with RUN=..."; exit 2; }

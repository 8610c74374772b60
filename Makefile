# What to do, on what, with which flags besides; without MODEL and DATASET, as `salzoo train` says.
MODEL    ?=
DATASET  ?=
DATA_DIR ?=
RUN      ?=
EPOCHS   ?=
IMAGES   ?=
ARGS     ?=
NAME     ?=
PYTHON   ?= python3

SALZOO := .venv/bin/salzoo
LATEST  = $(or $(RUN),$(patsubst %/config.json,%,$(firstword $(shell ls -t runs/*/config.json 2>/dev/null))))
# A flag is given where its variable was; salzoo has the same defaults.
given   = $(if $(filter-out file,$(origin $(1))),$(if $($(1)),$(2) "$($(1))"))
DATA    = $(call given,DATASET,--dataset) $(call given,DATA_DIR,--data_dir)

.DEFAULT_GOAL := help
.PHONY: help venv train evaluate predict export tensorboard experiments experiment test test-all lint clean has-run

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'
	@echo "  variables: MODEL DATASET DATA_DIR RUN EPOCHS IMAGES NAME ARGS, e.g."
	@echo "  make train MODEL=msinet DATASET=osie DATA_DIR=~/data/osie EPOCHS=5 ARGS='--flip'"
	@echo "  make train DATASET=folder DATA_DIR=my_data   # msinet_lite learns on from your own images"

venv: .venv/installed  ## create .venv with salzoo in it (nothing to do if it is there)

.venv/installed: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "salzoo needs Python 3.11 to 3.13; name one with make PYTHON=python3.12"; exit 2; }
	@if command -v uv >/dev/null; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) .venv && \
	  uv pip install --quiet --python .venv/bin/python -e '.[dev]'; \
	else \
	  $(PYTHON) -m venv .venv && \
	  .venv/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'; \
	fi
	@touch $@

train: venv  ## train MODEL on DATASET, measure it, draw its maps, export it
	@$(SALZOO) train $(call given,MODEL) $(DATA) $(call given,RUN,--run_dir) \
	  $(call given,EPOCHS,--epochs) --export exports $(ARGS)

evaluate: venv has-run  ## measure RUN (default: the latest) on DATASET
	@$(SALZOO) evaluate "$(LATEST)" $(DATA) $(ARGS)

predict: venv  ## write maps of IMAGES (files, folders, patterns) with msinet_lite, or with RUN
	@test -n "$(IMAGES)" || { echo "make predict IMAGES='photo.jpg folder'"; exit 2; }
	@$(SALZOO) predict $(IMAGES) $(call given,RUN,--model) $(ARGS)

export: venv has-run  ## write RUN as a SavedModel into exports/
	@$(SALZOO) export "$(LATEST)" $(ARGS)

tensorboard: venv  ## look at the training curves and maps of all runs
	@.venv/bin/tensorboard --logdir runs $(ARGS)

experiments: venv  ## list the papers' experiments
	@.venv/bin/python -m experiments

experiment: venv  ## run the experiment NAME, a table or all of a paper
	@test -n "$(NAME)" || { echo "make experiment NAME=sam/table2/dcn ARGS=--quick; make experiments lists them"; exit 2; }
	@.venv/bin/python -m experiments "$(NAME)" $(DATA) $(ARGS)

test: venv  ## run the tests, the slow ones excepted
	@.venv/bin/python -m pytest -n 2 --dist loadfile $(ARGS)

# One after the other: two large networks at once need more memory than many machines have.
test-all: venv  ## run all tests, the slow ones too, on newly drawn examples
	@.venv/bin/python -m pytest -m "" --hypothesis-profile=new $(ARGS)

lint: venv  ## check style and formatting
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

clean:  ## remove .venv and caches; runs and exports stay
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

has-run:
	@test -n "$(LATEST)" || { echo "There is no run yet: make train, or name one with RUN=..."; exit 2; }

"""What a contributed model must bring, checked without building it."""

import importlib
import inspect
import pathlib

from salzoo.data.datasets import list_datasets
from salzoo.losses import LOSSES
from salzoo.models import MODELS, list_models
from salzoo.models.record import BUILDER_ARGUMENTS, ModelRecord
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task
from tests.models.option_cases import OPTIONS

ROOT = pathlib.Path(__file__).parents[2]
README_TABLE = "README.md, table under '## Models'"


def wrong_in_record(name, record):
    """Return what to correct in a model's record, a list of texts."""
    wrong = [f"{field} is empty" for field in ("title", "paper") if not getattr(record, field)]
    if record.name != name:
        wrong.append(f"name is {record.name!r}, but MODELS calls it {name!r}")
    if not record.parameters > 0:
        wrong.append(f"parameters is not above 0; `salzoo summary {name}` counts them")
    if not isinstance(record.task, Task):
        wrong.append("task is not a Task")
    if record.recipe.loss not in LOSSES:
        wrong.append(f"recipe: loss {record.recipe.loss!r} is not in salzoo.losses.LOSSES")
    for dataset in (None, *record.recipes):
        if dataset is not None and dataset not in list_datasets():
            wrong.append(f"recipes: {dataset!r} is not in salzoo.data.datasets.DATASETS")
        try:
            record.check_size(*record.recipe_for(dataset).input_size)
        except InputError as error:
            wrong.append(f"recipe for {dataset or 'all datasets'}: {error}")
    return wrong + wrong_in_options(record)


def wrong_in_options(record):
    """Return what differs between a builder's signature and its record's options."""
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(record.build).parameters.items()
    }
    builder = f"the builder {record.build.__name__}"
    wrong = [
        f"{builder} takes no {name}; every builder does"
        for name in BUILDER_ARGUMENTS
        if name not in defaults
    ]
    for name in defaults:
        if name not in (*BUILDER_ARGUMENTS, *record.options):
            wrong.append(f"options lacks {name!r}, an argument of {builder}")
    for name, option in record.options.items():
        if name not in defaults:
            wrong.append(f"options has {name!r}, which {builder} does not take")
        elif option.default != defaults[name] or type(option.default) is not type(defaults[name]):
            wrong.append(
                f"options: {name} has the default {option.default!r}, {builder} {defaults[name]!r}"
            )
    return wrong


def wrong_elsewhere(name, record):
    """Return what is missing outside the model's file, a list of texts."""
    wrong = []
    module = record.build.__module__.rsplit(".", 1)[1]
    if not (ROOT / "tests" / "models" / f"test_{module}.py").exists():
        wrong.append(
            f"tests/models/test_{module}.py is missing: tests of what only this model does, such "
            "as shapes and numbers of the paper, option values that are refused"
        )
    tried = {option for options, _ in OPTIONS.get(name, []) for option in options}
    if name not in OPTIONS:
        cases = ", ".join(
            f"({{{option!r}: VALUE}}, PARAMETERS it adds)" for option in record.options
        )
        wrong.append(f"tests/models/option_cases.py: OPTIONS lacks {name!r}: [{cases}]")
    for option in sorted(set(record.options) - tried) if name in OPTIONS else ():
        wrong.append(
            f"tests/models/option_cases.py: OPTIONS[{name!r}] has no case with {option!r}: "
            f"({{{option!r}: VALUE}}, PARAMETERS it adds)"
        )
    count = f"{record.parameters:,}"
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    if sum(f"`{name}`" in line and count in line for line in readme) != 1:
        wrong.append(f"{README_TABLE}: no row with `{name}` and {count}, its parameters")
    return wrong


def missing_for(name):
    """Return all that is missing for a model as one text, "" if nothing is."""
    module, attribute = MODELS[name]
    path = module.replace(".", "/") + ".py"
    if not (ROOT / path).exists():
        return (
            f"The model {name} is not complete:\n  {path} is missing: its builder and {attribute}, "
            "a salzoo.models.record.ModelRecord (CONTRIBUTING.md, Add a model)"
        )
    try:
        record = getattr(importlib.import_module(module), attribute, None)
    except Exception as error:  # whatever a half-written module raises
        wrong = [f"{path} cannot be imported ({type(error).__name__}: {error})"]
    else:
        if isinstance(record, ModelRecord):
            wrong = [f"{path}: {attribute}: {text}" for text in wrong_in_record(name, record)]
            wrong += wrong_elsewhere(name, record)
        else:
            wrong = [f"{path}: {attribute} is missing, a salzoo.models.record.ModelRecord"]
    return "\n  ".join([f"The model {name} is not complete:", *wrong]) if wrong else ""


MISSING = {name: missing_for(name) for name in list_models()}
# A model that is not complete fails in one test, and the other tests leave it out.
COMPLETE = [name for name, missing in MISSING.items() if not missing]

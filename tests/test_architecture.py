"""The packages import one another in one direction, and the tree keeps its shape."""

import ast
import pathlib
import sys
from collections import defaultdict
from collections.abc import Iterator

import pytest

import salzoo

PACKAGE = pathlib.Path(salzoo.__file__).resolve().parent
ROOT = PACKAGE.parent
TESTS = ROOT / "tests"
MODULES = sorted(PACKAGE.rglob("*.py"))

# What the units directly below salzoo/ may import from one another, highest first. "salzoo" is
# salzoo/__init__.py, of which the units may import `__version__`, and salzoo/__main__.py.
MAY_IMPORT = {
    "salzoo": {"api", "cli", "export"},
    "cli": {
        *("api", "export", "evaluation", "training", "prediction", "models", "data", "utils"),
        *("serving", "salzoo"),
    },
    "serving": {"prediction", "data", "utils", "salzoo"},
    "api": {"export", "evaluation", "training", "prediction", "models", "data", "utils"},
    "export": {"prediction", "models", "data", "metrics", "layers", "utils", "salzoo"},
    "evaluation": {"prediction", "models", "data", "metrics", "utils", "salzoo"},
    # A run is one of the sources of predictions: its config and its weights.
    "prediction": {"training", "models", "data", "layers", "utils", "salzoo"},
    "training": {"models", "data", "losses", "metrics", "utils", "salzoo"},
    "models": {"layers", "utils"},
    "data": {"utils"},
    # The Keras metrics read the ground truth tensors of the losses.
    "metrics": {"losses", "utils"},
    "losses": {"utils"},
    "layers": {"utils"},
    "utils": set(),
}
# Packages that run on every Keras backend; what they may import besides the standard library.
BACKEND_FREE = {
    "layers": {"keras", "numpy", "scipy"},
    "losses": {"keras", "numpy", "scipy"},
    "models": {"keras", "numpy", "scipy", "h5py"},  # h5py: weights files
    "metrics": {"keras", "numpy", "scipy", "ot"},  # ot: the package POT, for EMD
}
MOST_ENTRIES = 16
MODULE_LINES, FUNCTION_LINES = 320, 70
# {path below salzoo/, or path:function: reason}
LONGER: dict[str, str] = {
    "evaluation/evaluator.py:evaluate": "a public function of 25 parameters, most of it docstring",
    "prediction/batch/batch_run.py:predict_batch": "the same, 22 parameters",
}
# {module name: reason}
TWINS: dict[str, str] = {}
# Folders of tests/ that belong to no package of salzoo.
OTHER_TEST_FOLDERS = ("golden", "experiments", "layouts", "loopback", "hostile")
# {path below tests/: reason} of test modules without a module of salzoo.
OTHER_TEST_MODULES = {
    "layers/test_backends.py": "runs the tests of all layers on JAX",
    "metrics/test_properties.py": "properties that hold for several metrics",
    "metrics/test_pysaliency.py": "compares all metrics with values of pysaliency",
    "cli/test_commands.py": "runs all commands",
    "cli/test_hostile_sources.py": "runs commands on hostile models and absurd numbers",
    "cli/test_irregular_files.py": "runs commands on pipes, devices and endless files",
    "data/test_ground_truth_agreement.py": "compares check, evaluation and pipeline",
    "models/test_options.py": "options of all models",
    "training/test_several_outputs.py": "training of models with several outputs",
    "test_architecture.py": "tests the whole tree",
    "test_docker.py": "installs what docker/requirements.txt lists",
    "test_project.py": "tests the files around the code",
    "test_real_data.py": "tests tests/real_data.py",
    "test_wheel.py": "builds the wheel",
}


def relative(path: pathlib.Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_modules(path: pathlib.Path) -> Iterator[tuple[int, str]]:
    """Yield (line, absolute dotted name) of all imports of a module, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{relative(path)}:{node.lineno}: use absolute imports"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            argument = node.args[0]
            if isinstance(argument, ast.JoinedStr):  # f"salzoo.package.{name}"
                argument = argument.values[0]
            if isinstance(argument, ast.Constant):
                yield node.lineno, argument.value


def unit_of(path: pathlib.Path) -> str:
    """Return the unit below salzoo/ that a module belongs to."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "salzoo" if first in ("__init__", "__main__") else first


def target_unit(name: str) -> str | None:
    """Return the unit of an imported dotted name, None outside salzoo."""
    parts = name.split(".")
    if parts[0] != "salzoo":
        return None
    if len(parts) == 1 or parts[1] == "__version__":
        return "salzoo"
    if parts[1] in salzoo._PUBLIC:  # `from salzoo import predict` imports salzoo.api
        return "api"
    return parts[1]


def test_the_table_names_all_units():
    entries = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()}
    assert {*MAY_IMPORT} - {"salzoo"} == entries - {
        *("__init__", "__main__", "__pycache__", "py.typed")
    }


def test_the_table_has_no_circles():
    remaining = {unit: allowed - {"salzoo"} for unit, allowed in MAY_IMPORT.items()}
    while remaining:
        lowest = {unit for unit, allowed in remaining.items() if not allowed & {*remaining}}
        assert lowest, f"these units import one another: {', '.join(remaining)}"
        remaining = {u: allowed for u, allowed in remaining.items() if u not in lowest}


def test_imports_run_one_way():
    wrong = []
    for path in MODULES:
        unit = unit_of(path)
        for line, name in imported_modules(path):
            target = target_unit(name)
            if target not in (None, unit) and target not in MAY_IMPORT[unit]:
                wrong.append(f"{relative(path)}:{line}: {unit} -> {target}")
    assert not wrong, "imports that MAY_IMPORT does not list:\n" + "\n".join(wrong)


@pytest.mark.parametrize("unit", BACKEND_FREE)
def test_backend_free_packages_import_only_what_they_may(unit):
    """models, layers, losses and metrics run on every Keras backend."""
    allowed = {"salzoo", *sys.stdlib_module_names, *BACKEND_FREE[unit]}
    wrong = [
        f"{relative(path)}:{line}: {name}"
        for path in sorted((PACKAGE / unit).rglob("*.py"))
        for line, name in imported_modules(path)
        if name.split(".")[0] not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_command_line_imports_argparse():
    wrong = [
        f"{relative(path)}:{line}"
        for path in MODULES
        for line, name in imported_modules(path)
        if name.split(".")[0] == "argparse" and unit_of(path) != "cli"
    ]
    assert not wrong, f"move the parsing to salzoo/cli: {', '.join(wrong)}"


def test_the_package_has_few_entries():
    entries = sorted(path.name for path in PACKAGE.iterdir() if path.name != "__pycache__")
    assert len(entries) <= MOST_ENTRIES, entries


def test_no_two_modules_have_the_same_name():
    """Commands of the command line are named after what they use."""
    places = defaultdict(list)
    for path in MODULES:
        if path.parent.name == "cli":
            continue
        name = path.parent.name if path.stem == "__init__" else path.stem
        if name not in ("salzoo", "__main__"):
            places[name].append(relative(path))
    twins = {name: paths for name, paths in places.items() if len(paths) > 1}
    assert set(twins) <= set(TWINS), f"rename, or give a reason in TWINS: {twins}"
    assert set(TWINS) <= set(twins), "an exception that is not needed any more"


def test_modules_and_functions_are_short():
    long = {}
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(PACKAGE).as_posix()
        if text.count("\n") > MODULE_LINES:
            long[name] = text.count("\n")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{name}:{node.name}"] = lines
    assert set(long) <= set(LONGER), f"split, or give a reason in LONGER: {long}"
    assert set(LONGER) <= set(long), "an exception that is not needed any more"


def test_the_tests_mirror_the_packages():
    wrong = []
    for path in sorted(TESTS.rglob("*")):
        place = path.relative_to(TESTS)
        if any(part in (*OTHER_TEST_FOLDERS, "__pycache__") for part in place.parts):
            continue
        if path.is_dir() and not (PACKAGE / place / "__init__.py").exists():
            wrong.append(f"tests/{place}: there is no package salzoo/{place}")
        if not path.name.startswith("test_") or path.suffix != ".py":
            continue
        if place.as_posix() in OTHER_TEST_MODULES:
            continue
        package = PACKAGE / place.parent
        # A package's __init__.py is tested by a module of the package's name.
        known = [package.name, *(entry.name.removesuffix(".py") for entry in package.iterdir())]
        subject = path.stem.removeprefix("test_")
        if not any(subject == name or subject.startswith(f"{name}_") for name in known):
            wrong.append(f"tests/{place}: salzoo/{place.parent} has no module '{subject}'")
    assert not wrong, "rename, or add to OTHER_TEST_MODULES:\n" + "\n".join(wrong)
    missing = [name for name in OTHER_TEST_MODULES if not (TESTS / name).exists()]
    assert not missing, f"no longer there, remove from OTHER_TEST_MODULES: {missing}"


def test_every_module_has_a_docstring_that_begins_with_a_sentence():
    wrong = []
    for path in MODULES:
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        first, *rest = docstring.split("\n")
        sentences = first.replace("et al. ", "et al ").split(". ")
        if not first.endswith(".") or len(sentences) > 1 or (rest and rest[0]):
            wrong.append(f"{relative(path)}: {first}")
    assert not wrong, "the first line is not one sentence:\n" + "\n".join(wrong)

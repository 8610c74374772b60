"""Figures of a source tree of salzoo: layout, sizes, imports, type hints, files opened.

    python experiments/code_figures.py [FOLDER] [--osie DATA/osie] [--json FILE] [--source_only]

FOLDER is the root of a repository, by default of this one. The source is parsed, never
imported; the commands run as subprocesses that import salzoo from FOLDER.

What the figures count:

- Modules are the .py files below salzoo/. A function's lines run from its `def` to its end,
  docstring included, decorators not.
- Twin names are modules of the same name in different packages; `__init__` and the modules of
  the command line (`cli`, formerly `commands`) are left out.
- Import cycles are strongly connected groups of packages and root modules. All import
  statements count, also those inside functions; imports by name (`importlib`) are not seen, and
  `salzoo/__init__.py` and `salzoo/__main__.py` belong to no group.
- A function is public if neither its own name nor those of its class, module and packages start
  with an underscore; `__init__` counts for its parameters, but not for return annotations.
  `self` and `cls` are no parameters.
- Files are counted as opened by Python's audit event "open", worker processes included. Files
  that TensorFlow's C++ code opens (`tf.io.read_file`) raise no such event and are not counted.
"""

import argparse
import ast
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROBE = pathlib.Path(__file__).resolve().parent / "probe"
MODULE_LINES = 300
FUNCTION_LINES = 60
COMMAND_LINES = ("cli", "commands")
IMAGES = pathlib.Path("data", "stimuli")  # of OSIE
TRAIN = (
    *("train", "msinet_lite", "--dataset", "osie", "--limit_train", "8", "--limit_val", "4"),
    *("--epochs", "1", "--input_size", "96x128", "--backbone_weights", "none"),
    *("--run_dir", "run"),
)
EVALUATE = ("evaluate", "msinet_lite", "--dataset", "osie", "--limit", "4")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Of the table: characters in the right column, and the longest list that is printed in full.
WIDTH = 72
LISTED = 12


@dataclass(frozen=True)
class Module:
    """A parsed source file.

    Attributes:
        name: dotted name; of an `__init__.py` that of its package.
        is_package: whether it is an `__init__.py`.
        lines: number of lines.
        tree: its syntax tree.
    """

    name: str
    is_package: bool
    lines: int
    tree: ast.Module


def read_modules(folder: pathlib.Path) -> list[Module]:
    """Parse the modules below `folder`/salzoo, sorted by path."""
    modules = []
    for path in sorted((folder / "salzoo").rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        text = path.read_text(encoding="utf-8")
        name = ".".join(parts[:-1] if is_package else parts)
        modules.append(Module(name, is_package, len(text.splitlines()), ast.parse(text)))
    return modules


def find_functions(node: ast.AST, owners: tuple = ()) -> Iterator[tuple[tuple, ast.AST]]:
    """Yield every function below a node, with the classes and functions around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            yield owners, child
        is_owner = isinstance(child, (*FUNCTIONS, ast.ClassDef))
        yield from find_functions(child, (*owners, child) if is_owner else owners)


def layout_figures(folder: pathlib.Path, modules: list[Module]) -> dict:
    """Return the entries below salzoo/, the numbers of modules and lines, the twin names."""
    entries = [path.name for path in (folder / "salzoo").iterdir() if path.name != "__pycache__"]
    places = collections.defaultdict(list)
    for module in modules:
        parts = module.name.split(".")
        if not module.is_package and not set(parts) & set(COMMAND_LINES):
            places[parts[-1]].append(module.name)
    twins = sorted(", ".join(names) for names in places.values() if len(names) > 1)
    return {
        "entries below salzoo/": len(entries),
        "modules": len(modules),
        "lines": sum(module.lines for module in modules),
        "twin module names": twins,
    }


def size_figures(modules: list[Module]) -> dict:
    """Return the longest module and function and how many are too long."""
    functions = {
        ".".join([module.name, *(owner.name for owner in owners), function.name]): (
            function.end_lineno - function.lineno + 1
        )
        for module in modules
        for owners, function in find_functions(module.tree)
    }
    return {
        **_longest("module", {module.name: module.lines for module in modules}, MODULE_LINES),
        **_longest("function", functions, FUNCTION_LINES),
    }


def _longest(kind: str, lines: dict[str, int], limit: int) -> dict:
    name = max(lines, key=lines.get, default="none")
    over = [name for name, count in lines.items() if count > limit]
    return {
        f"longest {kind}": f"{name}, {lines.get(name, 0)} lines",
        f"{kind}s over {limit} lines": sorted(over),
    }


def find_imports(module: Module, known: set[str]) -> Iterator[str]:
    """Yield the dotted names that a module's import statements name.

    Args:
        module: the importing module.
        known: names of all modules; `from a import b` names `a.b` where that is one, else `a`.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = node.level - module.is_package
                parts = module.name.split(".")
                base = ".".join(filter(None, [*parts[: len(parts) - up], base]))
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in known else base


def find_cycles(modules: list[Module]) -> list[list[str]]:
    """Return the groups of packages and root modules that import one another in a circle."""
    known = {module.name for module in modules}
    imports = collections.defaultdict(set)
    for module in modules:
        for name in find_imports(module, known):
            imports[_unit(module.name)].add(_unit(name))
    reached = {unit: _reachable(unit, imports) for unit in list(imports) if unit}
    groups = {
        tuple(sorted(other for other in reached if other in reach and unit in reached[other]))
        for unit, reach in reached.items()
    }
    return sorted(list(group) for group in groups if len(group) > 1)


def _unit(name: str) -> str | None:
    """Return the package or root module below salzoo that a dotted name belongs to."""
    parts = name.split(".")
    return parts[1] if parts[0] == "salzoo" and len(parts) > 1 else None


def _reachable(start: str, imports: dict[str, set]) -> set[str]:
    reached, waiting = set(), [start]
    while waiting:
        for unit in imports.get(waiting.pop(), ()):
            if unit and unit not in reached:
                reached.add(unit)
                waiting.append(unit)
    return reached


def hint_figures(modules: list[Module]) -> dict:
    """Return how many public parameters and functions are annotated."""
    parameters, hinted, functions, returning = 0, 0, 0, 0
    for module in modules:
        for owners, function in find_functions(module.tree):
            if not _is_public(module, owners, function):
                continue
            found = _parameters(function, is_method=bool(owners))
            parameters += len(found)
            hinted += sum(parameter.annotation is not None for parameter in found)
            if function.name != "__init__":
                functions += 1
                returning += function.returns is not None
    return {
        "public parameters": parameters,
        "public parameters with type hints": hinted,
        "share of public parameters with type hints": _percent(hinted, parameters),
        "public functions": functions,
        "public functions with return annotation": returning,
        "share of public functions with return annotation": _percent(returning, functions),
    }


def _is_public(module: Module, owners: tuple, function: ast.AST) -> bool:
    if not all(isinstance(owner, ast.ClassDef) for owner in owners):
        return False
    names = [*module.name.split("."), *(owner.name for owner in owners)]
    if function.name != "__init__":
        names.append(function.name)
    return not any(name.startswith("_") for name in names)


def _parameters(function: ast.AST, is_method: bool) -> list[ast.arg]:
    """Return a function's parameters without `self` or `cls`."""
    found = function.args
    positional = [*found.posonlyargs, *found.args]
    decorators = {getattr(node, "id", None) for node in function.decorator_list}
    if is_method and "staticmethod" not in decorators:
        positional = positional[1:]
    return [*positional, *found.kwonlyargs, *filter(None, (found.vararg, found.kwarg))]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def source_figures(folder: pathlib.Path) -> dict:
    """Return the figures that need no run of the program."""
    modules = read_modules(folder)
    readme = folder / "README.md"
    return {
        **layout_figures(folder, modules),
        **size_figures(modules),
        "package import cycles": [", ".join(group) for group in find_cycles(modules)],
        **hint_figures(modules),
        "lines of README.md": len(readme.read_text().splitlines()) if readme.exists() else 0,
    }


def run_command(
    folder: pathlib.Path, here: pathlib.Path, arguments: tuple[str, ...], below: pathlib.Path
) -> tuple[list[str], collections.Counter]:
    """Run a command of the salzoo in a folder and record what it imports and opens.

    Args:
        folder: root of the repository.
        here: the folder that the command runs in.
        arguments: of the command line, without the program's name.
        below: opened files are counted if they are this file or lie in this folder.

    Returns:
        names of the salzoo modules imported by the end; how often each file was opened, by path.

    Raises:
        SystemExit: the command failed.
    """
    with tempfile.TemporaryDirectory() as records:
        opened, modules = pathlib.Path(records, "opened"), pathlib.Path(records, "modules")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(PROBE), str(folder)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "SALZOO_HOME": str(here / "home"),
            "PROBE_BELOW": str(below),
            "PROBE_OPENED": str(opened),
            "PROBE_MODULES": str(modules),
        }
        command = [sys.executable, "-m", "salzoo", *arguments]
        result = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"salzoo {' '.join(arguments)} failed:\n{result.stderr}")
        names = modules.read_text().splitlines()
        return names, collections.Counter(os.fsdecode(opened.read_bytes()).splitlines())


def predict_figures(folder: pathlib.Path, here: pathlib.Path) -> dict:
    """Return the modules that `salzoo predict` imports and how often it opens the image."""
    from PIL import Image

    image = here / "photo.jpg"
    Image.linear_gradient("L").convert("RGB").resize((320, 240)).save(image)
    figures = {}
    for options in ((), ("--top", "3"), ("--crop", "16:9")):
        command = ("predict", *options, "photo.jpg")
        modules, opened = run_command(folder, here, command, image)
        figures[f"modules imported by salzoo {' '.join(command)}"] = modules
    figures[f"opens of the image by salzoo {' '.join(command)}"] = opened[str(image)]
    return figures


def dataset_figures(folder: pathlib.Path, here: pathlib.Path, osie: pathlib.Path) -> dict:
    """Return how often training and evaluation on OSIE open its images."""
    figures = {}
    for command in (TRAIN, EVALUATE):
        arguments = (*command, "--data_dir", str(osie))
        _, opened = run_command(folder, here, arguments, osie / IMAGES)
        name = f"salzoo {command[0]} on OSIE"
        figures[f"opens of images by {name}"] = sum(opened.values())
        figures[f"images opened by {name}"] = len(opened)
        repeated = [count for count in opened.values() if count > 1]
        figures[f"images opened more than once by {name}"] = len(repeated)
        figures[f"most opens of one image by {name}"] = max(opened.values(), default=0)
    return figures


def as_table(figures: dict) -> str:
    """Return the figures as text in two aligned columns: of lists the length, then the items.

    Lists of more than `LISTED` items are in the JSON file only.
    """
    width = max(map(len, figures)) + 2
    lines = []
    for name, value in figures.items():
        text = f"{value:,}" if isinstance(value, int) else str(value)
        if isinstance(value, list):
            items = f": {'; '.join(value)}" if 0 < len(value) <= LISTED else ""
            text = f"{len(value)}{items}"
        first, *rest = textwrap.wrap(text, WIDTH)
        lines += [f"{name:<{width}}{first}", *(" " * width + line for line in rest)]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Print the figures of a source tree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT)
    parser.add_argument("--osie", type=pathlib.Path, help="folder of OSIE, to count opened images")
    parser.add_argument("--json", help="file to write the figures to")
    parser.add_argument("--source_only", action="store_true", help="run no command")
    arguments = parser.parse_args(argv)
    folder = arguments.folder.resolve()
    if not (folder / "salzoo").is_dir():
        parser.error(f"{arguments.folder} has no folder salzoo; give the root of a repository.")
    figures = source_figures(folder)
    if not arguments.source_only:
        with tempfile.TemporaryDirectory() as temporary:
            here = pathlib.Path(temporary).resolve()
            figures |= predict_figures(folder, here)
            if arguments.osie:
                figures |= dataset_figures(folder, here, arguments.osie.absolute())
    print(as_table(figures))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

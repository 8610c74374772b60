"""The figures of small source trees, and of a program that stands in for salzoo."""

import ast
import json

import pytest

from experiments import code_figures

HINTS = '''
class Shape:
    def __init__(self, rows: int, columns):
        """Two parameters, one with a type hint."""

    def area(self, scale: float = 1.0) -> float:
        def inner(a, b): ...

    @staticmethod
    def unit(side): ...

    @classmethod
    def square(cls, side): ...

    def _private(self, a): ...


class _Hidden:
    def area(self, a): ...


def load(path, /, *paths, size: int, **options): ...


def _load(path): ...
'''
PROGRAM = """
import multiprocessing
import sys

from salzoo import loader


def main():
    command, *options = sys.argv[1:]
    if command == "predict":
        image = options[-1]
        loader.load(image)
        if "--crop" in options:
            import salzoo.crop

            loader.load(image)
        return
    folder = options[options.index("--data_dir") + 1]
    loader.load(folder + "/data/stimuli/1.jpg")
    loader.load(folder + "/data/stimuli/2.jpg")
    loader.load(folder + "/data/fixations.txt")
    if command == "evaluate":
        worker = multiprocessing.get_context("spawn").Process(
            target=loader.load, args=[folder + "/data/stimuli/2.jpg"]
        )
        worker.start()
        worker.join()


if __name__ == "__main__":
    main()
"""
LOADER = """
def load(path):
    with open(path, "rb") as file:
        return file.read()
"""


@pytest.fixture
def tree(tmp_path):
    """Return a function that writes a repository from {path below salzoo/: text}."""

    def write(files):
        for name, text in {"__init__.py": "", **files}.items():
            path = tmp_path / "tree" / "salzoo" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "tree"

    return write


def figures(folder):
    return code_figures.source_figures(folder)


def test_layout_counts_entries_modules_lines_and_twins(tree):
    folder = tree(
        {
            "maps.py": "a = 1\nb = 2\n",
            "data/__init__.py": "",
            "data/maps.py": "c = 3\n",
            "data/sample.py": "",
            "cli/maps.py": "",
            "commands/sample.py": "",
            "__pycache__/maps.pyc": "",
            "py.typed": "",
        }
    )
    (folder / "README.md").write_text("one\ntwo\n")
    found = figures(folder)
    assert found["entries below salzoo/"] == 6
    assert found["modules"] == 7 and found["lines"] == 3
    assert found["twin module names"] == ["salzoo.data.maps, salzoo.maps"]
    assert found["lines of README.md"] == 2


def test_sizes_name_the_longest_and_what_is_over_the_limit(tree):
    long = "def long():\n" + "    pass\n" * 60
    method = "class Model:\n    @property\n    def name(self):\n" + "        pass\n" * 9
    folder = tree({"a.py": long, "b.py": method + "x = 1\n" * 300})
    found = figures(folder)
    assert found["longest module"] == "salzoo.b, 312 lines"
    assert found["modules over 300 lines"] == ["salzoo.b"]
    assert found["longest function"] == "salzoo.a.long, 61 lines"
    assert found["functions over 60 lines"] == ["salzoo.a.long"]
    (folder / "salzoo" / "a.py").write_text("")
    assert figures(folder)["longest function"] == "salzoo.b.Model.name, 10 lines"


def test_cycles_are_groups_of_packages_and_root_modules(tree):
    folder = tree(
        {
            "__init__.py": "from salzoo import api\n__version__ = '1'\n",
            "api.py": "import salzoo.data.reader\nfrom salzoo import __version__\n",
            "data/__init__.py": "from salzoo import errors\n",
            "data/reader.py": "def read():\n    from ..training import loop\n",
            "data/sample.py": "from salzoo.data import reader\nimport numpy\n",
            "training/__init__.py": "from .loop import run\n",
            "training/loop.py": "from salzoo.evaluation import measure\n",
            "evaluation.py": "from salzoo.data.sample import Sample\n",
            "errors.py": "",
        }
    )
    assert figures(folder)["package import cycles"] == ["data, evaluation, training"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import salzoo.data.reader as r, os", ["salzoo.data.reader", "os"]),
        ("from salzoo.data import reader, NAMES", ["salzoo.data.reader", "salzoo.data"]),
        ("from . import reader", ["salzoo.data.reader"]),
        ("from .reader import read", ["salzoo.data.reader"]),
        ("from .. import errors", ["salzoo.errors"]),
    ],
)
def test_imports_are_resolved(statement, expected):
    known = {"salzoo.data", "salzoo.data.reader", "salzoo.errors"}
    for name, is_package in (("salzoo.data", True), ("salzoo.data.sample", False)):
        module = code_figures.Module(name, is_package, 1, ast.parse(statement))
        assert list(code_figures.find_imports(module, known)) == expected


def test_hints_of_public_functions_count(tree):
    files = {"shapes.py": HINTS, "_hidden.py": HINTS, "_formats/shapes.py": HINTS}
    found = figures(tree(files))
    assert found["public parameters"] == 9
    assert found["public parameters with type hints"] == 3
    assert found["share of public parameters with type hints"] == "33.3 %"
    assert found["public functions"] == 4
    assert found["public functions with return annotation"] == 1
    assert found["share of public functions with return annotation"] == "25.0 %"


def test_a_tree_without_functions_has_figures(tree):
    found = figures(tree({}))
    assert found["longest function"] == "none, 0 lines"
    assert found["share of public parameters with type hints"] == "none"
    assert found["lines of README.md"] == 0


def test_the_program_is_observed(tree, tmp_path, capsys):
    """Imports and opens are counted, those of worker processes included."""
    folder = tree({"__main__.py": PROGRAM, "loader.py": LOADER, "crop.py": ""})
    images = tmp_path / "osie" / "data" / "stimuli"
    images.mkdir(parents=True)
    for path in (images / "1.jpg", images / "2.jpg", images.parent / "fixations.txt"):
        path.write_text("x")
    json_file = tmp_path / "figures.json"
    arguments = [str(folder), "--osie", str(tmp_path / "osie"), "--json", str(json_file)]
    assert code_figures.main(arguments) == 0
    found = json.loads(json_file.read_text())
    plain = ["salzoo", "salzoo.loader"]
    assert found["modules imported by salzoo predict photo.jpg"] == plain
    assert found["modules imported by salzoo predict --top 3 photo.jpg"] == plain
    cropped = sorted([*plain, "salzoo.crop"])
    assert found["modules imported by salzoo predict --crop 16:9 photo.jpg"] == cropped
    assert found["opens of the image by salzoo predict --crop 16:9 photo.jpg"] == 2
    assert found["opens of images by salzoo train on OSIE"] == 2
    assert found["images opened by salzoo train on OSIE"] == 2
    assert found["images opened more than once by salzoo train on OSIE"] == 0
    assert found["opens of images by salzoo evaluate on OSIE"] == 3
    assert found["images opened more than once by salzoo evaluate on OSIE"] == 1
    assert found["most opens of one image by salzoo evaluate on OSIE"] == 2
    printed = capsys.readouterr().out
    assert "opens of images by salzoo train on OSIE" in printed
    assert not list(folder.rglob("__pycache__"))


def test_a_failing_command_is_named(tree):
    folder = tree({"__main__.py": "raise SystemExit('no model')\n"})
    with pytest.raises(SystemExit, match=r"salzoo predict photo.jpg failed:\nno model"):
        code_figures.main([str(folder)])


def test_a_folder_without_source_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        code_figures.main([str(tmp_path)])
    assert "has no folder salzoo" in capsys.readouterr().err


def test_the_table_is_aligned():
    table = code_figures.as_table(
        {"lines": 12345, "cycles": [], "twins": ["a, b", "c, d"], "names": list("abcdefghijklm")}
    )
    assert table.splitlines() == [
        "lines   12,345",
        "cycles  0",
        "twins   2: a, b; c, d",
        "names   13",
    ]

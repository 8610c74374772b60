"""The files around the code agree with it."""

import ast
import pathlib
import re
import sys

import salzoo
from salzoo.data.datasets import list_datasets
from salzoo.models import list_models

ROOT = pathlib.Path(salzoo.__file__).resolve().parents[1]


def test_versions_agree():
    assert f"version: {salzoo.__version__}" in (ROOT / "CITATION.cff").read_text()
    assert f"## {salzoo.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_every_model_and_dataset_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    for name in [*list_models(), *list_datasets()]:
        assert f"`{name}`" in readme


def test_readme_names_real_files_and_targets():
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake ([a-z-]+)\b", readme)) <= targets
    for path in re.findall(r"\]\(([\w./-]+)\)", readme):
        assert (ROOT / path).exists(), path


def test_rooms_import_only_what_they_may():
    """models, layers, losses and metrics run on every Keras backend."""
    allowed = {"keras", "numpy", "scipy", "h5py", "salzoo", *sys.stdlib_module_names}
    for room in ("models", "layers", "losses", "metrics"):
        extra = {"ot"} if room == "metrics" else set()  # POT, for EMD
        for path in (ROOT / "salzoo" / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names = [node.module]
                else:
                    continue
                assert {name.split(".")[0] for name in names} <= extra | allowed, path


def test_every_module_says_what_it_is():
    for path in (ROOT / "salzoo").rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path

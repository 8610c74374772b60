"""The files around the code agree with it."""

import pathlib
import re

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

"""The choice of the Keras backend."""

import importlib.util
import os
import sys
from types import SimpleNamespace

import pytest

from salzoo.utils import backend
from salzoo.utils.errors import InputError


@pytest.fixture
def process(monkeypatch):
    """Set what a process has found: the variable, and the backend of an imported keras."""

    def set_up(variable=None, loaded=None):
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
        if variable:
            monkeypatch.setenv("KERAS_BACKEND", variable)
        fake = SimpleNamespace(backend=SimpleNamespace(backend=lambda: loaded))
        monkeypatch.setitem(sys.modules, "keras", fake if loaded else None)

    return set_up


@pytest.mark.parametrize(
    ("given", "stored", "variable", "loaded", "chosen"),
    [
        (None, None, None, None, "tensorflow"),
        ("jax", None, None, None, "jax"),
        (None, None, "jax", None, "jax"),
        (None, "jax", None, None, "jax"),
        ("jax", "jax", "jax", "jax", "jax"),
        (None, None, None, "jax", "jax"),
    ],
)
def test_choice(process, given, stored, variable, loaded, chosen):
    process(variable, loaded)
    assert backend.choose_backend(given, stored) == chosen == os.environ["KERAS_BACKEND"]


@pytest.mark.parametrize(
    ("given", "stored", "variable", "loaded", "message"),
    [
        ("torch", None, None, None, "`backend`.*torch"),
        ("jax", "tensorflow", None, None, "`backend` jax: this run was started with tensorflow"),
        ("tensorflow", None, "jax", None, "KERAS_BACKEND is jax, but `backend` is tensorflow"),
        (None, "tensorflow", "jax", None, "jax, but this run was started with tensorflow; unset"),
        (None, None, "torch", None, "KERAS_BACKEND is torch: trainings run on tensorflow or jax"),
        ("jax", None, None, "tensorflow", "imported keras with tensorflow; set KERAS_BACKEND=jax"),
    ],
)
def test_contradictions(process, given, stored, variable, loaded, message):
    process(variable, loaded)
    with pytest.raises(InputError, match=message):
        backend.choose_backend(given, stored)
    assert os.environ.get("KERAS_BACKEND") == variable


def test_jax_is_missing(process, monkeypatch):
    process()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'salzoo\[jax\]'"):
        backend.choose_backend("jax")

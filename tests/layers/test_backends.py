"""The tests of the layers once more, on JAX."""

import os
import pathlib
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_the_layers_do_the_same_on_jax():
    pytest.importorskip("jax")
    folder = pathlib.Path(__file__).parent
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder)],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        cwd=folder.parents[1],
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert answer.returncode == 0, answer.stdout[-5000:]

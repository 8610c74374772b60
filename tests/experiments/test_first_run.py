"""The first command on a fresh machine, from nothing to an exported model."""

import subprocess
import sys

import pytest

from experiments import first_run


@pytest.mark.slow
def test_everything_is_as_it_should():
    result = subprocess.run(
        [sys.executable, first_run.__file__], capture_output=True, text=True, timeout=1800
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("as it should") == 6

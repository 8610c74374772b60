"""MATLAB files of datasets: what they lack is named in a short line."""

import numpy as np
import pytest
import scipy.io

from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.matlab import load_matlab5
from salzoo.utils.errors import InputError


def test_names_of_variables_are_shortened_in_messages(tmp_path):
    path = str(tmp_path / "a.mat")
    scipy.io.savemat(path, {f"variable_{number}": np.eye(2) for number in range(200)})
    with pytest.raises(InputError, match=r"has no variable 'data' but \['variable_0', ") as caught:
        load_matlab5(path, "data", FileChecker("isun"))
    assert len(str(caught.value)) < 500 + len(path)

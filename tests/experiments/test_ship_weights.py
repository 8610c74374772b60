"""The file that comes with salzoo: the mean of runs, in half the bytes."""

import h5py
import numpy as np
import pytest

from experiments import ship_weights
from salzoo.errors import InputError
from salzoo.runs import Run
from tests.conftest import small_config


@pytest.fixture
def weights(tmp_path):
    """Two files of one structure, 1 and 2 in the first, 3 and 2.5 in the second."""
    paths = [str(tmp_path / f"{name}.weights.h5") for name in "ab"]
    for path, values in zip(paths, ((1.0, 2.0), (3.0, 2.5)), strict=True):
        with h5py.File(path, "w") as file:
            file.attrs["version"] = "1"
            file.create_group("layers/readout").attrs["name"] = "readout"
            file["layers/readout/vars/0"] = np.float32(values)
    return paths


@pytest.mark.parametrize(("used", "mean"), [(1, (1, 2)), (2, (2, 2.25))])
def test_the_mean_in_float16(weights, tmp_path, used, mean):
    ship_weights.write_mean(weights[:used], str(tmp_path / "mean.h5"))
    with h5py.File(tmp_path / "mean.h5") as file:
        values = file["layers/readout/vars/0"]
        assert values.dtype == "float16"
        np.testing.assert_array_equal(values, np.float16(mean))
        assert file.attrs["version"] == "1" and file["layers/readout"].attrs["name"] == "readout"


def test_numbers_too_large_are_not_shipped(weights, tmp_path):
    with h5py.File(weights[1], "a") as file:
        file["layers/readout/vars/0"][...] = 1e6
    with pytest.raises(ValueError, match="layers/readout/vars/0 has numbers that float16 cannot"):
        ship_weights.write_mean(weights, str(tmp_path / "mean.h5"))


def test_runs_of_two_models_are_one_sentence(tmp_path):
    folders = [str(tmp_path / model) for model in ("msinet", "msinet_lite")]
    for folder, model in zip(folders, ("msinet", "msinet_lite"), strict=True):
        Run(folder).write_config(small_config(model=model))
    with pytest.raises(InputError, match="msinet_lite is of another model than .*msinet"):
        ship_weights.main(folders)

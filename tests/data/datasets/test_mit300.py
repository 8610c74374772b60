"""MIT300 has no ground truth: what is left to check are its images."""

import pytest

from salzoo.data.dataset import load_dataset
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import mit300


def test_doubled_and_emptied_folders(tmp_path):
    mit300.make(str(tmp_path))
    inner = tmp_path / "BenchmarkIMAGES"
    inner.rename(tmp_path / "inner")
    inner.mkdir()
    (tmp_path / "inner").rename(inner / "BenchmarkIMAGES")
    samples = load_dataset("mit300", tmp_path, "test")
    assert len(samples) == 3 and {sample.density is None for sample in samples} == {True}
    for sample in samples:
        (inner / "BenchmarkIMAGES" / sample.image_path).unlink()
    with pytest.raises(InputError, match="BenchmarkIMAGES holds no .jpg image"):
        load_dataset("mit300", tmp_path)

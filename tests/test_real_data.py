"""Where tests look for real data, and what they report if there is none."""

import pytest

from tests.real_data import require_data


def test_the_environment_variable_names_the_folder(monkeypatch, tmp_path):
    (tmp_path / "data" / "osie").mkdir(parents=True)
    monkeypatch.setenv("SALZOO_TEST_DATA", str(tmp_path))
    assert require_data("data/osie") == tmp_path / "data" / "osie"


def test_the_reason_of_a_skipped_test_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("SALZOO_TEST_DATA", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match=r"data/osie .*SALZOO_TEST_DATA"):
        require_data("data/osie")

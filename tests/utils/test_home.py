"""Where datasets, weights and the cache lie."""

from salzoo.utils import home


def test_the_parts_lie_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path))
    assert home.datasets_folder() == str(tmp_path / "datasets")
    assert home.weights_folder() == str(tmp_path / "weights")
    assert home.cache_folder() == str(tmp_path / "cache")


def test_a_relative_folder_and_one_of_the_person(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SALZOO_HOME", "here")
    assert home.home_folder() == str(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SALZOO_HOME", "~/there")
    assert home.home_folder() == str(tmp_path / "there")


def test_the_default_is_the_cache_folder_of_the_platform(tmp_path, monkeypatch):
    monkeypatch.setenv("SALZOO_HOME", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert home.home_folder() == str(tmp_path / "salzoo")

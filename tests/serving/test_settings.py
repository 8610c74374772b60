"""What the operator of a server decides."""

import pytest

from salzoo.serving.settings import ServerSettings, name_models
from salzoo.utils.errors import InputError


@pytest.mark.parametrize(
    ("arguments", "models"),
    [
        (["msinet_lite"], {"msinet_lite": "msinet_lite"}),
        (["msinet:salicon"], {"msinet-salicon": "msinet:salicon"}),
        (["runs/msinet-osie-001/"], {"msinet-osie-001": "runs/msinet-osie-001/"}),
        (["exports/msinet/12"], {"msinet": "exports/msinet/12"}),
        (["./a.keras", "b=a.keras"], {"a": "./a.keras", "b": "a.keras"}),
        (["12"], {"12": "12"}),
        (["designs=runs/a=b"], {"designs": "runs/a=b"}),
    ],
)
def test_names_of_models(arguments, models):
    assert name_models(arguments) == models


def test_a_path_with_an_equals_sign_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b").mkdir()
    with pytest.raises(InputError, match="`model` a=b: give NAME=SOURCE"):
        name_models(["a=b"])
    assert name_models(["ab=a=b"]) == {"ab": "a=b"}


@pytest.mark.parametrize("argument", ["", "/", "a b", "x=", "é", "a/b c", "../.."])
def test_a_source_without_a_name(argument):
    with pytest.raises(InputError, match="give NAME=SOURCE"):
        name_models([argument])


def test_two_models_of_one_name():
    with pytest.raises(InputError, match="two models are called msinet"):
        name_models(["runs/msinet", "exports/msinet/1"])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("port", 65536, "`port` 65536: give a whole number of 0 to 65535"),
        ("workers", 0, "`workers` 0"),
        ("queue", -1, "`queue` -1"),
        ("max_megabytes", 0, "`max_megabytes` 0: give a number above 0"),
        ("max_megapixels", 101, "`max_megapixels` 101: give a number above 0 and at most 100"),
        ("timeout", 0, "`timeout` 0"),
        ("grace", -1, "`grace` -1"),
        ("cors", ["https://a.org/"], "`cors` 'https://a.org/' is no origin like"),
        ("cors", ["a.org"], "`cors` 'a.org' is no origin"),
        ("token", "", "SALZOO_TOKEN is empty"),
        ("token", "two words", "SALZOO_TOKEN is empty or has other"),
        ("token", "schlüssel", "SALZOO_TOKEN is empty or has other"),
        ("models", {}, "name at least one model"),
    ],
)
def test_unusable_values(field, value, message):
    with pytest.raises(InputError, match=message) as caught:
        ServerSettings(**{"models": {"a": "b"}, field: value})
    assert "schlüssel" not in str(caught.value) and "words" not in str(caught.value)


def test_the_token_is_not_shown():
    assert "secret" not in repr(ServerSettings({"a": "b"}, token="secret"))
    for origin in ("*", "http://localhost:3000", "https://[::1]:8443"):
        ServerSettings({"a": "b"}, cors=[origin])

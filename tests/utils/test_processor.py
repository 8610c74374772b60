"""What processors say about themselves."""

import pytest

from salzoo.utils import processor
from salzoo.utils.processor import has_bfloat16, in_bfloat16


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 sse2\n", True),
        ("flags\t: fpu amx_bf16\n", True),
        ("Features\t: fp asimd bf16 i8mm\n", True),
        ("flags\t: fpu avx512f\nbugs\t: avx512_bf16\n", False),
        ("", False),
    ],
)
def test_flags(tmp_path, text, expected):
    path = tmp_path / "cpuinfo"
    path.write_text(text)
    assert has_bfloat16(str(path)) is expected


def test_unknown(tmp_path):
    assert has_bfloat16(str(tmp_path / "none")) is False


def test_what_is_given_decides_else_the_model_and_the_processor(monkeypatch):
    for there in (True, False):
        monkeypatch.setattr(processor, "has_bfloat16", lambda there=there: there)
        assert in_bfloat16(True, False) and not in_bfloat16(False, True)
        assert in_bfloat16(None, True) is there and not in_bfloat16(None, False)

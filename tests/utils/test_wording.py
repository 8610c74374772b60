"""Numbers with their nouns, and warnings that are told once."""

import logging

from salzoo.utils.once import forget, warn_once
from salzoo.utils.wording import counted


def test_counted():
    assert counted(1, "problem") == "1 problem"
    assert counted(0, "problem") == "0 problems"
    assert counted(12345, "fixation") == "12,345 fixations"
    assert counted(2, "fixation outside its image", "fixations outside their images") == (
        "2 fixations outside their images"
    )


def test_the_same_is_told_once(caplog):
    with caplog.at_level(logging.WARNING, "salzoo"):
        for about in ("a", "a", "b"):
            warn_once("dropped 1 fixation", about)
        warn_once("dropped 2 fixations", "a")
        assert len(caplog.messages) == 3
        forget()
        warn_once("dropped 1 fixation", "a")
    assert len(caplog.messages) == 4

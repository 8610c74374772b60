"""Messages for people: one printable line."""

import pickle

from salzoo.utils.errors import InputError


def test_control_characters_are_escaped():
    error = InputError("a\x1b[31m\nb\ud800\u202e é.jpg is damaged.")
    assert str(error) == r"a\x1b[31m\nb\ud800\u202e é.jpg is damaged."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)

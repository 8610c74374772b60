"""The answer that a client asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("fastapi", reason="needs salzoo[serve]")

from salzoo.serving.negotiation import IMPLIED, JPEG, JSON, NPY, OUTPUTS, PNG, choose_answer
from salzoo.serving.problems import Problem


@pytest.mark.parametrize(
    ("output", "accept", "answer"),
    [
        (None, None, ("map", PNG)),
        (None, "*/*", ("map", PNG)),
        (None, "image/*", ("map", PNG)),
        (None, "text/html,application/xhtml+xml,image/webp,*/*;q=0.8", ("map", PNG)),
        (None, "image/jpeg", ("overlay", JPEG)),
        (None, "IMAGE/JPEG ; q=0.4, text/html", ("overlay", JPEG)),
        (None, "application/json", ("attention", JSON)),
        (None, "application/x-npy", ("map", NPY)),
        (None, "image/png;q=0.2, application/json;q=0.9", ("attention", JSON)),
        (None, "image/png;q=0, */*", ("map", NPY)),
        (None, "image/png;q=nonsense, application/json", ("attention", JSON)),
        ("map", None, ("map", PNG)),
        ("map", "application/x-npy", ("map", NPY)),
        ("overlay", "*/*", ("overlay", PNG)),
        ("overlay", "image/png;q=0.5, image/jpeg", ("overlay", JPEG)),
        ("crop", "*/*", ("crop", JPEG)),
        ("crop", "image/png", ("crop", PNG)),
        ("attention", "application/*", ("attention", JSON)),
    ],
)
def test_the_best_answer_is_chosen(output, accept, answer):
    assert choose_answer(output, accept) == answer


@pytest.mark.parametrize(
    ("output", "accept", "status", "sentence"),
    [
        (None, "text/html", 406, "Accept 'text/html' has no type of a map; accept image/png or"),
        ("crop", "application/json", 406, "no type of the output crop; accept image/jpeg or ima"),
        (None, "image/png;q=0", 406, "no type of a map"),
        (None, ",;=/,", 406, "no type of a map"),
        ("mop", None, 422, "There is no output 'mop'; did you mean 'map'?"),
    ],
)
def test_what_cannot_be_answered(output, accept, status, sentence):
    with pytest.raises(Problem) as caught:
        choose_answer(output, accept)
    assert caught.value.status == status and sentence in caught.value.sentence


LETTERS = st.sampled_from("image/png*jq=;, 0.1\0\x1b")


@given(st.sampled_from([None, *OUTPUTS]), st.text(LETTERS, max_size=40))
def test_any_header_gives_an_answer_or_a_problem(output, accept):
    try:
        answer = choose_answer(output, accept)
    except Problem as problem:
        assert problem.status == 406 and problem.sentence.isprintable()
    else:
        assert answer.media_type in OUTPUTS[answer.output]
        assert output is not None or IMPLIED[answer.media_type] == answer.output

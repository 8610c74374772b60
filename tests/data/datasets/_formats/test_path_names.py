"""Names of images in tables: with folders, without ending, never two paths for one image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salzoo.data.datasets._formats.path_names import match_names

FLAT = {"000": "set/images/000.jpg", "a.b": "set/images/a.b.png"}
NESTED = {
    "indoor/000": "set/images/indoor/000.jpg",
    "indoor/001": "set/images/indoor/001.jpg",
    "outdoor/000": "set/images/outdoor/000.jpg",
    "pic": "set/images/pic.png",
}


@pytest.mark.parametrize(
    "name", ["000", "000.jpg", "images/000.jpg", "./000.jpg", "C:\\lab\\000.jpg", "x/images/000"]
)
def test_folders_and_ending_may_be_there_or_not(name):
    assert match_names([name, "a.b", "a.b.png"], FLAT) == (
        {name: "000", "a.b": "a.b", "a.b.png": "a.b"},
        [],
        "",
    )


@pytest.mark.parametrize(
    "name, stem",
    [
        ("indoor/000.jpg", "indoor/000"),
        ("images\\outdoor\\000", "outdoor/000"),
        ("/home/images/set/images/outdoor/000.jpg", "outdoor/000"),
        ("001.jpg", "indoor/001"),
        ("images/pic.png", "pic"),
    ],
)
def test_paths_below_images(name, stem):
    assert match_names([name, "pic"], NESTED).stems[name] == stem


def test_a_bare_name_of_two_images_is_a_problem():
    found = match_names(["000.jpg", "pic"], NESTED)
    assert found.stems == {"pic": "pic"} and not found.unknown
    assert found.problem == (
        "names '000.jpg', which may be indoor/000.jpg and outdoor/000.jpg; write the whole path."
    )
    # An image beside the sub-folders is the one of that path.
    loose = {**NESTED, "000": "set/images/000.jpg"}
    assert match_names(["000.jpg", "indoor/000.jpg"], loose).stems == {
        "000.jpg": "000",
        "indoor/000.jpg": "indoor/000",
    }


@pytest.mark.parametrize(
    "names",
    [
        ["indoor/000.jpg", "outdoor/000.jpg"],
        ["000.jpg", "outdoor/000.jpg"],
        ["C:\\one\\000.jpg", "C:\\two\\000.jpg"],
    ],
)
def test_two_paths_are_not_merged(names):
    first, second = (name.replace("\\", "/") for name in names)
    problem = match_names(names, FLAT).problem
    assert f"names two paths, {first} and {second}, for one image, 000.jpg;" in problem


def test_a_path_that_begins_elsewhere_may_be_of_another_image():
    loose = {**NESTED, "002": "set/images/002.jpg"}
    found = match_names(["indoor/000.jpg", "outdoor/002.jpg"], loose)
    assert "do not begin in the same folder" in found.problem
    assert not match_names(["set/indoor/000.jpg", "set/002.jpg", "pic"], loose).problem


PARTS = st.sampled_from(["a", "b", "c"])
STEMS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


@given(st.sets(STEMS, min_size=1), STEMS)
def test_every_image_is_found_by_its_path_and_by_nothing_else(stems, before):
    """Whatever stands before all paths; with it no two images get one name."""
    images = {stem: f"root/{stem}.png" for stem in stems}
    names = {f"/{before}/images/{stem}.png": stem for stem in stems}
    assert match_names(names, images) == (names, [], "")
    plain = {f"{stem}.png": stem for stem in stems}
    assert match_names(plain, images) == (plain, [], "")


@given(st.sets(STEMS, min_size=1), st.lists(STEMS, min_size=2, unique=True))
def test_different_paths_with_one_image_are_a_problem(stems, names):
    """Of names that all give a full path, two for one image are always told."""
    images = {stem: f"root/{stem}.png" for stem in stems}
    found = match_names(names, images)
    full = [stem for name, stem in found.stems.items() if name.endswith(stem)]
    if len(set(full)) < len(full):
        assert found.problem

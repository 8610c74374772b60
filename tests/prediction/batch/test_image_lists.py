"""The images that folders, patterns, addresses and lists stand for."""

import importlib.util
import os

import pytest

from salzoo.prediction.batch.image_lists import list_images
from salzoo.utils.errors import InputError
from tests.prediction.batch.pictures import draw, need_packages

need_packages()
fsspec = pytest.importorskip("fsspec")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw(tmp_path / "photos", 3)
    draw(tmp_path / "photos" / "below", 2)
    return tmp_path


def names(*sources, **options):
    listed = list_images(sources, **options)
    return [os.path.relpath(image) for image in listed.images]


def test_folders_and_patterns(here):
    top = [f"photos/00{number}.png" for number in range(3)]
    below = [f"photos/below/00{number}.png" for number in range(2)]
    assert names("photos") == top
    assert sorted(names("photos/**")) == sorted([*top, *below])
    listed = list_images(["photos", "photos/001.png", f"file://{here}/photos/002.png"])
    assert len(listed.images) == 3 and listed.duplicates == 2
    assert all(os.path.isabs(image) for image in listed.images)


@pytest.mark.parametrize("ending", ["txt", "csv", "parquet"])
def test_lists(here, ending):
    images = ["photos/001.png", "absent.png", "https://example.org/a.jpg?size=2", "photos/001.png"]
    path = f"list.{ending}"
    if ending == "parquet":
        pq.write_table(pa.table({"id": [1, 2, 3, 4], "Path": images}), path)
    else:
        lines = images if ending == "txt" else ["id;Path", *(f"1;{image}" for image in images)]
        (here / path).write_text("\ufeff" + "\r\n".join(lines) + "\n\n", encoding="utf-8")
    listed = list_images([path])
    assert listed.images == [str(here / images[0]), str(here / images[1]), images[2]]
    assert listed.duplicates == 1


def test_other_filesystems():
    memory = fsspec.filesystem("memory")
    for name in ("b.jpg", "a.png", "notes.md", "more/c.jpg"):
        memory.pipe(f"/archive/{name}", b"x")
    memory.pipe("/archive.txt", b"memory://archive/a.png\nmemory://elsewhere/b\n")
    both = ["memory:///archive/a.png", "memory:///archive/b.jpg"]
    assert list_images(["memory://archive"]).images == both
    deep = [both[1], "memory:///archive/more/c.jpg"]
    assert list_images(["memory://archive/**/*.jpg"]).images == deep
    assert list_images(["memory://archive.txt"]).images == [
        "memory://archive/a.png",
        "memory://elsewhere/b",
    ]


def refusals(here):
    (here / "two.csv").write_text("a,b\n1,2\n")
    (here / "empty.txt").write_text("\n")
    (here / "latin.txt").write_bytes(b"caf\xe9.jpg\n")
    (here / "not.parquet").write_text("no table")
    (here / "void").mkdir()


@pytest.mark.parametrize(
    "source, options, message",
    [
        ("two.csv", {}, "two.csv has the columns a, b; say with `column` which one"),
        ("two.csv", {"column": "c"}, "There is no column of two.csv 'c'"),
        ("empty.txt", {}, "empty.txt lists no image"),
        ("latin.txt", {}, "latin.txt is not text in UTF-8"),
        ("not.parquet", {}, "not.parquet cannot be read as a list"),
        ("absent.txt", {}, "absent.txt does not exist"),
        ("void", {}, "holds no image"),
        ("memory://nowhere/", {}, "memory://nowhere/ does not exist"),
        ("s3://bucket/folder", {}, "addresses with s3:// need another package"),
        ("nothing://a/b.jpg", {}, "nothing:// is unknown"),
    ],
)
def test_refused(here, source, options, message):
    refusals(here)
    if source.startswith("s3") and importlib.util.find_spec("s3fs"):
        pytest.skip("s3fs is installed")
    with pytest.raises(InputError) as caught:
        list_images([source], **options)
    assert message in str(caught.value)

"""The user's own folder: every form it may have, and every mistake one sentence."""

import logging

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from salzoo import InputError, load_dataset
from salzoo.data.datasets import read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.datasets._formats.splits import shuffled_share
from tests.data.datasets.layouts.making import density_picture, mask_picture, picture, write

SIZE = (30, 40)
HEADER = "image,x,y\n"
ROWS = "a.jpg,1,2\nb,3.5,4\na.jpg,1,2\nc,39,29\n"


@pytest.fixture
def root(tmp_path):
    """Three images and their points."""
    for seed, name in enumerate(("a.jpg", "b.png", "c.png")):
        picture(f"{tmp_path}/images/{name}", SIZE, seed=seed)
    write(f"{tmp_path}/fixations.csv", HEADER + ROWS)
    return tmp_path


def points(root, **options):
    """Return {file name: points as a list}."""
    return {
        sample.image_path.rpartition("/")[2]: sample.fixations.tolist()
        for sample in load_dataset("folder", root, **options)
    }


POINTS = {"a.jpg": [[1, 2], [1, 2]], "b.png": [[3.5, 4]], "c.png": [[39, 29]]}


def refused(root, match, split="all", **options):
    with pytest.raises(InputError, match=match) as caught:
        load_dataset("folder", root, split, **options)
    assert "\n" not in str(caught.value)


def problems(root, **options):
    checks = ProblemCollector("folder")
    read_dataset("folder", root, checks, **options)
    return [f"{path.removeprefix(str(root))} {sentence}" for path, sentence in checks.problems]


# ---- what it reads ----


def test_points_in_images_with_and_without_ending(root):
    assert points(root) == POINTS
    sample = load_dataset("folder", root)[0]
    assert sample.observers is None and sample.mask is None
    assert sample.sigma == 40 / 32
    assert sample.density.sum() == pytest.approx(2, rel=1e-4)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separators_line_ends_and_byte_order_marks(root, separator, end, encoding):
    text = (HEADER + ROWS).replace(",", separator).replace("\n", end)
    write(f"{root}/fixations.csv", text.encode(encoding))
    assert points(root) == POINTS


def test_quotes_spaces_blank_lines_paths_and_further_columns(root):
    write(
        f"{root}/fixations.csv",
        '"Y", X ,note,IMAGE\n\n 2 ,1,"one, two",images/a.jpg\n2,1,,C:\\pictures\\images\\a.jpg\n'
        "4,3.5,,b\n,,,\n29,39,,c",
    )
    assert points(root) == POINTS


def test_loose_images(root):
    for path in (root / "images").iterdir():
        path.rename(root / path.name)
    (root / "images").rmdir()
    assert points(root) == POINTS


def test_accents_of_macos(root):
    (root / "images" / "a.jpg").rename(root / "images" / "u\u0308.jpg")
    write(f"{root}/fixations.csv", HEADER + ROWS.replace("a.jpg", "\u00fc"))
    assert list(points(root).values())[-1] == [[1, 2], [1, 2]]


def test_other_column_names(root):
    write(f"{root}/fixations.csv", "stimulus,px,py,who\na,1,2,Bo\na,3,4,Al\nb,5,6,Bo\nc,7,8,Bo\n")
    names = {"image_column": "stimulus", "x_column": "px", "y_column": "py"}
    samples = load_dataset("folder", root, observer_column="who", **names)
    assert samples[0].fixations.tolist() == [[1, 2], [3, 4]]
    assert [sample.observers.tolist() for sample in samples] == [[1, 0], [1], [1]]
    assert load_dataset("folder", root, **names)[0].observers is None


def test_observers_and_times_give_the_order(root):
    rows = ["b,3,1,5,9", "a,2,Zoe,9,9", "a,1,Zoe,2,9", "a,7,Ann,3,9", "c,1,5,5,9"]
    write(f"{root}/fixations.csv", "\n".join(["image,timestamp,observer,x,y", *rows]))
    sample = load_dataset("folder", root)[0]
    assert sample.fixations[:, 0].tolist() == [3, 2, 9]
    assert sample.observers.tolist() == [2, 3, 3] and sample.observers.dtype == np.int32
    # Without times the file's order stays; without observers times alone give it.
    text = (root / "fixations.csv").read_text()
    write(f"{root}/fixations.csv", text.replace("timestamp", "time"))
    assert load_dataset("folder", root)[0].fixations[:, 0].tolist() == [9, 2, 3]
    write(f"{root}/fixations.csv", text.replace("observer", "who"))
    assert load_dataset("folder", root)[0].fixations[:, 0].tolist() == [2, 9, 3]
    again = load_dataset("folder", root, observer_column="who")[0]
    assert again.fixations[:, 0].tolist() == [3, 2, 9]


@pytest.mark.parametrize("name", ["densities", "maps"])
def test_density_maps_alone(root, name):
    (root / "fixations.csv").unlink()
    for level, stem in enumerate("abc"):
        density_picture(f"{root}/{name}/{stem}.png", SIZE, level=50 * level + 50)
    sample = load_dataset("folder", root)[1]
    assert sample.fixations is None and sample.sigma is None and sample.mask is None
    assert sample.density.min() == 0 and sample.density.max() == 100


def test_masks_alone_and_beside_points(root):
    for stem in "abc":
        mask_picture(f"{root}/masks/{stem}.png", SIZE)
    sample = load_dataset("folder", root)[0]
    assert sample.mask.max() == 1 and len(sample.fixations) == 2
    (root / "fixations.csv").unlink()
    sample = load_dataset("folder", root)[0]
    assert sample.mask.max() == 1 and sample.fixations is None and sample.density is None


def test_sigma(root):
    picture(f"{root}/images/b.png", (64, 32))
    assert [sample.sigma for sample in load_dataset("folder", root)] == [1.25, 2, 1.25]
    assert {sample.sigma for sample in load_dataset("folder", root, sigma=3)} == {3.0}


# ---- coordinates ----

PLACES = st.lists(
    st.tuples(
        st.floats(0, 40, exclude_max=True, allow_subnormal=False),
        st.floats(0, 30, exclude_max=True, allow_subnormal=False),
    ),
    max_size=20,
)


@given(PLACES)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pixels_and_fractions_give_the_same_points(root, places):
    places = [(39.5, 29.5), *places]  # without it, pixels might look like fractions
    others = "b,9,9\nc,9,9\n", "b,.1,.1\nc,.1,.1\n"
    rows = "".join(f"a,{x!r},{y!r}\n" for x, y in places)
    write(f"{root}/fixations.csv", HEADER + rows + others[0])
    pixels = points(root)["a.jpg"]
    rows = "".join(f"a,{x / 40!r},{y / 30!r}\n" for x, y in places)
    write(f"{root}/fixations.csv", HEADER + rows + others[1])
    fractions = points(root, units="fractions")["a.jpg"]
    np.testing.assert_array_equal(pixels, places)
    np.testing.assert_allclose(fractions, places, rtol=1e-12, atol=1e-300)


def test_the_fraction_1_is_the_last_pixel(root):
    write(f"{root}/fixations.csv", HEADER + "a,1,1\nb,0,0\nc,0.5,0.5\n")
    (x, y), *_ = points(root, units="fractions")["a.jpg"]
    assert (int(x), int(y)) == (39, 29)


def test_pixels_and_fractions_taken_for_each_other(root):
    refused(root, r"4 of 4 fixations outside .* with units=fractions .*leave", units="fractions")
    write(f"{root}/fixations.csv", HEADER + "a,0.1,0.9\nb,1,0\nc,0.5,0.5\n")
    refused(root, r"look like fractions of the width and height; set units=fractions")
    refused(root, r"no unit of coordinates 'pixel'; did you mean 'pixels'", units="pixel")


@pytest.mark.parametrize(
    ("convert", "options", "looks"),
    [
        (lambda x, y: (x - 20, 15 - y), {"origin": "centre"}, "from the centre"),
        (lambda x, y: (x / 20 - 1, 1 - y / 15), {"units": "norm"}, "units=norm"),
        (lambda x, y: (x + 80, y + 85), {"screen": "200x200"}, "a screen larger"),
        (lambda x, y: (y, x), {"x_column": "y", "y_column": "x"}, "x and y exchanged"),
        (lambda x, y: (x + 1, y + 1), {"one_based": True}, None),
    ],
)
def test_coordinates_of_other_systems(root, convert, options, looks):
    """Eight fixations an image: refused as they are, all inside with the option."""
    rng = np.random.default_rng(0)
    places = {stem: rng.integers(1, (39, 29), (8, 2)) + 0.5 for stem in "abc"}
    lines = [
        "{},{},{}\n".format(stem, *convert(x, y)) for stem, own in places.items() for x, y in own
    ]
    write(f"{root}/fixations.csv", HEADER + "".join(lines))
    if looks:
        assert [looks in problem for problem in problems(root)] == [True]
        refused(root, looks)
    found = points(root, **options)
    np.testing.assert_allclose(list(found.values()), list(places.values()), atol=1e-9)


def test_points_outside_are_dropped_and_counted(root, caplog):
    write(f"{root}/fixations.csv", HEADER + ROWS + "a,40,3\nb,-0.1,3\nc,3,30\n")
    with caplog.at_level(logging.WARNING, "salzoo"):
        assert points(root) == POINTS
    assert "dropped 3 fixations" in caplog.text
    inside = "b,3.5,4\n" * 30
    write(f"{root}/fixations.csv", HEADER + ROWS + inside + "a,300,3\n" * 10)
    refused(root, "fixations.csv has 10 of 12 fixations outside the 40x30 pixels of a.jpg")


# ---- splits ----


def test_the_default_split():
    names = [str(number) for number in range(10)]
    for count, train in ((1, 1), (2, 1), (3, 2), (4, 3), (5, 4), (10, 8)):
        splits = shuffled_share(0.8)(names[:count])
        assert len(splits["train"]) == train and len(splits["val"]) == count - train
        assert sorted(sum(splits.values(), [])) == names[:count]
    order = np.arange(10)
    np.random.RandomState(42).shuffle(order)
    assert shuffled_share(0.8)(names)["train"] == [names[index] for index in sorted(order[:8])]


def test_splits_of_a_folder(root):
    names = [list(points(root, split=split)) for split in ("train", "val")]
    assert sorted(sum(names, [])) == ["a.jpg", "b.png", "c.png"] and len(names[0]) == 2
    refused(root, "'test' is empty .*: put images into it in splits.csv", split="test")


def test_one_image_cannot_validate_itself(root):
    write(f"{root}/fixations.csv", HEADER + "a,1,2\n")
    refused(root, "'val' is empty .*at least 2 images .* there is 1; add images", split="val")


def test_points_that_all_lie_outside(root):
    write(f"{root}/fixations.csv", HEADER + "a,100,2\n")
    refused(root, r"has 1 of 1 fixations outside their images \(line 2: x 100, y 2 on a.jpg, 40x30")
    for split in ("train", "all"):
        match = "is empty .*: none of its images has a fixation; add"
        refused(root, match, split=split, check_coordinates=False)


def test_a_split_file(root):
    write(f"{root}/splits.csv", "split;image\r\ntest;a\r\ntrain;b.png\r\ntrain;c\r\ntest;a.jpg")
    assert list(points(root, split="train")) == ["b.png", "c.png"]
    assert list(points(root, split="test")) == ["a.jpg"]
    assert len(points(root)) == 3
    refused(root, "'val' is empty .*splits.csv, with lines like 'photo.jpg,val'", split="val")


def test_a_split_file_may_lack_images_that_nobody_fixated(root):
    write(f"{root}/fixations.csv", HEADER + "a,1,2\nb,3,4\n")
    write(f"{root}/splits.csv", "image,split\na,train\nb,val\n")
    assert list(points(root, split="val")) == ["b.png"]


@pytest.mark.parametrize(
    "rows, match",
    [
        ("a,train\nb,train\nc,dev\n", "splits.csv has split 'dev' in line 4; write train, val"),
        ("a,train\nb,train\n", r"splits.csv has no line for 1 of 3 images \('c.png'\)"),
        (
            "a,train\nb,val\nc,val\nd,val\n",
            r"names images that are not there: 'd' \(first in line 5\)",
        ),
        ("a,train\nb,val\nc,val\na,val\n", "puts 'a' into 'val' in line 5, and elsewhere"),
        ("", "splits.csv has no line below its column names"),
    ],
)
def test_split_files_that_do_not_fit(root, rows, match):
    write(f"{root}/splits.csv", "image,split\n" + rows)
    refused(root, match)


# ---- mistakes ----


@pytest.mark.parametrize(
    "text, match",
    [
        ("", r"fixations.csv is empty; it needs a line 'image,x,y'"),
        (HEADER, "has no line below its column names"),
        ("file,x,z\na,1,2\n", "no column 'image', 'y' but 'file', 'x', 'z'.*image_column="),
        ("a.jpg,1,2\nb,3,4\n", "no column 'image', 'x', 'y' but 'a.jpg', '1', '2'"),
        ("image x y\na 1 2\n", "no column 'image', 'x', 'y' but 'image x y'"),
        (HEADER + "a,1,2\nb,12a,4\n", "has x '12a' in line 3, which is no number; correct"),
        (
            HEADER + "a,z,1\nb,?,1\n",
            r"has x 'z' in line 2, which is no number \(one of 2 such lines",
        ),
        (HEADER + "a,nan,2\nb,,\n", "has no x and y in any of its lines"),
        (HEADER + "a,1,-inf\n", "has y '-inf' in line 2"),
        ('image,x,y\na,"1,5",2\n', "has x '1,5' in line 2.*write decimals with a point"),
        ("image,x,y,timestamp\na,1,2,noon\n", "has timestamp 'noon' in line 2"),
        (HEADER + "a,1,5,2,5\n", "has 5 values in line 2, but 3 columns"),
        (
            HEADER + ROWS + "d,1,2\ne.jpg,1,2\nd,1,2\nf,1,2\na.png,1,2\n",
            r"images that are not there: 'd', 'e.jpg', 'f' and 1 more \(first in line 6\); add",
        ),
        (b"i\x00m\x00", "is not UTF-8 text; save it as 'CSV UTF-8'"),
        (HEADER + '"' + "a" * 200_000, "is not a readable CSV file"),
    ],
)
def test_tables_that_cannot_be_used(root, text, match):
    write(f"{root}/fixations.csv", text)
    refused(root, match)
    assert len(problems(root)) == 1


def test_a_column_that_was_asked_for_must_be_there(root):
    refused(root, "has no column 'who' but 'image', 'x', 'y'", observer_column="who")
    refused(root, "has no column 'ms' but", timestamp_column="ms")
    refused(root, "no option of folder 'x_colum'; did you mean 'x_column'", x_colum="px")


def test_images_that_nobody_fixated_are_left_out_and_told(root, caplog):
    write(f"{root}/fixations.csv", HEADER + "b,3.5,4\nc,99,99\n")
    with caplog.at_level(logging.WARNING, "salzoo"):
        assert points(root) == {"b.png": [[3.5, 4]]}
    assert "left out 2 of 3 images that nobody fixated ('a.jpg', 'c.png')" in caplog.text


def test_folders_that_cannot_be_used(root, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    refused(empty, "holds no images")
    (empty / "images" / "cats").mkdir(parents=True)
    refused(empty, "images holds no images")
    refused(None, "folder needs `data_dir`: the folder with images/ and fixations.csv")
    (root / "fixations.csv").unlink()
    refused(root, "holds images but no ground truth; add fixations.csv, densities/ or masks/")


def test_images_in_two_places_or_of_one_name(root):
    picture(f"{root}/d.png", SIZE)
    refused(root, "has images in images/ and beside it: 'd.png'; move them")
    (root / "d.png").unlink()
    picture(f"{root}/images/a.png", SIZE)
    refused(root, r"a.png differs from a.jpg only in its ending")


def test_maps_that_do_not_fit(root):
    for stem in "abc":
        density_picture(f"{root}/densities/{stem}.png", SIZE)
    assert problems(root) == []
    density_picture(f"{root}/densities/b.png", (40, 30))
    mask_picture(f"{root}/masks/a.png", SIZE)
    mask_picture(f"{root}/masks/d.png", SIZE)
    found = "\n".join(problems(root))
    assert "/densities/b.png is 30x40, but its image b.png is 40x30" in found
    assert "/images/c.png has no mask in" in found
    assert "/masks/d.png has a mask for 'd', but there is no such image" in found
    (root / "maps").mkdir()
    assert any("has both densities/ and maps/" in problem for problem in problems(root))


def test_a_turned_photograph_is_refused(root):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture(f"{root}/images/a.jpg", SIZE, exif=exif)
    refused(root, "a.jpg carries an EXIF rotation.*save it upright")
    exif[0x0112] = 1
    picture(f"{root}/images/a.jpg", SIZE, exif=exif)
    assert points(root) == POINTS


def test_an_inspection_collects_everything(root):
    write(f"{root}/images/b.png", b"text")
    write(f"{root}/fixations.csv", HEADER + "a,1,2\nb,1,2\nc,z,2\nd,1,2\n")
    write(f"{root}/splits.csv", "image,split\na,dev\nb,val\n")
    found = problems(root)
    for part in ("b.png is not an image", "has x 'z' in line 4", "'d' (first in line 5)", "'dev'"):
        assert any(part in problem for problem in found), part
    assert len(found) == 4


def test_first_fixations_are_dropped_by_observer(tmp_path):
    from salzoo.data.datasets._formats.points import Fixations, without_first
    from tests.data.datasets.layouts.making import picture, write

    points = np.arange(10.0).reshape(5, 2)
    kept = without_first(Fixations(points, np.array([2, 2, 0, 2, 0]), np.arange(5.0)))
    np.testing.assert_array_equal(kept.points, points[[1, 3, 4]])
    assert kept.observers.tolist() == [2, 2, 0] and kept.durations.tolist() == [1, 3, 4]
    assert without_first(Fixations(points)).points.tolist() == points[1:].tolist()

    picture(str(tmp_path / "images" / "1.png"), (20, 30))
    lines = ["image,observer,timestamp,x,y", "1,a,2,5,5", "1,a,1,9,9", "1,b,7,3,3", "1,b,8,4,4"]
    write(str(tmp_path / "fixations.csv"), "\n".join(lines))
    (sample,) = load_dataset("folder", tmp_path, drop_first=True)
    assert sample.fixations.tolist() == [[5, 5], [4, 4]]


def test_two_columns_of_one_name_and_odd_numbers(tmp_path):
    from tests.data.datasets.layouts.making import picture, write

    picture(str(tmp_path / "images" / "1.png"), (20, 30))
    for line, match in (
        ("image,x,y,X\n1,1,2,3", "two columns 'x'"),
        ("image,x,y\n1,1_0,2", "'1_0'"),
    ):
        write(str(tmp_path / "fixations.csv"), line)
        with pytest.raises(InputError, match=match):
            load_dataset("folder", tmp_path)


@pytest.mark.parametrize(
    ("value", "match"),
    [("", "has duration '' in line 3"), ("-1", "has durations of a.jpg that are no numbers of 0")],
)
def test_durations_that_are_none(root, value, match):
    write(f"{root}/fixations.csv", f"image,x,y,duration\na,1,2,200\na,3,4,{value}\n")
    refused(root, match)


def test_a_column_of_durations_that_was_named_must_be_there(root):
    write(f"{root}/fixations.csv", HEADER + "a,1,2\n")
    refused(root, "has no column 'ms'", duration_column="ms")

"""Folders of maps: formats, matching names and sizes."""

import h5py
import numpy as np
import pytest
import scipy.io
from PIL import Image

from salzoo.data.sample import Sample
from salzoo.evaluation.map_folder import MapFolder
from salzoo.utils.errors import InputError
from salzoo.utils.resize import resize_map

SIZE = (24, 32)


@pytest.fixture
def maps():
    """Three maps of whole numbers 0..255, by stem."""
    random = np.random.default_rng(0)
    return {stem: random.integers(0, 256, SIZE).astype("float64") for stem in ("a", "b", "c")}


def samples(names, size=SIZE):
    return [Sample(f"/data/{name}", size) for name in names]


NAMES = ["a.jpg", "b.jpg", "c.jpg"]


def folder(path, names=NAMES, **options):
    return MapFolder(path, samples(names), names, **options)


def assert_holds(opened, maps, **tolerance):
    for sample, values in zip(samples(NAMES), maps.values(), strict=True):
        map_ = opened(sample)
        assert map_.dtype == np.float64
        np.testing.assert_allclose(map_, values, **tolerance)


def write_npy(root, stem, values):
    np.save(root / f"{stem}.npy", values)


def write_png(root, stem, values):
    Image.fromarray(values.astype("uint8")).save(root / f"{stem}.png")


def write_mat(root, stem, values):
    scipy.io.savemat(root / f"{stem}.mat", {"map": values, "sigma": 3.0, "note": "by hand"})


def write_mat73(root, stem, values):
    with h5py.File(root / f"{stem}.mat", "w", userblock_size=512) as file:
        file["map"] = values.T
        file["#refs#/a"] = np.ones((3, 3))


def write_h5(root, stem, values):
    with h5py.File(root / f"{stem}.h5", "w") as file:
        file["prediction/map"] = values[None]


def write_behind_the_ending(root, stem, values):
    np.save(root / f"{stem}.jpg.npy", values)


def write_h5_with_endings(root, stem, values):
    write_one_h5(root, f"{stem}.jpg", values)


def write_one_h5(root, stem, values):
    with h5py.File(root / "maps.h5", "a") as file:
        file[stem] = values


@pytest.mark.parametrize(
    "write",
    [
        write_npy,
        write_behind_the_ending,
        write_png,
        write_mat,
        write_mat73,
        write_h5,
        write_one_h5,
        write_h5_with_endings,
    ],
)
def test_formats(tmp_path, maps, write):
    for stem, values in maps.items():
        write(tmp_path, stem, values)
    assert_holds(folder(tmp_path), maps, rtol=0)


def test_jpeg_is_near(tmp_path):
    rows, columns = np.indices(SIZE)
    smooth = {stem: 4.0 * rows + columns * (3 + place) for place, stem in enumerate("abc")}
    for stem, values in smooth.items():
        Image.fromarray(values.astype("uint8")).save(tmp_path / f"{stem}.JPG", quality=95)
    assert_holds(folder(tmp_path), smooth, atol=4)


def test_an_h5_file_alone(tmp_path, maps):
    for stem, values in maps.items():
        write_one_h5(tmp_path, stem, values)
    assert_holds(folder(tmp_path / "maps.h5"), maps, rtol=0)


def test_float_maps_stay_exact(tmp_path, maps):
    maps = {stem: values / 7 for stem, values in maps.items()}
    for stem, values in maps.items():
        write_npy(tmp_path, stem, values)
    assert_holds(folder(tmp_path), maps, rtol=0)


@pytest.mark.parametrize("write", [write_png, write_npy])
def test_levels_divided_by_255(tmp_path, maps, write):
    for stem, values in maps.items():
        write(tmp_path, stem, values.astype("uint8"))
    expected = {stem: values / 255 for stem, values in maps.items()}
    assert_holds(folder(tmp_path, unit=True), expected, rtol=0)


def test_what_salzoo_predict_wrote(tmp_path, maps):
    for stem, values in maps.items():
        write_npy(tmp_path, f"{stem}_saliency", values / 3)
        write_png(tmp_path, f"{stem}_saliency", values)
        write_png(tmp_path, f"{stem}_overlay", values)
    opened = folder(tmp_path)
    assert_holds(opened, {stem: values / 3 for stem, values in maps.items()}, rtol=0)
    assert opened.unmatched == []


def test_sub_folders_where_names_repeat(tmp_path, maps):
    """As in CAT2000: the category tells them apart; folders above it do not matter."""
    names = ["trainSet/Stimuli/Action/001.jpg", "trainSet/Stimuli/Art/001.jpg"]
    for category, stem in (("Action", "a"), ("Art", "b")):
        (tmp_path / "deep" / category).mkdir(parents=True)
        write_npy(tmp_path / "deep" / category, "001", maps[stem])
    opened = folder(tmp_path, names)
    for sample, stem in zip(samples(names), "ab", strict=True):
        np.testing.assert_array_equal(opened(sample), maps[stem])
    write_npy(tmp_path, "001", maps["c"])
    assert [str(place) for place in folder(tmp_path, names).unmatched] == [
        str(tmp_path / "001.npy")
    ]


@pytest.mark.parametrize("above", ["", "mine/", "images/"])
def test_images_beside_sub_folders(tmp_path, maps, above):
    """The maps of `images/**`, with images of one name and some beside the folders."""
    names = ["images/indoor/0.jpg", "images/outdoor/0.jpg", "images/pic.png"]
    for name, values in zip(("indoor/0", "outdoor/0", "pic"), maps.values(), strict=True):
        path = tmp_path / f"{above}{name}_saliency.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, values)
    opened = folder(tmp_path, names)
    for sample, values in zip(samples(names), maps.values(), strict=True):
        np.testing.assert_array_equal(opened(sample), values)
    (tmp_path / f"{above}outdoor/0_saliency.npy").unlink()
    with pytest.raises(InputError, match="lacks maps for 1 of 3 images: images/outdoor/0.jpg"):
        folder(tmp_path, names)


def test_missing_maps_are_listed(tmp_path, maps):
    write_npy(tmp_path, "a", maps["a"])
    write_npy(tmp_path, "other", maps["a"])
    with pytest.raises(InputError) as caught:
        folder(tmp_path)
    message = str(caught.value)
    assert "lacks maps for 2 of 3 images: b.jpg, c.jpg" in message
    assert f"belonging to no image: {tmp_path / 'other.npy'}" in message
    needed = folder(tmp_path, needed=samples(NAMES[:1]))
    assert len(needed.unmatched) == 1


def test_long_lists_are_cut(tmp_path, maps):
    write_npy(tmp_path, "a", maps["a"])
    names = [f"{number:03d}.jpg" for number in range(200)]
    with pytest.raises(InputError, match=r"000.jpg, 001.jpg, .* 009.jpg and 190 more"):
        folder(tmp_path, names)


def test_two_maps_of_an_image(tmp_path, maps):
    for stem, values in maps.items():
        write_npy(tmp_path, stem, values)
    write_png(tmp_path, "b", maps["b"])
    with pytest.raises(InputError, match=r"two maps for b.jpg: .*b.npy and .*b.png"):
        folder(tmp_path)


def test_no_maps(tmp_path):
    (tmp_path / "readme.txt").write_text("maps are elsewhere")
    with pytest.raises(InputError, match="holds no maps"):
        folder(tmp_path)


@pytest.mark.parametrize("size", [(12, 16), (48, 64), (11, 15)])
def test_other_sizes_of_the_same_aspect_are_resized(tmp_path, maps, size):
    for stem, values in maps.items():
        write_npy(tmp_path, stem, resize_map(values, size))
    opened = folder(tmp_path)
    assert opened.resized == opened.needed_count == 3
    assert folder(tmp_path, needed=samples(NAMES[:1])).needed_count == 1
    sample = samples(["a.jpg"])[0]
    assert opened.read(sample).shape == size
    np.testing.assert_array_equal(opened(sample), resize_map(opened.read(sample), SIZE))


@pytest.mark.parametrize("size", [(32, 24), (24, 30), (10, 16)])
def test_another_aspect_ratio_is_refused_by_name(tmp_path, maps, size):
    for stem, values in maps.items():
        write_npy(tmp_path, stem, values if stem != "b" else np.ones(size))
    with pytest.raises(InputError, match=rf"b.npy is {size[1]}x{size[0]}, its image b.jpg 32x24"):
        folder(tmp_path)


def test_unusable_files(tmp_path, maps):
    for stem in "abc":
        write_npy(tmp_path, stem, maps[stem])
    for values, message in (
        (np.ones((2, *SIZE)), "b.npy holds a 2x24x32 array of float64; a map is"),
        (np.full(SIZE, "x"), "array of <U1"),
        (np.array([{}] * 4), "holds a 4 array of object"),
    ):
        np.save(tmp_path / "b.npy", values)
        with pytest.raises(InputError, match=message) as caught:
            folder(tmp_path)
        assert str(caught.value).count("b.npy") == 1
    np.save(tmp_path / "b.npy", np.full(SIZE, np.nan))
    with pytest.raises(InputError, match=r"b.npy has values that are not numbers"):
        folder(tmp_path)(samples(["b.jpg"])[0])
    (tmp_path / "b.npy").write_bytes(b"\x93NUMPY cut")
    with pytest.raises(InputError, match="b.npy cannot be read"):
        folder(tmp_path)
    (tmp_path / "b.npy").unlink()
    for name in ("b.mat", "b.h5"):
        (tmp_path / name).write_bytes(b"no maps")
        with pytest.raises(InputError, match=f"{name} (is not a readable|cannot be read)"):
            folder(tmp_path)
        (tmp_path / name).unlink()
    scipy.io.savemat(tmp_path / "b.mat", {"one": maps["a"], "two": maps["b"]})
    with pytest.raises(InputError, match="b.mat must hold one 2-D variable, it has: one, two"):
        folder(tmp_path)


def test_log_densities_are_refused_or_read(tmp_path, maps):
    """As DeepGaze and pysaliency write them: log of a density of sum 1, also of 0."""
    densities = {stem: values / values.sum() for stem, values in maps.items()}
    for stem, values in densities.items():
        with np.errstate(divide="ignore"):
            write_npy(tmp_path, stem, np.log(values))
    match = r"a.npy has only values below 0 .* log densities, .*: give exp of them, or `log_maps`"
    with pytest.raises(InputError, match=match):
        folder(tmp_path)(samples(["a.jpg"])[0])
    assert_holds(folder(tmp_path, log_maps=True), densities, rtol=1e-12)
    assert folder(tmp_path).fingerprint != folder(tmp_path, log_maps=True).fingerprint


def test_what_is_no_logarithm(tmp_path, maps):
    write_png(tmp_path, "a", maps["a"])
    write_npy(tmp_path, "b", np.full(SIZE, 1000.0))
    write_npy(tmp_path, "c", np.full(SIZE, -1000.0))
    opened = folder(tmp_path, log_maps=True)
    for name, match in (
        ("a.jpg", r"a.png has uint8 values, no logarithms; leave out `log_maps`"),
        ("b.jpg", r"b.npy has values that are not numbers"),
        ("c.jpg", r"c.npy has logarithms so low that exp of them is 0"),
    ):
        with pytest.raises(InputError, match=match):
            opened(samples([name])[0])


def test_maps_with_some_values_below_zero_are_maps(tmp_path, maps):
    maps = {stem: values - 100 for stem, values in maps.items()}
    for stem, values in maps.items():
        write_npy(tmp_path, stem, values)
    assert_holds(folder(tmp_path), maps, rtol=0)


def test_pictures_without_certain_values_are_refused(tmp_path, maps):
    for stem, values in maps.items():
        write_png(tmp_path, stem, values)
    colours = np.stack([maps["a"], maps["b"], maps["c"]], axis=-1).astype("uint8")
    clear = Image.fromarray(maps["a"].astype("uint8"))
    clear.putalpha(Image.fromarray(maps["b"].astype("uint8")))
    for image, match in (
        (Image.fromarray(colours), "such as jet is not a saliency map; save grey levels"),
        (Image.fromarray(colours).quantize(16), "such as jet is not a saliency map"),
        (clear, "has an alpha channel that is not opaque"),
        (clear.convert("RGBA"), "has an alpha channel that is not opaque"),
    ):
        image.save(tmp_path / "a.png")
        with pytest.raises(InputError, match=match):
            folder(tmp_path)(samples(["a.jpg"])[0])
    clear.putalpha(255)
    clear.convert("RGBA").save(tmp_path / "a.png")
    assert_holds(folder(tmp_path), maps, rtol=0)


def test_pictures_of_other_depths(tmp_path, maps):
    deep = {stem: values.astype("uint16") * 256 for stem, values in maps.items()}
    for stem, values in deep.items():
        Image.fromarray(values).save(tmp_path / f"{stem}.png")
    assert_holds(folder(tmp_path), deep, rtol=0)
    shares = {stem: values / 65535 for stem, values in deep.items()}
    assert_holds(folder(tmp_path, unit=True), shares, rtol=1e-12)
    for stem, values in shares.items():
        (tmp_path / f"{stem}.png").unlink()
        Image.fromarray(values.astype("float32")).save(tmp_path / f"{stem}.tif")
    assert_holds(folder(tmp_path), shares, rtol=1e-6)
    assert_holds(folder(tmp_path, unit=True), shares, rtol=1e-6)

"""Pictures and arrays that stand for numbers: read as they were made, or refused by name."""

import numpy as np
import pytest
from PIL import Image

from salzoo.data.ground_truth import read_density, read_mask, read_values
from salzoo.data.images import decode_file
from salzoo.utils.errors import InputError

SIZE = (12, 16)
RAMP = np.linspace(0, 255, 12 * 16).round().astype("uint8").reshape(SIZE)
OBJECT = np.zeros(SIZE, bool)
OBJECT[3:9, 4:11] = True
# PASCAL VOC's palette begins so.
VOC = [0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0]


def written(tmp_path, image, name="truth.png", **options):
    """Write a Pillow image or an array and return its path."""
    path = str(tmp_path / name)
    if isinstance(image, np.ndarray):
        np.save(path, image)
    else:
        image.save(path, **options)
    return path


def refused(read, path, match):
    with pytest.raises(InputError, match=match) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path} ") and "\n" not in message and message.endswith(".")


def with_alpha(image, alpha):
    image.putalpha(Image.fromarray(alpha))
    return image


def palette_picture(indices, palette):
    image = Image.fromarray(indices.astype("uint8"), "L").convert("P")
    image.putdata(indices.astype("uint8").ravel().tolist())
    image.putpalette(palette)
    return image


GREY = {
    "grey.png": Image.fromarray(RAMP),
    "grey.tif": Image.fromarray(RAMP),
    "grey.bmp": Image.fromarray(RAMP),
    "rgb.png": Image.fromarray(RAMP).convert("RGB"),
    "opaque.png": Image.fromarray(RAMP).convert("RGBA"),
    "opaque_grey.png": Image.fromarray(RAMP).convert("LA"),
    "palette.png": Image.fromarray(RAMP).convert("P"),
    "reversed_palette.png": palette_picture(
        255 - RAMP, np.repeat(np.arange(255, -1, -1), 3).tolist()
    ),
    "array.npy": RAMP,
    "leading_axis.npy": RAMP[None, ..., None],
}


@pytest.mark.parametrize("name", GREY)
def test_grey_levels_of_every_kind_are_the_same_density(tmp_path, name):
    density = read_density(written(tmp_path, GREY[name], name))
    assert density.dtype == np.float32
    np.testing.assert_array_equal(density, RAMP)


@pytest.mark.parametrize(("name", "mode"), [("a.jpg", "L"), ("a.jpg", "RGB"), ("a.webp", "RGB")])
def test_lossy_grey_pictures_are_near(tmp_path, name, mode):
    path = written(tmp_path, Image.fromarray(RAMP).convert(mode), name, quality=95)
    np.testing.assert_allclose(read_density(path), RAMP, atol=6)


def test_sixteen_bits_keep_their_steps(tmp_path):
    deep = np.linspace(0, 65535, RAMP.size).astype("uint16").reshape(SIZE)
    for name in ("deep.png", "deep.tif", "deep.npy"):
        image = deep if name.endswith("npy") else Image.fromarray(deep)
        density = read_density(written(tmp_path, image, name))
        np.testing.assert_allclose(density, deep / 257, rtol=1e-6)
    big_endian = written(tmp_path, deep.astype(">u2"), "big.npy")
    np.testing.assert_allclose(read_density(big_endian), deep / 257, rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_densities_of_floats_need_no_range(tmp_path, scale):
    values = (RAMP * scale).astype("float32")
    for name in ("float.tif", "float.npy"):
        image = values if name.endswith("npy") else Image.fromarray(values)
        np.testing.assert_array_equal(read_density(written(tmp_path, image, name)), values)


def test_numbers_that_are_no_density_are_named(tmp_path):
    values = RAMP / 255.0
    logs = np.log(values + 0.1) - 9
    infinite, missing = values.copy(), values.copy()
    infinite[0, 0], missing[3, 4] = np.inf, np.nan
    cases = {
        r"values below 0 \(the least is -0.5\)": values - 0.5,
        "as a log density; save exp of it": logs,
        r"not numbers \(NaN or infinite\); replace": infinite,
        "not numbers": missing,
        "has the value 0.25 everywhere": np.full(SIZE, 0.25),
        "is black everywhere, so nobody looked": np.zeros(SIZE),
        "holds a 2x12x16 array": np.stack([values, values]),
        "array of complex128": values + 0j,
    }
    for match, array in cases.items():
        refused(read_density, written(tmp_path, array, "density.npy"), match)
    for match, array in list(cases.items())[:5]:
        image = Image.fromarray(array.astype("float32"))
        refused(read_density, written(tmp_path, image, "density.tif"), match)
    refused(read_density, written(tmp_path, Image.new("L", (16, 12), 9)), "the value 9 everywhere")
    # Larger than float32 can be.
    refused(read_density, written(tmp_path, values * 1e300, "large.npy"), "not numbers")


TRANSPARENT = {
    "attention as alpha": with_alpha(Image.new("RGB", SIZE[::-1], "red"), RAMP),
    "grey and alpha": with_alpha(Image.fromarray(RAMP), 255 - RAMP),
    "cut out": with_alpha(Image.new("RGB", SIZE[::-1], "white"), np.uint8(255 * OBJECT)),
    "almost opaque": with_alpha(Image.fromarray(RAMP).convert("RGB"), np.clip(RAMP, 254, 255)),
}


@pytest.mark.parametrize("read", [read_density, read_mask])
@pytest.mark.parametrize("kind", TRANSPARENT)
def test_what_is_not_opaque_is_refused(tmp_path, read, kind):
    refused(read, written(tmp_path, TRANSPARENT[kind]), "has an alpha channel that is not opaque")
    refused(read, written(tmp_path, TRANSPARENT[kind], "a.tif"), "alpha channel that is not opaque")


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "I;16", "1"])
def test_a_transparent_colour_is_refused_where_it_is_used(tmp_path, mode):
    levels = np.uint8(255 * OBJECT)
    image = Image.fromarray(levels.astype("uint16") if mode == "I;16" else levels)
    image = image if mode in ("L", "I;16") else image.convert(mode)
    used, absent = {"RGB": ((255, 255, 255), (1, 1, 1)), "1": (1, None)}.get(mode, (255, 7))
    for read in (read_density, read_mask):
        refused(read, written(tmp_path, image, transparency=used), "not opaque")
    if absent is not None:
        opaque = written(tmp_path, image, transparency=absent)
        assert np.array_equal(read_density(opaque) > 0, OBJECT)


def jet(levels):
    """Colours as of a colour map, from blue to red."""
    share = levels / 255.0
    return np.uint8(255 * np.stack([share, 1 - abs(2 * share - 1), 1 - share], axis=-1))


def overlay(levels):
    photo = np.random.default_rng(0).integers(0, 256, (*levels.shape, 3))
    return np.uint8(0.5 * photo + 0.5 * jet(levels))


@pytest.mark.parametrize("read", [read_density, read_mask])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.bmp", "palette.gif"])
@pytest.mark.parametrize("colours", [jet, overlay])
def test_colours_are_refused(tmp_path, read, name, colours):
    image = Image.fromarray(colours(RAMP))
    image = image.quantize(64) if "palette" in name else image
    what = "density" if read is read_density else "mask"
    match = "has colours" if "palette" in name else f"such as jet is not a {what}; save grey levels"
    refused(read, written(tmp_path, image, name), match)


def test_channels_may_differ_by_compression_only(tmp_path):
    levels = np.repeat(RAMP[..., None], 3, axis=-1)
    levels[..., 0] = np.clip(levels[..., 0], 1, None)
    image = Image.fromarray(levels)
    refused(read_density, written(tmp_path, image, "a.png"), "has colours")
    jpeg = written(tmp_path, image, "a.jpg", quality=100)
    stored = np.asarray(Image.open(jpeg)).astype("float64")
    np.testing.assert_allclose(read_density(jpeg), stored.mean(axis=-1), rtol=1e-6)


MASKS = {
    "black and white": Image.fromarray(np.uint8(255 * OBJECT)),
    "0 and 1": Image.fromarray(np.uint8(OBJECT)),
    "0 and 1 in RGB": Image.fromarray(np.uint8(OBJECT)).convert("RGB"),
    "1 bit": Image.fromarray(OBJECT),
    "16 bits": Image.fromarray(np.uint16(65535 * OBJECT)),
    "0 and 1 in 16 bits": Image.fromarray(np.uint16(OBJECT)),
    "label 1 of a palette": palette_picture(OBJECT, VOC),
    "labels 1 and 2 of a palette": palette_picture(OBJECT * (1 + np.indices(SIZE)[0] % 2), VOC),
    "1 is white in a palette": palette_picture(OBJECT, [0, 0, 0, 255, 255, 255]),
    "0 is white in a palette": palette_picture(~OBJECT, [255, 255, 255, 0, 0, 0]),
    "1 is 1 in a palette": palette_picture(OBJECT, [0, 0, 0, 1, 1, 1]),
    "bool": OBJECT,
    "floats": OBJECT.astype("float32"),
    "floats 0..255": OBJECT * 255.0,
    "integers": OBJECT.astype(int),
    "integers 0..255": OBJECT * 255,
    "uint8": np.uint8(255 * OBJECT),
    "uint16": np.uint16(65535 * OBJECT),
}


@pytest.mark.parametrize("kind", MASKS)
def test_masks_of_every_kind_are_the_same(tmp_path, kind):
    name = "mask.npy" if isinstance(MASKS[kind], np.ndarray) else "mask.png"
    mask = read_mask(written(tmp_path, MASKS[kind], name))
    assert mask.dtype == np.float32
    np.testing.assert_array_equal(mask, OBJECT)


def test_grey_levels_of_masks_are_kept(tmp_path):
    np.testing.assert_array_equal(
        read_mask(written(tmp_path, Image.fromarray(RAMP))), RAMP.astype("float32") / 255.0
    )
    halves = np.float32(RAMP / 255.0)
    for name in ("a.tif", "a.npy"):
        image = halves if name.endswith("npy") else Image.fromarray(halves)
        np.testing.assert_array_equal(read_mask(written(tmp_path, image, name)), halves)


def test_masks_without_a_certain_object_are_named(tmp_path):
    full = np.ones(SIZE, bool)
    cases = {
        "black everywhere, so it has no object": [Image.fromarray(~full), ~full, np.zeros(SIZE)],
        r"values from 0 to 100, no object; save 0 and 255 \(object above 128\) or 0 and 1": [
            Image.fromarray(np.uint8(100 * OBJECT)),
            palette_picture(OBJECT, [0, 0, 0, 100, 100, 100]),
        ],
        "values from 0 to 128, no object": [Image.fromarray(np.uint8(128 * OBJECT))],
        "values from 0 to 255, no object": [Image.fromarray(np.uint16(255 * OBJECT))],
        "values from 0 to 0.3, no object": [OBJECT * 0.3],
        "marks every pixel as object": [
            Image.new("L", (16, 12), 255),
            Image.new("L", (16, 12), 1),
            palette_picture(full, VOC),
            full,
        ],
        "values from -1 to 1; save 0 and 255": [OBJECT * 2.0 - 1],
        "values from 0 to 1e[+]06; save": [OBJECT * 1e6],
        "not numbers": [np.where(OBJECT, np.nan, 0)],
        "index 0 of its palette is not black": [palette_picture(OBJECT, [9, 0, 0, 99, 0, 0])],
        "index 255 beside other labels, as PASCAL VOC": [
            palette_picture(OBJECT + 255 * (RAMP > 250), VOC + [0] * 753 + [224, 224, 192])
        ],
    }
    for match, images in cases.items():
        for image in images:
            name = "mask.npy" if isinstance(image, np.ndarray) else "mask.png"
            refused(read_mask, written(tmp_path, image, name), match)


def test_graded_masks_may_have_no_object(tmp_path):
    """PASCAL-S: the share of people, of whom fewer than half may have chosen any object."""
    for level in (0, 1, 64, 255):
        path = written(tmp_path, Image.fromarray(np.uint8(level * OBJECT)))
        np.testing.assert_array_equal(
            read_mask(path, graded=True), np.float32(level * OBJECT) / np.float32(255)
        )


def test_values_have_the_type_of_the_file(tmp_path):
    for values in (RAMP, RAMP.astype("uint16"), RAMP.astype("float32")):
        path = written(tmp_path, Image.fromarray(values), "a.tif")
        found = read_values(path, "saliency map")
        assert found.dtype == values.dtype
        np.testing.assert_array_equal(found, values)


def test_files_that_are_none(tmp_path):
    for name in ("none.png", "none.npy"):
        refused(read_density, str(tmp_path / name), "does not exist")
        (tmp_path / name).write_bytes(b"Dear Sir")
        refused(read_density, str(tmp_path / name), "not an image|cannot be read")
    with open(tmp_path / "several.npy", "wb") as file:
        np.savez(file, a=RAMP, b=RAMP)
    refused(read_density, str(tmp_path / "several.npy"), "is an .npz file; save a single array")
    whole = (tmp_path / "whole.npy").resolve()
    np.save(whole, RAMP)
    (tmp_path / "cut.npy").write_bytes(whole.read_bytes()[:150])
    refused(read_density, str(tmp_path / "cut.npy"), "is cut short: 22 bytes of values, not 192")
    moving = Image.fromarray(RAMP)
    moving.save(tmp_path / "a.tif", save_all=True, append_images=[Image.fromarray(255 - RAMP)])
    refused(read_density, str(tmp_path / "a.tif"), "holds 2 pictures")
    lab = Image.fromarray(jet(RAMP)).convert("RGB")
    lab = Image.merge("LAB", lab.split())
    refused(read_density, written(tmp_path, lab, "lab.tif"), "LAB pixels|has colours")


@pytest.mark.parametrize("read", [read_density, read_mask, decode_file])
def test_a_palette_that_is_missing_is_damage(tmp_path, read):
    path = written(tmp_path, palette_picture(OBJECT, VOC), "object.png")
    with open(path, "rb") as file:
        content = file.read()
    start = content.index(b"PLTE") - 4
    length = int.from_bytes(content[start : start + 4], "big") + 12
    with open(path, "wb") as file:
        file.write(content[:start] + content[start + length :])
    refused(read, path, "is damaged: its palette is missing")

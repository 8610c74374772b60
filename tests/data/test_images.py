"""Every kind of file a person may hand over: it works, or one sentence says why not."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from salzoo.data.images import check_image_file, image_size, read_image, to_rgb
from salzoo.utils.errors import InputError


def picture(mode="RGB", size=(24, 16)):
    levels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 4), dtype="uint8")
    return Image.fromarray(levels, "RGBA").convert(mode)


def encoded(image, format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def huge_png(columns, rows):
    """A PNG of a few bytes whose header promises many pixels."""

    def chunk(kind, content):
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    content = zlib.compress(b"\0" * 100)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


WRITABLE = {
    "png": ["RGB", "L", "1", "P"],
    "jpg": ["RGB", "L", "1", "CMYK", "YCbCr"],
    "tif": ["RGB", "L", "1", "P", "CMYK", "YCbCr"],
    "bmp": ["RGB", "L", "1", "P"],
}


@pytest.mark.parametrize(
    ("ending", "mode"), [(ending, mode) for ending, modes in WRITABLE.items() for mode in modes]
)
def test_modes_become_rgb(tmp_path, ending, mode):
    path = tmp_path / f"image.{ending}"
    picture(mode).save(path)
    image = read_image(path)
    assert image.shape == (16, 24, 3) and image.dtype == np.float32
    assert 0 <= image.min() and image.max() <= 255
    assert image_size(path) == (16, 24)


def test_sixteen_bits_are_scaled_not_cut(tmp_path):
    levels = np.linspace(0, 65535, 24 * 16).reshape(16, 24).astype("uint16")
    Image.fromarray(levels).save(tmp_path / "deep.png")
    expected = np.repeat(levels[..., None] / 257.0, 3, axis=-1)
    np.testing.assert_allclose(read_image(tmp_path / "deep.png"), expected, atol=1e-3)


@pytest.mark.parametrize("largest", [65535, 4095, 256])
@pytest.mark.parametrize("plain", [True, False])
def test_grey_maps_of_more_than_8_bits(tmp_path, largest, plain):
    """PGM: the largest value that the header allows is white."""
    levels = np.linspace(0, largest, 24 * 16).astype(">u2").reshape(16, 24)
    data = " ".join(map(str, levels.flat)).encode() if plain else levels.tobytes()
    path = tmp_path / "deep.pgm"
    path.write_bytes(b"P%d 24 16 %d\n" % (2 if plain else 5, largest) + data)
    expected = np.repeat(levels[..., None] * (255 / largest), 3, axis=-1)
    for image in (read_image(path), read_image(path, exif=False), to_rgb(Image.open(path), path)):
        assert image.dtype == np.float32
        np.testing.assert_allclose(image, expected, atol=0.5 / 257 + 1e-4)


def test_transparency_lies_over_white(tmp_path):
    levels = np.zeros((1, 3, 4), "uint8")
    levels[0, :, 3] = 0, 255, 51
    Image.fromarray(levels, "RGBA").save(tmp_path / "clear.png")
    np.testing.assert_allclose(read_image(tmp_path / "clear.png")[0, :, 0], [255, 0, 204])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "phone.jpg"
    path.write_bytes(encoded(picture(), "JPEG", exif=exif.tobytes(), quality=100))
    stored = read_image(path, exif=False)
    turned = {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.swapaxes(0, 1),
        6: np.rot90(stored, -1),
        7: stored[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(stored, 1),
    }[orientation]
    np.testing.assert_array_equal(read_image(path), turned)
    assert image_size(path) == (16, 24)


def test_exif_orientation_of_an_uncompressed_tiff(tmp_path):
    """Pillow scrambles such a file if it opens it by its path."""
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = np.rot90(np.asarray(picture()), -1)
    path = tmp_path / "scan.tif"
    path.write_bytes(encoded(picture(), "TIFF", exif=exif))
    np.testing.assert_array_equal(read_image(path), upright)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (300, 1)])
def test_tiny_images(tmp_path, size):
    picture(size=size).save(tmp_path / "tiny.png")
    assert read_image(tmp_path / "tiny.png").shape == (size[1], size[0], 3)


def refused(tmp_path, name, content, match):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=match) as caught:
        read_image(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_unusable_files(tmp_path):
    noisy = picture(size=(200, 200))
    refused(tmp_path, "cut.jpg", encoded(noisy, "JPEG")[:2000], "damaged or cut short")
    refused(tmp_path, "cut.png", encoded(noisy)[:2000], "damaged or cut short")
    refused(tmp_path, "empty.jpg", b"", "not an image")
    refused(tmp_path, "text.jpg", b"Dear Sir or Madam", "not an image")
    frames = [picture("P"), picture("L").convert("P")]
    gif = encoded(frames[0], "GIF", save_all=True, append_images=[frames[1]])
    refused(tmp_path, "moving.gif", gif, "holds 2 pictures")
    refused(tmp_path, "huge.png", huge_png(20_000, 10_000), "more than 100 megapixels")
    refused(tmp_path, "giant.png", huge_png(2_000_000, 2_000_000), "more than 100 megapixels")
    refused(tmp_path, "huge.bmp", _bmp_header(20_000, 10_000), "more than 100 megapixels")
    refused(
        tmp_path, "page.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image"
    )
    floats = Image.fromarray(np.ones((4, 4), "float32"))
    refused(tmp_path, "float.tif", encoded(floats, "TIFF"), "floating-point")
    whole = Image.fromarray(np.full((4, 4), 200, "int32"))
    refused(tmp_path, "whole.tif", encoded(whole, "TIFF"), "32-bit values of no known range")


@pytest.mark.parametrize("format", ["GIF", "TIFF", "PNG", "JPEG", "WEBP", "BMP"])
def test_damaged_files_are_refused_or_read_but_never_crash(tmp_path, format):
    content = encoded(picture("RGB"), format, **({"save_all": True} if format == "TIFF" else {}))
    random = np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), 4):
            damaged[place] = random.integers(0, 256)
        (tmp_path / "image").write_bytes(damaged)
        try:
            image = read_image(tmp_path / "image")
        except InputError as error:
            assert "\n" not in str(error)
        else:
            assert image.ndim == 3


def _bmp_header(columns, rows):
    header = struct.pack("<IiiHHIIiiII", 40, columns, rows, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 100, 0, 0, 54) + header + b"\0" * 100


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_image(tmp_path / "none.jpg")
    with pytest.raises(InputError, match="is a folder"):
        read_image(tmp_path)


def test_a_still_gif_works(tmp_path):
    (tmp_path / "still.gif").write_bytes(encoded(picture("P"), "GIF"))
    assert read_image(tmp_path / "still.gif").shape == (16, 24, 3)


def test_check_image_file(tmp_path):
    for format in ("JPEG", "PNG"):
        content = encoded(picture(), format)
        path = tmp_path / format
        path.write_bytes(content)
        check_image_file(path)
        path.write_bytes(content[:-20])
        with pytest.raises(InputError, match="cut short"):
            check_image_file(path)


def test_a_telephones_mpo_is_its_first_picture(tmp_path):
    first, second = picture(), picture().rotate(180)
    (tmp_path / "phone.jpg").write_bytes(
        encoded(first, "MPO", save_all=True, append_images=[second])
    )
    (tmp_path / "plain.jpg").write_bytes(encoded(first, "JPEG"))
    np.testing.assert_array_equal(
        read_image(tmp_path / "phone.jpg"), read_image(tmp_path / "plain.jpg")
    )

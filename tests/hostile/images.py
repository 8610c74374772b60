"""Image files that are damaged, absurd or not what they seem."""

import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, PngImagePlugin


def picture(size=(48, 36), mode="RGB", seed=0):
    levels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), dtype="uint8")
    return Image.fromarray(levels).convert(mode)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind, content):
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width, height, bits=8, colour=0, rows=None, extra=b""):
    """A PNG of any size in its header, black, with as many rows as are given."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    packer, row = zlib.compressobj(9), bytes(1 + (width * bits + 7) // 8)
    content = b"".join(packer.compress(row) for _ in range(height if rows is None else rows))
    end = chunk(b"IDAT", content + packer.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + end


def float_tiff(value, dtype="float32"):
    values = np.full((36, 48), 0.5, dtype)
    values[3, 4] = value
    return encoded(Image.fromarray(values), "TIFF")


def with_exif(content):
    """A JPEG whose EXIF part has this content."""
    jpeg = encoded(picture(), "JPEG")
    part = b"Exif\0\0" + content
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part + jpeg[2:]


def contents():
    """Return {name: content} of files that are no good images, or good ones of odd kinds."""
    good_jpeg, good_png = encoded(picture(), "JPEG"), encoded(picture(), "PNG")
    gif = encoded(picture(), "GIF")
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "x" * 3_000_000, zip=True)
    animated = [picture(seed=seed) for seed in range(3)]
    unmarked = bytearray(good_png)
    unmarked[60] ^= 0xFF
    return {
        "empty.jpg": b"",
        "empty.png": b"",
        "one_byte.jpg": b"\xff",
        "text.jpg": b"not an image\n" * 9,
        "script.png": b"#!/bin/sh\ntouch victim/written\n",
        "postscript.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(victim/x) (w) file\n",
        "cut.jpg": good_jpeg[: len(good_jpeg) // 2],
        "cut_header.jpg": good_jpeg[:24],
        "cut.png": good_png[: len(good_png) // 2],
        "cut.gif": gif[: len(gif) // 2],
        "flipped_bits.png": bytes(unmarked),
        "zeros.jpg": bytes(1000),
        "jpeg_end_only.jpg": b"\xff\xd8\xff\xd9",
        "png_called.jpg": good_png,
        "jpeg_called.png": good_jpeg,
        "bomb_allowed.png": png(4500, 4500, bits=1),
        "bomb_forbidden.png": png(30000, 30000, bits=1, rows=3),
        "bomb_huge_header.png": png(2**31 - 1, 2**31 - 1, rows=0),
        "no_rows.png": png(48, 36, rows=0),
        "no_size.png": png(0, 0),
        "text_bomb.png": encoded(picture(), "PNG", pnginfo=texts),
        "wide.png": encoded(picture((20000, 1)), "PNG"),
        "tall.png": encoded(picture((1, 20000)), "PNG"),
        "one_pixel.png": encoded(picture((1, 1)), "PNG"),
        "nan.tif": float_tiff(np.nan),
        "infinite.tif": float_tiff(np.inf),
        "huge_values.tif": float_tiff(1e38),
        "negative_values.tif": float_tiff(-5),
        "integers.tif": float_tiff(70000, "int32"),
        "cut.tif": float_tiff(1)[:200],
        "sixteen_bits.png": encoded(Image.fromarray(np.full((9, 9), 60000, "uint16")), "PNG"),
        "cmyk.jpg": encoded(picture(mode="CMYK"), "JPEG"),
        "animated.gif": encoded(animated[0], "GIF", save_all=True, append_images=animated[1:]),
        "animated.png": encoded(animated[0], "PNG", save_all=True, append_images=animated[1:]),
        "profile.png": encoded(picture(), "PNG", icc_profile=b"no profile"),
        "exif_rubbish.jpg": with_exif(b"\xff" * 100),
        "exif_loop.jpg": with_exif(b"II*\0\x08\0\0\0" + b"\0\0\x08\0\0\0" * 5),
        "ppm_huge.ppm": b"P6 99999999 99999999 255\n",
        "ppm_negative.ppm": b"P6 -5 -5 255\n",
        "pgm_levels.pgm": b"P5 4 4 99999999\n" + bytes(64),
        "bmp_negative.bmp": b"BM"
        + bytes(12)
        + struct.pack("<Iiihh", 40, -5, -5, 1, 24)
        + bytes(40),
        "cut.webp": encoded(picture(), "WEBP")[:40],
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        "entities.svg": b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:victim/secret.txt'>]><svg>&y;</svg>",
    }


# Names of good images: bytes, since names need not be UTF-8.
NAMES = (
    *(b"=cmd|calc!A0.png", b"+1.png", b"@x.png", b"-rf.png", b"%s%n.png", b"{0}.png", b"[a-z].png"),
    *(b"red\x1b[31m.png", b"two\nlines.png", b"tab\tbell\x07.png", b"\xff\xfe.png", b" .png"),
    *(b"<b onclick=alert(1)>.png", b"'\"`$(id)`.png", b"c1\xc2\x9bm.png"),
    *(b"n" * 251 + b".png", "é".encode() * 125 + b".png", b"\xe2\x80\xaetxt.png"),
)
GOOD = ("good.jpg", "good.png", "photo.jpg")


def place_specials(folder, victim):
    """Make pipes, links and folders where images are expected."""
    os.mkfifo(folder / "pipe.jpg")
    (folder / "folder.jpg").mkdir()
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "two.png").symlink_to("three.png")
    (folder / "three.png").symlink_to("two.png")
    (folder / "nowhere.png").symlink_to("not/there.png")
    (folder / "endless.png").symlink_to("/dev/zero")
    (folder / "nothing.jpg").symlink_to("/dev/null")
    (folder / "secret.png").symlink_to(victim / "secret.txt")


def make_images(folder, victim):
    """Write good images, hostile ones and special files into a new folder."""
    folder.mkdir()
    for number, name in enumerate(GOOD):
        picture((64, 48), seed=number).save(folder / name)
    for name, content in contents().items():
        (folder / name).write_bytes(content)
    place_specials(folder, victim)


def make_names(folder):
    """Write good images of hostile names into a new folder."""
    folder.mkdir()
    content = encoded(picture((16, 12)), "PNG")
    for name in NAMES:
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(content)

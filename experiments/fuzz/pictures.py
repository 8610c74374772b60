"""Readers of pictures: images, densities, masks and maps."""

import io
from typing import Any

import numpy as np
from PIL import Image

from experiments.fuzz import packed
from experiments.fuzz.mutations import mutate_bytes
from experiments.fuzz.reader import Reader
from salzoo.data.ground_truth import check_header, read_density, read_mask
from salzoo.data.images import MAX_MEGAPIXELS, check_image_file, decode_file, image_size, read_image
from salzoo.evaluation.map_files import Place, find_maps, map_size, read_map


def readers() -> list[Reader]:
    random = np.random.default_rng(1)
    rgb = Image.fromarray(random.integers(0, 256, (13, 17, 3), "uint8"))
    grey = Image.fromarray((np.arange(221).reshape(13, 17) % 256).astype("uint8"))
    deep = Image.fromarray(random.integers(0, 65536, (13, 17)).astype("uint16"))
    floats = Image.fromarray(random.random((13, 17)).astype("float32"))
    mask = Image.fromarray(np.where(np.indices((13, 17))[0] > 6, 255, 0).astype("uint8"))
    labels = grey.point(lambda level: level // 90).convert("P")
    exif = rgb.getexif()
    exif[0x0112] = 6
    saved: list[tuple[Image.Image, str, dict[str, Any]]] = [(grey, "png", {})]
    saved += [(rgb, "jpeg", {"exif": exif}), (rgb, "jpeg", {"progressive": True})]
    saved += [(grey, "jpeg", {}), (rgb.convert("CMYK"), "jpeg", {})]
    saved += [(image, "png", {}) for image in (rgb, deep, mask, mask.convert("1"), labels)]
    saved += [(rgb.convert("RGBA"), "png", {}), (grey, "png", {"transparency": 3})]
    saved += [(rgb, kind, {}) for kind in ("bmp", "webp", "ppm", "avif")]
    saved += [(labels, "gif", {"transparency": 1}), (deep, "ppm", {}), (mask, "webp", {})]
    for packing in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        saved.append((rgb, "tiff", {"compression": packing}))
    saved += [(image, "tiff", {}) for image in (floats, deep, mask.convert("1"), grey)]
    saved += [(mask.convert("1"), "tiff", {"compression": "group4"})]
    seeds = {}
    for number, (image, kind, options) in enumerate(saved):
        stream = io.BytesIO()
        image.save(stream, kind, **options)
        seeds[f"{number:02d}.{kind}"] = stream.getvalue()
    return [
        Reader("images", "image", seeds, _image, (_mutate_png,)),
        Reader("densities", "density", seeds, check_density, (_mutate_png,)),
        Reader("masks", "mask", seeds, _mask, (_mutate_png,)),
        Reader("picture maps", "map", seeds, read_picture_map, (_mutate_png,)),
    ]


def _mutate_png(content: bytes, seeds: Any, choose: Any) -> bytes:
    """Mutate the chunks of a PNG, the bytes of other pictures."""
    same = [seed for seed in seeds if seed[:4] == content[:4]]
    kind = packed.mutate_png if content[:4] == b"\x89PNG" else mutate_bytes
    return kind(content, same or [content], choose)


def _image(path: str) -> None:
    rows, columns = image_size(path)
    assert 0 < rows * columns <= MAX_MEGAPIXELS * 1e6
    try:
        header = check_image_file(path, exif=True)
    finally:
        found = decode_file(path, exif=False)
        assert found.rgb.shape == (rows, columns, 3) and found.rgb.dtype in ("uint8", "float32")
    assert header.size == (rows, columns)
    upright = read_image(path)
    assert upright.shape in ((rows, columns, 3), (columns, rows, 3)) and upright.dtype == "float32"
    assert np.isfinite(upright).all() and upright.min() >= 0 and upright.max() <= 255


def check_density(path: str) -> None:
    size = check_header(path).size
    density = read_density(path)
    assert density.shape == size and density.dtype == "float32" and np.isfinite(density).all()
    assert density.min() >= 0 and density.min() < density.max()


def _mask(path: str) -> None:
    for graded in (False, True):
        mask = read_mask(path, graded)
        assert mask.ndim == 2 and mask.dtype == "float32" and np.isfinite(mask).all()
        assert mask.min() >= 0 and mask.max() <= 1


def read_picture_map(path: str) -> None:
    [places] = find_maps(path).values() or [[]]
    for place in places:
        check_map(place)


def check_map(place: Place) -> None:
    size = map_size(place)
    values = read_map(place)
    assert values.shape == size and values.ndim == 2 and values.size
    assert values.dtype.kind in "fiub"

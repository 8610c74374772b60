"""Kinds of image files: which are read, by their endings, and which are known but not read."""

from collections.abc import Iterable

from PIL import features

# Pillow's format: endings, in lower case. It knows more, but some of those start other programs.
_READ = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".pjpeg", ".pjp"),
    "PNG": (".png",),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "AVIF": (".avif",),
}
if not features.check("avif"):  # a Pillow that was built without its library
    del _READ["AVIF"]
FORMATS = tuple(_READ)
JPEG = _READ["JPEG"]
EXTENSIONS = tuple(ending for endings in _READ.values() for ending in endings)

_PICTURES = ".avif .heic .heif .hif .jxl .jp2 .j2k .jpx .jxr .svg .psd .xcf .tga .exr .hdr .ico"
_RAW = (
    ".dng .cr2 .cr3 .crw .nef .nrw .arw .sr2 .srf .orf .rw2 .raf .pef .srw .raw .3fr .x3f .iiq "
    ".kdc .dcr .erf .mrw .mef .rwl"
)
NOT_READ = tuple(ending for ending in f"{_PICTURES} {_RAW}".split() if ending not in EXTENSIONS)


def is_image(name: str) -> bool:
    """Return whether a file is an image that is read here, by its ending."""
    return name.lower().endswith(EXTENSIONS)


def describe_unread(names: Iterable[str], most: int = 3) -> str:
    """Say which files of a folder are images that are not read here.

    Args:
        names: of the files; hidden ones do not count.
        most: number of names in the text.

    Returns:
        What was left out and what to do, without a full stop; "" if there is no such file.
    """
    unread = sorted(n for n in names if n.lower().endswith(NOT_READ) and not n.startswith("."))
    if not unread:
        return ""
    listed = ", ".join(unread[:most])
    if len(unread) > most:
        listed += f" and {len(unread) - most} more"
    if len(unread) == 1:
        return f"left out 1 file that is no image known here ({listed}); save it as JPEG or PNG"
    return (
        f"left out {len(unread)} files that are no images known here ({listed}); save them as "
        "JPEG or PNG"
    )

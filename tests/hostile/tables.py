"""Datasets of one's own, files of boxes and evaluations with hostile tables."""

import os
import shutil

import numpy as np
from PIL import Image

from tests.hostile.images import NAMES, contents, encoded, picture, place_specials

HEADER = "image,x,y\n"
ROWS = "".join(f"{name},{x},{y}\n" for name in ("0", "1", "bad") for x, y in ((3, 4), (20, 9)))

# Contents of fixations.csv.
FIXATIONS = {
    "empty": b"",
    "no_header": b"0,1,2\n",
    "header_alone": HEADER.encode(),
    "nul": HEADER.encode() + b"0,1,\0\n" + b"\0" * 500,
    "not_utf8": HEADER.encode() + b"\xff\xfe,1,2\n",
    "utf16": (HEADER + ROWS).encode("utf-16"),
    "nan": (HEADER + ROWS + "0,nan,3\n").encode(),
    "infinite": (HEADER + ROWS + "0,inf,-inf\n").encode(),
    "huge": (HEADER + ROWS + "0,1e308,-1e308\n").encode(),
    "many_digits": (HEADER + ROWS + f"0,{'9' * 5000},3\n").encode(),
    "superscript": (HEADER + ROWS + "0,²,³\n").encode(),
    "underscores": (HEADER + ROWS + "0,1_0,3\n").encode(),
    "outside": (HEADER + ROWS + "0,-500,99999\n").encode(),
    "formula": (HEADER + ROWS + "=cmd|calc!A0,1,2\n").encode(),
    "control": (HEADER + ROWS + "\x1b[31mred\x07,1,2\n").encode(),
    "path": (HEADER + ROWS + "../../victim/secret.txt,1,2\n/etc/passwd,1,2\n").encode(),
    "quote": (HEADER + '"0,1,2\n' * 50).encode(),
    "long_line": (HEADER + "0," + "1," * 200_000 + "\n").encode(),
    "long_cell": (HEADER + "x" * 200_000 + ",1,2\n").encode(),
    "same_columns": (("image,x,x,y,y\n") + ROWS).encode(),
    "many_columns": (",".join(["image", "x", "y", *map(str, range(9999))]) + "\n" + ROWS).encode(),
    "ragged": (HEADER + ROWS + "0\n0,1\n0,1,2,3,4,5\n").encode(),
    "semicolons": (HEADER + ROWS).replace(",", ";").encode(),
    "json": b'{"image": "0"}',
    "binary": bytes(range(256)) * 20,
}
SPLITS = {
    "unknown": b"image,split\n0,train\n1,test me\nbad,val\n",
    "twice": b"image,split\n0,train\n0,val\n1,train\nbad,val\n",
    "absent": b"image,split\n0,train\n",
    "rubbish": bytes(range(256)),
}


def make_dataset(folder):
    """Write a good dataset of three images with fixations and masks; return the folder."""
    os.makedirs(folder / "images")
    os.makedirs(folder / "masks")
    for seed, name in enumerate(("0", "1", "bad")):
        picture((32, 24), seed=seed).save(folder / f"images/{name}.png")
        mask = np.zeros((24, 32), "uint8")
        mask[5:12, 4:20] = 255
        (folder / f"masks/{name}.png").write_bytes(encoded(Image.fromarray(mask), "PNG"))
    (folder / "fixations.csv").write_text(HEADER + ROWS)
    (folder / "splits.csv").write_text("image,split\n0,train\n1,val\nbad,val\n")
    return folder


def make_datasets(folder, victim):
    """Write a dataset for each hostile table and file; return their names."""
    names = []

    def new(name):
        names.append(name)
        return make_dataset(folder / name)

    for kind, content in FIXATIONS.items():
        (new(f"fixations-{kind}") / "fixations.csv").write_bytes(content)
    for kind, content in SPLITS.items():
        (new(f"splits-{kind}") / "splits.csv").write_bytes(content)
    for table in ("fixations.csv", "splits.csv"):
        for kind in ("pipe", "folder", "endless"):
            path = new(f"{table}-{kind}") / table
            path.unlink()
            if kind == "pipe":
                os.mkfifo(path)
            elif kind == "folder":
                path.mkdir()
            else:
                path.symlink_to("/dev/zero")
    for name, content in contents().items():
        if name.startswith(("cut.", "bomb_", "empty", "nan", "no_", "wide", "cmyk", "text.jpg")):
            place = new(f"image-{name}")
            (place / "images/bad.png").unlink()
            (place / f"images/bad{os.path.splitext(name)[1]}").write_bytes(content)
            mask = new(f"mask-{name}")
            (mask / "masks/bad.png").write_bytes(content)
    place_specials(new("specials") / "images", victim)
    place_specials(new("special_masks") / "masks", victim)
    (new("nothing") / "images").rename(folder / "nothing/photos")
    shutil.rmtree(new("no_images") / "images")
    odd = new("names")
    for name in NAMES:
        with open(os.path.join(os.fsencode(odd), b"images", name), "wb") as file:
            file.write(encoded(picture((32, 24)), "PNG"))
    return names


COLUMNS = "name,x,y,width,height\n"
# Files of boxes, for --regions.
BOXES = {
    "empty.csv": b"",
    "header.csv": COLUMNS.encode(),
    "nan.csv": (COLUMNS + "a,nan,0,5,5\n").encode(),
    "infinite.csv": (COLUMNS + "a,0,0,inf,5\n").encode(),
    "huge.csv": (COLUMNS + "a,0,0,1e308,1e308\n").encode(),
    "digits.csv": (COLUMNS + f"a,0,0,{'9' * 5000},5\n").encode(),
    "formula.csv": (COLUMNS + '"=HYPERLINK(""x"")",0,0,5,5\n').encode(),
    "control.csv": (COLUMNS + "\x1b]0;title\x07,0,0,5,5\n").encode(),
    "not_utf8.csv": (COLUMNS.encode() + b"\xff,0,0,5,5\n"),
    "nul.csv": (COLUMNS + "a\0b,0,0,5,5\n").encode(),
    "good.csv": (COLUMNS + "a,0,0,1,1\n").encode(),
    "same.csv": (COLUMNS + "a,0,0,5,5\n" * 9).encode(),
    "many.csv": (COLUMNS + "".join(f"n{n},0,0,5,5\n" for n in range(20_000))).encode(),
    "empty.json": b"",
    "deep.json": b"[" * 100_000,
    "number.json": b"9" * 5000,
    "nan.json": b'[{"name": "a", "x": NaN, "y": 0, "width": 5, "height": Infinity}]',
    "types.json": b'[{"name": [], "x": {}, "y": null, "width": true, "height": "5"}]',
    "surrogate.json": b'[{"name": "\\ud800", "x": 0, "y": 0, "width": 5, "height": 5}]',
    "text.json": b'"name"',
    "twice.json": b'[{"name": "a", "name": "b", "x": 0, "y": 0, "width": 5, "height": 5}]',
}


def make_boxes(folder):
    """Write the files of boxes into a new folder; return their names."""
    folder.mkdir()
    for name, content in BOXES.items():
        (folder / name).write_bytes(content)
    os.mkfifo(folder / "pipe.csv")
    os.mkfifo(folder / "pipe.json")
    (folder / "folder.csv").mkdir()
    (folder / "endless.csv").symlink_to("/dev/zero")
    return [*BOXES, "pipe.csv", "pipe.json", "folder.csv", "endless.csv"]

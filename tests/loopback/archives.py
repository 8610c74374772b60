"""Small datasets as their publishers' archives, which a record's addresses serve."""

import hashlib
import importlib
import io
import os
import re
import zipfile
from dataclasses import replace

from salzoo.data.datasets import DATASETS, dataset_record
from tests.data.datasets.layouts import make_small, mit1003, salicon
from tests.data.datasets.layouts.making import gaze_samples

# Folder of the layout that an archive holds, where that is not its name; "": all.
HOLDS = {
    "image.zip": "images",
    "salObj.zip": "",
    "webpage_dataset.zip": "",
    "DUT-OMRON-gt-pixelwise.zip.zip": "pixelwiseGT-new-PNG",
}


def complete_mit1003(root):
    """Add the raw gaze, which the archives hold beside the maps."""
    for stem in mit1003.STEMS:
        for observer, rests in mit1003.RESTS.items():
            mit1003.write_gaze(root, stem, observer, gaze_samples(*rests, saccade=2))


def complete_salicon2015(root):
    """Write the .mat files, the form of the release on Google Drive."""
    for split in ("train", "val"):
        for number in range(1, salicon.SPLITS[split] + 1):
            stem = f"COCO_{split}2014_{number:012d}"
            salicon.write_mat(f"{root}/fixations/{split}/{stem}.mat", salicon.TRIALS)


COMPLETE = {"mit1003": complete_mit1003, "salicon2015": complete_salicon2015}


def publish(name, folder, hosts, monkeypatch):
    """Serve a dataset in small at the addresses of its record, whose checksums become theirs.

    The record keeps its addresses, and which archives have a checksum.
    """
    root = make_small(name, folder, monkeypatch)
    COMPLETE.get(name, lambda _: None)(str(root))
    record = dataset_record(name)
    archives = []
    for archive in record.archives:
        content = packed(archive, str(root))
        hosts.files[address(archive.url)] = content
        checksum = archive.checksum and f"md5:{hashlib.md5(content).hexdigest()}"
        archives.append(replace(archive, checksum=checksum, size=None))
    module = importlib.import_module(DATASETS[name])
    monkeypatch.setattr(module, "RECORD", replace(record, archives=tuple(archives)))
    return module.RECORD


def address(url):
    """Return the address under which `Hosts` has a file."""
    drive = re.search(r"drive\.google\.com/uc\?id=([\w-]+)", url)
    return f"https://drive.google.com/uc?id={drive[1]}" if drive else url


def packed(archive, root):
    """Return the content of an archive: what the layout has of it."""
    if not archive.name.endswith(".zip"):
        with open(os.path.join(root, archive.name), "rb") as file:
            return file.read()
    inner = HOLDS.get(archive.name, archive.name.split(".")[0])
    start, top = os.path.join(root, inner), root
    if archive.into:
        start = top = os.path.join(root, archive.into)
    prefix = ""
    if archive.take:
        top_folder, taken = archive.take.split("/")
        start, prefix = os.path.join(root, taken), f"{top_folder}/"
    assert os.path.isdir(start), start
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        if prefix:
            opened.writestr(f"{prefix}README.md", "the rest of the repository")
        for folder, _, names in sorted(os.walk(start)):
            for file in sorted(names):
                path = os.path.join(folder, file)
                opened.write(path, prefix + os.path.relpath(path, top))
    return buffer.getvalue()

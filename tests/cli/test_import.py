"""`salzoo import` and the commands that take released weights."""

import os

import numpy as np
import pytest


@pytest.fixture
def imported(narrow_msinet, frozen_msinet, inside):
    status, out, _ = inside("import", "msinet:osie", frozen_msinet)
    assert status == 0
    return out


def test_import_names_licence_checksum_and_place(imported, narrow_msinet):
    assert "MIT" in imported and "sha256 of file" in imported
    assert os.path.join(narrow_msinet, "weights", "msinet-osie") in imported
    assert "salzoo predict --model msinet:osie photo.jpg" in imported


def test_models_lists_them_with_figures_and_presence(imported, inside):
    status, out, _ = inside("models")
    lines = [line.strip() for line in out.splitlines()]
    at = next(n for n, line in enumerate(lines) if line.startswith("weights msinet:osie"))
    assert status == 0
    assert lines[at + 1].startswith("present; licence MIT; trained on osie; https://github.com/")
    assert lines[at + 2].startswith("published on osie, val: AUC-Judd 0.918, SIM 0.648")
    at = next(n for n, line in enumerate(lines) if line.startswith("weights msinet:fiwi"))
    assert lines[at + 1].startswith("not present; ")
    assert lines[at + 2] == (
        "salzoo import msinet:fiwi: fetches model_fiwi_cpu.zip from drive.google.com"
    )
    at = next(n for n, line in enumerate(lines) if line.startswith("weights shallow_convnet:"))
    assert any("get shallow_net.npz (" in line for line in lines[at:])


def test_predict(imported, inside, photos, tmp_path):
    status, _, _ = inside(
        "predict", photos[0], "--model", "msinet:osie", "--out", tmp_path / "maps", "--write", "npy"
    )
    [map_] = (tmp_path / "maps").iterdir()
    assert status == 0 and np.load(map_).max() == 1


def test_weights_that_are_missing_are_an_error_of_one_line(
    narrow_msinet, inside, photos, monkeypatch
):
    monkeypatch.delenv("SALZOO_YES", raising=False)
    status, _, err = inside("predict", photos[0], "--model", "msinet:cat2000")
    assert status == 2 and err.count("\n") == 1
    assert "get model_cat2000_cpu.zip from https://drive.google.com" in err


def test_a_model_with_several_needs_a_name(inside, frozen_msinet):
    status, _, err = inside("import", "msinet", frozen_msinet)
    assert status == 2 and "give msinet:salicon or msinet:salicon_tf1 or" in err
    status, _, err = inside("import", "msinet_lite", frozen_msinet)
    assert status == 2 and "no released weights 'msinet_lite'" in err


def test_the_encoder_of_msinet_is_imported_too(narrow_msinet, inside, tmp_path, monkeypatch):
    from salzoo.models.importers import vgg16_hybrid
    from tests.models.importers.msinet_files import BLOCKS
    from tests.models.importers.test_vgg16_hybrid import encoder_arrays, write_checkpoint

    monkeypatch.setattr(vgg16_hybrid, "VGG16_BLOCKS", BLOCKS)
    write_checkpoint(tmp_path / "net.ckpt", encoder_arrays(np.random.default_rng(0)))
    status, out, _ = inside("import", "vgg16_hybrid", tmp_path / "net.ckpt.index")
    assert status == 0 and "salzoo train msinet --backbone_weights vgg16_hybrid" in out
    assert os.path.join(narrow_msinet, "weights", "vgg16_hybrid", "arrays.npz") in out

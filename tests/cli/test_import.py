"""`salzoo import` and the commands that take released weights."""

import os
import re

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


def rows_of(out):
    """Return the cells of the lines of a list by the first."""
    return {
        name: re.split(r"  +", rest.strip())
        for name, _, rest in (line.partition(" ") for line in out.splitlines())
    }


def test_models_lists_them_with_training_data_presence_and_licence(imported, inside):
    from salzoo.models.released import list_released

    status, out, _ = inside("models")
    rows = rows_of(out)
    assert status == 0
    assert {record.source for record in list_released()} <= rows.keys()
    assert rows["msinet:osie"] == ["osie", "present", "MIT"]
    assert rows["msinet:fiwi"] == ["fiwi", "on first use", "MIT"]
    assert rows["shallow_convnet:salicon"] == ["salicon2015", "by hand", "MIT"]
    assert rows["vgg16_hybrid"][:2] == ["ImageNet and Places2", "on first use"]


def test_models_describes_weights(imported, narrow_msinet, inside):
    _, out, _ = inside("models", "msinet:osie")
    assert "published      osie, val: AUC-Judd 0.918, SIM 0.648" in out
    assert "https://drive.google.com/uc?id=1JD1tvAqZGxj_gEGmIfoxb9dTe5HOaHj1" in out
    assert f"present        {os.path.join(narrow_msinet, 'weights', 'msinet-osie')};" in out
    _, out, _ = inside("models", "sam_vgg:salicon")
    assert "salicon_weights.pkl (md5:" in out or "salicon_weights.pkl (sha256:" in out
    assert "now with `salzoo import sam_vgg:salicon`; without a network: get sam-vgg_sal" in out
    _, out, _ = inside("models", "shallow_convnet:salicon")
    assert "model          shallow_convnet conv3_filters=128" in out
    assert "by hand        download shallow_net.pickle (2.5 GB) from https://imatge.upc.edu/" in out
    assert "then run `salzoo import shallow_convnet:salicon shallow_net.npz`." in out
    _, out, _ = inside("models", "vgg16_hybrid")
    assert "salzoo train msinet --backbone_weights vgg16_hybrid" in out
    status, _, err = inside("models", "msinet:osi")
    assert status == 2 and "did you mean 'msinet:osie'?" in err


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
    _, out, _ = inside("models")
    assert rows_of(out)["vgg16_hybrid"][1] == "present"

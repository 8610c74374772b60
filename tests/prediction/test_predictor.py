"""Predictions and exports: the same maps, whichever way in."""

import io
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from salzoo.data.images import read_image
from salzoo.export import export_model
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.predictor import Predictor, load_model
from salzoo.prediction.saliency import saliency_function
from salzoo.utils.errors import InputError
from salzoo.utils.files import read_json


@pytest.fixture(scope="module")
def exported(small_run, tmp_path_factory):
    return export_model(small_run.folder, str(tmp_path_factory.mktemp("exports")))


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Upright 8-bit images of several kinds and sizes."""
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    for name, mode, size in (
        ("wide.jpg", "RGB", (97, 31)),
        ("tall.png", "RGB", (20, 75)),
        ("grey.jpg", "L", (40, 32)),
        ("clear.png", "RGBA", (33, 33)),
        ("palette.png", "P", (50, 41)),
        ("dot.png", "RGB", (1, 1)),
    ):
        levels = random.integers(0, 256, (6, 6, 4), dtype="uint8")
        picture = Image.fromarray(levels, "RGBA").resize(size, Image.Resampling.BICUBIC)
        picture.convert(mode).save(folder / name)
    return sorted(str(path) for path in folder.iterdir())


def test_maps_have_the_size_of_the_image_and_maximum_one(small_run, photos):
    predictor = Predictor(small_run.folder)
    for path in photos:
        image = read_image(path)
        map_ = predictor(image)
        assert map_.shape == image.shape[:2] and map_.dtype == np.float32
        assert map_.min() >= 0 and (map_.max() == pytest.approx(1) or not map_.any())


def test_all_black_is_finite(small_run):
    assert np.isfinite(Predictor(small_run.folder)(np.zeros((30, 50, 3)))).all()


def test_predictor_is_fit_network_unfit(small_run, random):
    """Step by step, with the run's own parts; raw leaves the scaling out."""
    image = random.uniform(0, 255, (60, 90, 3)).astype("float32")
    geometry = small_run.config.geometry
    fitted = geometry.fit_image(image)
    network = small_run.load_model()(fitted[None])[0]
    expected = geometry.unfit_map(network, (60, 90)).numpy()[..., 0]
    raw = load_model(small_run.folder, raw=True)(image)
    np.testing.assert_allclose(raw, expected, atol=1e-5)
    scaled = Predictor(small_run.folder)(image)
    np.testing.assert_allclose(scaled, expected / expected.max(), atol=1e-5)


@pytest.mark.parametrize("mode", ["stretch", "native"])
def test_other_modes(small_run, mode):
    assert load_model(small_run.folder, fit_mode=mode)(np.ones((50, 20, 3))).shape == (50, 20)


def test_post_processing_blurs_in_original_pixels(random):
    from scipy.ndimage import gaussian_filter

    from salzoo.data.geometry import Geometry

    def red_channel(images, training):
        return images[..., :1]

    image = random.uniform(0, 1, (24, 32, 3)).astype("float32")
    function = saliency_function(red_channel, Geometry("pad", (24, 32)), blur=2.5)
    expected = gaussian_filter(image[..., 0], 2.5)
    np.testing.assert_allclose(
        function(image[None])[0, ..., 0], expected / expected.max(), atol=1e-5
    )


def test_a_served_map_equals_the_predicted_one(small_run, exported, photos):
    """serving_default takes the bytes of all files at once, whatever their sizes."""
    served = tf.saved_model.load(exported).signatures["serving_default"]
    answer = served(images=tf.stack([tf.io.read_file(path) for path in photos]))
    predictor = Predictor(small_run.folder)
    for path, content, size in zip(photos, answer["maps"].numpy(), answer["sizes"], strict=True):
        expected = predictor(read_image(path))
        levels = np.asarray(Image.open(io.BytesIO(content)))
        assert levels.dtype == np.uint16 or levels.max() > 255 or not expected.any()
        assert tuple(size) == levels.shape == expected.shape
        np.testing.assert_allclose(levels / 65535.0, expected, atol=1e-4)


def test_the_tensor_signature_equals_the_predictor(small_run, exported, photos):
    mine, theirs = Predictor(small_run.folder), Predictor(exported)
    for path in photos:
        image = read_image(path)
        np.testing.assert_allclose(theirs(image), mine(image), atol=1e-5)


def test_an_export_needs_nothing_of_salzoo(exported, photos, tmp_path):
    code = (
        "import sys, tensorflow as tf; f = tf.saved_model.load(sys.argv[1])"
        ".signatures['serving_default'];"
        "a = f(images=tf.constant([open(p, 'rb').read() for p in sys.argv[2:]]));"
        "print(a['sizes'].numpy().tolist()); assert 'salzoo' not in sys.modules"
    )
    command = [sys.executable, "-c", code, exported, *photos[:2]]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == str([list(read_image(p).shape[:2]) for p in photos[:2]])


def test_saved_model_cli_shows_the_signatures(exported):
    cli = os.path.join(os.path.dirname(sys.executable), "saved_model_cli")
    command = [cli, "show", "--dir", exported, "--all"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "signature_def['serving_default']" in shown and "signature_def['tensor']" in shown
    assert "dtype: DT_STRING" in shown and "shape: (-1, -1, -1, 3)" in shown


def test_saved_model_cli_runs(exported, tmp_path):
    cli = os.path.join(os.path.dirname(sys.executable), "saved_model_cli")
    np.save(tmp_path / "images.npy", np.full((2, 40, 30, 3), 128, "float32"))
    command = [cli, "run", "--dir", exported, "--signature_def", "tensor"]
    command += ["--tag_set", "serve", "--inputs", f"images={tmp_path}/images.npy"]
    command += ["--outdir", str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True)
    assert np.load(tmp_path / "saliency.npy").shape == (2, 40, 30, 1)


def test_versions_count_up_and_cards_travel(small_run, exported):
    second = export_model(
        small_run.folder, os.path.dirname(os.path.dirname(exported)), InferenceOptions(raw=True)
    )
    assert [os.path.basename(path) for path in (exported, second)] == ["1", "2"]
    card = read_json(os.path.join(exported, "assets", "card.json"))
    assert card["model"] == "msinet" and "EXIF" in card["export"]["exif_orientation"]
    assert card["geometry"]["fit_mode"] == "pad" and card["metrics"]["means"]["msinet"]
    assert sorted(os.listdir(exported)) == [
        "assets",
        "fingerprint.pb",
        "saved_model.pb",
        "variables",
    ]
    raw = read_json(os.path.join(second, "assets", "card.json"))["post_processing"]
    assert raw == {"blur": 0.0, "divide_by_maximum": False}
    assert Predictor(os.path.dirname(second)).card["post_processing"] == raw  # the highest version


def test_a_card_tells_no_path_of_the_machine(small_run, tmp_path, vgg16_file):
    from dataclasses import replace

    from salzoo.training.run import Run

    run = Run(shutil.copytree(small_run.folder, tmp_path / "run"))
    recipe = run.config.recipe.override(backbone_weights=str(vgg16_file))
    run.write_config(replace(run.config, recipe=recipe), resume=True)
    assert Predictor(run.folder).card["recipe"]["backbone_weights"] == vgg16_file.name


def test_a_served_broken_image_is_an_error_with_a_reason(exported):
    served = tf.saved_model.load(exported).signatures["serving_default"]
    with pytest.raises(tf.errors.InvalidArgumentError, match="neither a JPEG nor a PNG"):
        served(images=tf.constant([b"Dear Sir"]))


def test_what_is_no_model(exported, small_run, tmp_path):
    for path, match in (
        (tmp_path / "none", "does not exist; give a run folder or an exported model"),
        (tmp_path, "is not a run: it has no config.json"),
    ):
        with pytest.raises(InputError, match=match):
            Predictor(path)
    with pytest.raises(InputError, match="`raw` cannot change the exported model"):
        load_model(exported, raw=True)
    with pytest.raises(InputError, match="`fit_mode` cannot change the exported model"):
        load_model(exported, fit_mode="native")
    with pytest.raises(InputError, match="`tta` cannot change the exported model"):
        load_model(exported, tta=True)
    shutil.copytree(exported, tmp_path / "damaged")
    (tmp_path / "damaged" / "saved_model.pb").write_bytes(b"no graph")
    with pytest.raises(InputError, match="is damaged .*export it again"):
        Predictor(tmp_path / "damaged")
    shutil.copytree(exported, tmp_path / "foreign")
    os.remove(tmp_path / "foreign" / "assets" / "card.json")
    with pytest.raises(InputError, match="not one that `salzoo export` wrote"):
        Predictor(tmp_path / "foreign")

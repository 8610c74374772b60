"""`salzoo.predict` and `salzoo.load_model`: any image, any model, one line."""

import pathlib
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest
from PIL import Image

import salzoo
from salzoo.data.geometry import Geometry
from salzoo.data.images import read_image
from salzoo.models import model_record, trained_model
from salzoo.prediction.predictor import Predictor
from salzoo.utils.errors import InputError


@pytest.fixture
def levels(random):
    """A picture's levels, uint8 (45, 60, 3)."""
    small = random.integers(0, 256, (5, 6, 3), dtype="uint8")
    return np.asarray(Image.fromarray(small).resize((60, 45), Image.Resampling.BICUBIC))


def test_to_import_salzoo_takes_nothing_along():
    code = "import sys, salzoo; print(sorted({'numpy', 'tensorflow', 'keras'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def test_the_shipped_model_step_by_step(levels):
    record = model_record("msinet_lite")
    geometry = Geometry(
        record.fit_mode,
        record.recipe.input_size,
        record.size_multiple,
        record.padding_value,
    )
    fitted = geometry.fit_image(levels.astype("float32"))
    network = trained_model("msinet_lite")(fitted[None])[0]
    expected = np.asarray(geometry.unfit_map(network, levels.shape[:2]))[..., 0]
    map_ = salzoo.predict(levels)
    assert map_.shape == (45, 60) and map_.dtype == np.float32 and map_.max() == 1
    np.testing.assert_allclose(map_, expected / expected.max(), atol=1e-4)


def test_every_kind_of_image_gives_the_same(levels, tmp_path):
    Image.fromarray(levels).save(tmp_path / "photo.png")
    expected = salzoo.predict(levels)
    opaque = np.dstack([levels, np.full((45, 60), 255, "uint8")])
    for image in (
        tmp_path / "photo.png",
        str(tmp_path / "photo.png"),
        Image.fromarray(levels),
        levels.astype("float64"),
        levels.astype("int32"),
        opaque,
        Image.fromarray(opaque),
    ):
        np.testing.assert_array_equal(salzoo.predict(image), expected)


def test_grey_and_transparent_images(levels):
    grey = levels[..., 0]
    expected = salzoo.predict(np.repeat(grey[..., None], 3, axis=-1))
    np.testing.assert_array_equal(salzoo.predict(grey), expected)
    np.testing.assert_array_equal(salzoo.predict(grey[..., None]), expected)
    alpha = levels[..., 1]
    rgba = np.dstack([levels, alpha])
    seen = np.round(255 - (255.0 - levels) * (alpha / 255.0)[..., None])
    np.testing.assert_array_equal(salzoo.predict(rgba), salzoo.predict(seen))
    rgb = np.round(255 - (255.0 - grey) * (alpha / 255.0))
    np.testing.assert_array_equal(salzoo.predict(np.dstack([grey, alpha])), salzoo.predict(rgb))


def test_photos_are_turned_upright(levels, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    Image.fromarray(levels).save(tmp_path / "turned.png", exif=exif)
    expected = salzoo.predict(np.rot90(levels, -1))
    np.testing.assert_array_equal(salzoo.predict(tmp_path / "turned.png"), expected)


def test_batches_and_lists(levels, tmp_path):
    Image.fromarray(levels[:20]).save(tmp_path / "photo.png")
    batch = np.stack([levels, levels[::-1]])
    maps = salzoo.predict(batch)
    assert maps.shape == (2, 45, 60)
    listed = salzoo.predict([levels[::-1], tmp_path / "photo.png"])
    np.testing.assert_array_equal(listed[0], maps[1])
    assert isinstance(listed, list) and listed[1].shape == (20, 60)
    assert salzoo.predict([]) == [] and salzoo.predict(batch[:0]).shape == (0, 45, 60)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros(3), r"has the shape \(3,\); give \(rows, columns, 3\)"),
        (np.zeros((4, 5, 7)), r"has the shape \(4, 5, 7\)"),
        (np.zeros((0, 5, 3)), r"has the shape \(0, 5, 3\)"),
        (np.zeros((1, 1, 4, 5, 3)), "has the shape"),
        (Image.new("RGB", (5, 0)), "has 0 rows and 5 columns; give one with pixels"),
        ([Image.new("L", (0, 4))], "image 0 of the list has 4 rows and 0 columns"),
        (np.full((4, 5, 3), np.nan), "not numbers .NaN."),
        (np.full((4, 5, 3), -1), "values of -1 to -1; give 0 to 255"),
        (np.full((4, 5, 3), 65535, "uint16"), "values of 65535 to 65535"),
        (np.full((4, 5, 3), np.inf), "values of inf to inf"),
        (np.full((4, 5, 3), 0.5), "looks like floats of 0 to 1; multiply it by 255"),
        (np.ones((4, 5), bool), "array of bool; give numbers of 0 to 255"),
        (np.array([["a"]]), "array of <U1"),
        (None, "the image is a NoneType; give a file's path, a PIL image or an array"),
        (b"jpeg", "the image is a bytes"),
        ([[[1, 2, 3]]], "image 0 of the list is a list"),
        ("none.jpg", "none.jpg does not exist"),
        ("a\0b.jpg", "cannot be opened .embedded null"),
        ("\ud800.jpg", "cannot be opened"),
        (np.full((1, 4, 5, 3), np.nan), "image 0 of the batch has values that are not numbers"),
        (np.zeros((2, 0, 5, 3), "uint8"), r"image 0 of the batch has the shape \(0, 5, 3\)"),
        ([np.zeros((4, 5, 3)), np.zeros(3)], "image 1 of the list has the shape"),
        (np.full((2, 4, 5, 3), 300), "image 0 of the batch has values"),
    ],
)
def test_what_is_no_image(image, message):
    with pytest.raises(InputError, match=message):
        salzoo.predict(image)


def test_a_picture_that_is_cut_short(tmp_path, random):
    """Pillow opens it, and complains when its pixels are wanted."""
    whole = Image.fromarray(random.integers(0, 255, (60, 90, 3), dtype="uint8"))
    whole.save(tmp_path / "photo.jpg")
    content = (tmp_path / "photo.jpg").read_bytes()
    (tmp_path / "photo.jpg").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="the image is damaged or cut short .*; replace it"):
        salzoo.predict(Image.open(tmp_path / "photo.jpg"))


def test_a_model_takes_arrays_alone():
    model = salzoo.load_model()
    for image in (np.zeros((4, 5)), np.zeros((1, 4, 5, 3)), np.zeros((4, 5, 4)), "photo.jpg"):
        with pytest.raises(InputError, match=r"an array \(rows, columns, 3\), this is .*predict"):
            model(image)


def test_black_is_an_image():
    assert np.isfinite(salzoo.predict(np.zeros((9, 9, 3)))).all()


def test_named_models_are_loaded_once(levels, monkeypatch):
    salzoo.predict(levels)
    monkeypatch.setattr("salzoo.prediction.opening.trained_model", None)
    salzoo.predict(levels)


@pytest.fixture(scope="module")
def saved(small_run, tmp_path_factory):
    """The small run's network as a .keras file."""
    path = tmp_path_factory.mktemp("saved") / "mine.keras"
    small_run.load_model().save(path)
    return path


def test_runs_exports_and_keras_files_alike(small_run, exported, saved, levels):
    expected = salzoo.predict(levels, model=small_run.folder)
    np.testing.assert_allclose(salzoo.predict(levels, model=exported), expected, atol=1e-5)
    np.testing.assert_array_equal(salzoo.load_model(small_run.folder)(levels), expected)
    # A .keras file does not say at which size it was trained.
    model = salzoo.load_model(saved)
    assert model.card["geometry"]["size"] == model_record("msinet").recipe.input_size
    np.testing.assert_array_equal(model(levels), salzoo.load_model(small_run.load_model())(levels))
    assert (
        model.fingerprint and model.fingerprint != salzoo.load_model(small_run.folder).fingerprint
    )


def test_cards_and_fingerprints(small_run):
    shipped = salzoo.load_model("msinet_lite")
    assert shipped.card["model"] == "msinet_lite" and shipped.card["task"] == "fixations"
    assert shipped.card["geometry"]["fit_mode"] == model_record("msinet_lite").fit_mode
    assert isinstance(shipped.model, keras.Model)
    assert shipped.fingerprint == Predictor("msinet_lite").fingerprint
    stretched = salzoo.load_model("msinet_lite", fit_mode="stretch")
    assert shipped.fingerprint != stretched.fingerprint
    assert stretched.card["geometry"]["fit_mode"] == "stretch"


def test_a_keras_file_of_one_size_keeps_it(levels, tmp_path):
    from salzoo.models import build_model

    build_model("msinet_lite", input_shape=(64, 96, 3)).save(tmp_path / "fixed.keras")
    model = salzoo.load_model(tmp_path / "fixed.keras")
    assert model.card["geometry"]["size"] == (64, 96)
    assert model(levels).shape == levels.shape[:2]


def test_models_that_cannot_be_loaded(small_run, saved, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="msinet comes without trained weights: train it"):
        salzoo.load_model("msinet")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(small_run.folder, "msinet")  # a folder of that name is meant, then
    assert salzoo.load_model("msinet").card["trained_on"] == "synthetic"
    with pytest.raises(
        InputError, match="nothing does not exist; give a run .* or released weights"
    ):
        salzoo.load_model("nothing")
    with pytest.raises(InputError, match="<function .* cannot be loaded; give a path, a name"):
        salzoo.load_model(test_models_that_cannot_be_loaded)
    pathlib.Path("photo.jpg").write_bytes(b"")
    with pytest.raises(
        InputError, match="photo.jpg is no model; give a run .* or released weights"
    ):
        salzoo.load_model("photo.jpg")
    inputs = keras.Input((None, None, 3))
    other = keras.Model(inputs, keras.layers.Conv2D(1, 1)(inputs), name="other")
    other.save("other.keras")
    with pytest.raises(InputError, match="other.keras holds the network 'other', which salzoo"):
        salzoo.load_model("other.keras")
    unsafe = keras.Model(inputs, keras.layers.Lambda(lambda x: x)(inputs), name="msinet")
    unsafe.save("unsafe.keras")
    pathlib.Path("damaged.keras").write_bytes(saved.read_bytes()[:1000])
    pathlib.Path("empty.keras").write_bytes(b"")
    for name, why in (("unsafe", ".*Lambda"), ("damaged", "it is dam"), ("empty", "it is dam")):
        with pytest.raises(InputError, match=f"{name}.keras is no Keras model .*safely .{why}"):
            salzoo.load_model(f"{name}.keras")


def test_predict_reads_files_as_the_command_does(tmp_path):
    Image.new("RGB", (8, 6), "red").save(tmp_path / "photo.jpg")
    expected = salzoo.load_model()(read_image(tmp_path / "photo.jpg"))
    np.testing.assert_array_equal(salzoo.predict(tmp_path / "photo.jpg"), expected)

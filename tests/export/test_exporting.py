"""Exports to all targets give the maps of the model, of images of any size."""

import os
from types import SimpleNamespace
from xml.etree import ElementTree

import keras
import ml_dtypes
import numpy as np
import pytest

from salzoo.data.geometry import Geometry
from salzoo.export import exporting, litert_file, onnx_file, parity
from salzoo.export.exporting import export
from salzoo.export.openvino_file import _round_to_bfloat16
from salzoo.export.target import TARGETS, find_target, whole_function
from salzoo.prediction.opening import Opened
from salzoo.prediction.saliency import saliency_function
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import read_json
from tests.prediction.small_card import small_card

SIZES = ((10, 10), (9, 130), (71, 53), (150, 200))


def small_model(fit_mode="pad", blur=0.0, tta=False):
    """A network of two convolutions, with everything around it."""
    keras.utils.set_random_seed(0)
    images = keras.Input((None, None, 3), name="image")
    maps = keras.layers.Conv2D(4, 8, strides=4, padding="same", activation="relu")(images / 255)
    maps = keras.layers.UpSampling2D(2)(maps)
    maps = keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(maps)
    model = keras.Model(images, maps)
    geometry = Geometry(fit_mode, (48, 64), 16, 127.5)
    saliency = saliency_function(model, geometry, blur, tta=tta)
    card = {**small_card(), "output": None}
    card["geometry"] = {**card["geometry"], "fit_mode": fit_mode, "size": [48, 64]}
    card["geometry"] |= {"size_multiple": 16, "padding_value": 127.5}
    card["post_processing"] = {"blur": blur, "divide_by_maximum": True}
    return Opened(card, ["w" * 64, {}], model, saliency)


@pytest.fixture(scope="module")
def opened():
    return small_model(blur=1.5)


@pytest.fixture
def images(random):
    return [random.uniform(0, 255, (*size, 3)).astype("float32") for size in SIZES]


@pytest.fixture
def known(opened, monkeypatch, random):
    """`export` finds the small model, and scenes without drawing them."""
    scenes = [
        parity.Scene(
            random.uniform(0, 255, (40, 60, 3)).astype("float32"),
            random.uniform(0, 40, (20, 2)),
        )
        for _ in range(3)
    ]
    monkeypatch.setattr(exporting, "open_source", lambda *_: opened)
    monkeypatch.setattr(parity, "draw_scenes", lambda count, *_: scenes[:count])
    return scenes


def require(target, precision=None):
    """Return a target, or skip the test where a package of its extra is not installed."""
    found = find_target(target)
    try:
        found.check(precision)
    except InputError as error:
        pytest.skip(str(error))
    return found


@pytest.mark.parametrize("name", ["savedmodel", "onnx", "litert", "openvino", "portable"])
def test_every_target_gives_the_maps_of_the_model(name, opened, images, tmp_path):
    target = require(name)
    target.write(opened, str(tmp_path), "float32", [])
    predict = target.open(str(tmp_path), "float32")
    for image in images:
        expected = opened.saliency(image[None])[0, ..., 0]
        np.testing.assert_allclose(predict(image), expected, atol=1e-4)


def test_litert_takes_images_of_varying_canvases(images, tmp_path):
    """The converter needs to be told the number of channels where no side is known."""
    target = require("litert")
    opened = small_model("within")
    target.write(opened, str(tmp_path), "float32", [])
    predict = target.open(str(tmp_path), "float32")
    for image in images:
        expected = opened.saliency(image[None])[0, ..., 0]
        np.testing.assert_allclose(predict(image), expected, atol=1e-4)


@pytest.mark.parametrize(
    "name",
    ["litert", *(pytest.param(name, marks=pytest.mark.slow) for name in ("onnx", "openvino"))],
)
def test_int8_is_near_the_model(name, opened, images, tmp_path, known):
    target = require(name, "int8")
    target.write(opened, str(tmp_path), "int8", images[-2:])
    predict = target.open(str(tmp_path), "int8")
    expected = opened.saliency(images[-1][None])[0, ..., 0].numpy()
    assert np.corrcoef(predict(images[-1]).ravel(), expected.ravel())[0, 1] > 0.98


@pytest.mark.parametrize(
    ("kept", "chosen"),
    [("abc", "b"), ("ac", "c"), ("", "a")],  # none: that whose NSS changes least
)
def test_the_fastest_form_of_int8_that_keeps_the_tolerance_is_taken(kept, chosen, monkeypatch):
    times, changes = {"a": 5.0, "b": 1.0, "c": 3.0}, {"a": -0.02, "b": 0.05, "c": 0.03}

    def measure(target, precision, export, *_):
        return SimpleNamespace(
            kept=export in kept,
            milliseconds=times[export],
            tensorflow_milliseconds=1.0,
            nss_change=changes[export],
        )

    monkeypatch.setattr(litert_file, "_open", lambda content: content)
    monkeypatch.setattr(parity, "draw_scenes", lambda *_: [])
    monkeypatch.setattr(parity, "measure_parity", measure)
    assert litert_file._choose({name: name for name in "abc"}, "plain") == chosen


@pytest.mark.slow
def test_bfloat16_leaves_what_resizes_in_float32(opened, images, tmp_path):
    """Places of pixels beyond 256 need more bits than bfloat16 has."""
    target = require("openvino", "bfloat16")
    target.write(opened, str(tmp_path), "bfloat16", [])
    predict = target.open(str(tmp_path), "bfloat16")
    for image in images[-2:]:
        expected = opened.saliency(image[None])[0, ..., 0].numpy()
        assert np.corrcoef(predict(image).ravel(), expected.ravel())[0, 1] > 0.999
    layers = ElementTree.parse(tmp_path / "model.xml").getroot().find("layers")
    found = {
        (layer.get("type"), port.get("precision"))
        for layer in layers
        for port in layer.findall("output/port")
    }
    assert ("Convolution", "BF16") in found and ("MatMul", "FP32") in found
    assert not {("Convolution", "FP32"), ("MatMul", "BF16")} & found


def test_rounding_to_bfloat16(random):
    values = np.concatenate([random.normal(size=999), [0, 1 + 2**-8, 1 + 3 * 2**-8]])
    expected = values.astype("float32").astype(ml_dtypes.bfloat16).astype("float32")
    found = _round_to_bfloat16(values.astype("float32"))
    np.testing.assert_array_equal(found, expected)


def test_large_matrices_of_onnx_bypass_the_converter(images, tmp_path, monkeypatch):
    """Which would copy them ten times over."""
    target = require("onnx")
    monkeypatch.setattr(onnx_file, "LARGE", 100)
    keras.utils.set_random_seed(0)
    inputs = keras.Input((12, 16, 3), name="image")
    dense = keras.layers.Dense(12 * 16, "sigmoid")(keras.layers.Flatten()(inputs / 255))
    model = keras.Model(inputs, keras.layers.Reshape((12, 16, 1))(dense))
    geometry = Geometry("stretch", (12, 16), 1, 0.0)
    opened = Opened(small_card(), None, model, saliency_function(model, geometry))
    target.write(opened, str(tmp_path), "float32", [])
    image = images[-1]
    expected = opened.saliency(image[None])[0, ..., 0]
    predict = target.open(str(tmp_path), "float32")
    np.testing.assert_allclose(predict(image), expected, atol=1e-4)


def test_web_pages_get_the_network_and_what_goes_around_it(images, tmp_path):
    target = require("web")
    opened = small_model()
    target.write(opened, str(tmp_path), "float32", [])
    predict = target.open(str(tmp_path), "float32")
    for image in images:
        expected = opened.saliency(image[None])[0, ..., 0]
        np.testing.assert_allclose(predict(image), expected, atol=1e-4)
    with pytest.raises(InputError, match="blurs its maps by 2 pixels, which the page does not do"):
        target.write(small_model(blur=2.0), str(tmp_path), "float32", [])


def test_several_targets_in_one_call_with_cards_and_parity(known, tmp_path):
    require("litert")
    written = export("model", ["savedmodel", "litert"], tmp_path, images=2)
    model = small_card()["model"]
    assert [os.path.relpath(one.folder, tmp_path) for one in written] == [
        f"{model}/1",
        f"{model}-litert-float32/1",
    ]
    for one, place in zip(written, ("assets", ""), strict=True):
        stored = read_json(os.path.join(one.folder, place, "parity.json"))
        assert stored == vars(one.parity)
        assert stored["images"] == 2 and stored["kept"] and stored["max_difference"] < 1e-4
        assert read_json(os.path.join(one.folder, place, "card.json"))["model"] == model
    assert written[1].parity.bytes == os.path.getsize(f"{written[1].folder}/model.tflite")
    table = parity.parity_table([one.parity for one in written], "Exports").text()
    assert "litert float32" in table and "TensorFlow" in table


def test_an_export_that_misses_its_tolerance_is_not_kept(known, tmp_path, monkeypatch):
    monkeypatch.setattr(parity, "MOST_DIFFERENCE", -1.0)
    with pytest.raises(InputError, match=r"not kept: its maps differ by up to .* or `force`"):
        export("model", "savedmodel", tmp_path, images=1)
    assert not os.listdir(tmp_path / small_card()["model"])
    [kept] = export("model", "savedmodel", tmp_path, images=1, force=True)
    assert not kept.parity.kept and os.path.isdir(kept.folder)


def test_what_cannot_be_exported_is_told_in_a_sentence(opened, known, tmp_path, monkeypatch):
    for arguments, match in (
        ({"to": "onx"}, "There is no `to` 'onx'; did you mean 'onnx'"),
        ({"to": "savedmodel", "precision": "int8"}, "int8 is there for onnx, litert, openvino"),
        ({"images": 0}, "`images` 0: give 1 or more"),
        ({"to": "litert", "precision": "int8", "calibrate": tmp_path / "no"}, "give a folder"),
        ({"to": "litert", "precision": "int8", "calibrate": tmp_path}, "holds no image"),
    ):
        with monkeypatch.context() as patch, pytest.raises(InputError, match=match):
            # Whatever packages are installed.
            patch.setattr("importlib.util.find_spec", lambda name: name)
            export("model", **{"out": tmp_path, **arguments})
    monkeypatch.setattr(exporting, "open_source", lambda *_: opened._replace(model=None))
    with pytest.raises(InputError, match="is an exported model already"):
        export("model", out=tmp_path)


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for name in TARGETS:
        target = find_target(name)
        if target.extra:
            with pytest.raises(InputError, match=rf"pip install 'salzoo\[{target.extra}\]'"):
                target.check(None)


def test_the_package_is_the_function():
    import salzoo

    assert callable(salzoo.export) and "export" in dir(salzoo)


def test_the_signature_names_what_goes_in_and_out(opened):
    concrete = whole_function(opened).get_concrete_function()
    assert list(concrete.structured_outputs) == ["saliency"]
    assert concrete.inputs[0].shape.as_list() == [None, None, None, 3]

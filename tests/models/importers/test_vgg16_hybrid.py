"""VGG-16 hybrid from a checkpoint that TensorFlow's Saver writes."""

import zipfile

import numpy as np
import pytest
import tensorflow as tf

from salzoo.models.backbones import vgg16
from salzoo.models.backbones.hybrid import hybrid_file, import_hybrid
from salzoo.models.importers import vgg16_hybrid
from salzoo.utils.errors import InputError
from tests.models.importers.msinet_files import BLOCKS, shapes

v1 = tf.compat.v1


@pytest.fixture(autouse=True)
def narrow_blocks(narrow_msinet, monkeypatch):
    monkeypatch.setattr(vgg16_hybrid, "VGG16_BLOCKS", BLOCKS)


def encoder_arrays(random, scope=""):
    return {
        f"{scope}{layer}/{part}": random.normal(size=shape).astype("float32")
        for layer, kernel in shapes().items()
        if layer.startswith("conv")
        for part, shape in (("weights", kernel), ("biases", kernel[3:]))
    }


def write_checkpoint(path, arrays):
    """Write NAME.index and NAME.data-00000-of-00001."""
    with tf.Graph().as_default(), v1.Session() as session:
        variables = [v1.Variable(array, name=name) for name, array in arrays.items()]
        v1.Variable(np.int64(7), name="global_step")
        session.run(v1.global_variables_initializer())
        v1.train.Saver().save(session, str(path), write_meta_graph=False, write_state=False)
    assert len(variables) == len(arrays)


def write_zip(path, stem):
    with zipfile.ZipFile(path, "w") as archive:
        for ending in vgg16_hybrid.ENDINGS:
            archive.write(f"{stem}{ending}", f"vgg16_hybrid.ckpt{ending}")


@pytest.mark.parametrize("scope", ["", "vgg_16/"])
def test_the_variables_are_those_of_the_saver(tmp_path, random, scope):
    arrays = encoder_arrays(random, scope)
    stem = tmp_path / "vgg16_hybrid.ckpt"
    write_checkpoint(stem, arrays)
    write_zip(tmp_path / "vgg16_hybrid.zip", stem)
    for path in ("vgg16_hybrid.ckpt", "vgg16_hybrid.ckpt.index", "vgg16_hybrid.zip", ""):
        read = vgg16_hybrid.read(str(tmp_path / path))
        assert len(read) == 26
        for name, array in arrays.items():
            layer, part = name.removeprefix(scope).split("/")[1:]
            ours = f"block{layer[4]}_conv{layer[-1]}/{'kernel' if part == 'weights' else 'bias'}"
            np.testing.assert_array_equal(read[ours], array)


def test_msinet_starts_from_them(tmp_path, random):
    """And no other model, whose images have another order of channels."""
    from salzoo.models import build_model

    arrays = encoder_arrays(random)
    write_checkpoint(tmp_path / "vgg16_hybrid.ckpt", arrays)
    card = import_hybrid(str(tmp_path / "vgg16_hybrid.ckpt.index"))
    assert card.file == "vgg16_hybrid.ckpt.index" and len(card.file_sha256) == 64
    model = build_model("msinet", backbone_weights="vgg16_hybrid")
    for layer in vgg16.VGG16_LAYERS:
        block, number = layer[5], layer[-1]
        kernel, bias = model.get_layer(layer).get_weights()
        np.testing.assert_array_equal(kernel, arrays[f"conv{block}/conv{block}_{number}/weights"])
        np.testing.assert_array_equal(bias, arrays[f"conv{block}/conv{block}_{number}/biases"])
    with pytest.raises(InputError, match="`backbone_weights` vgg16_hybrid: .* for sam_vgg"):
        build_model("sam_vgg", backbone_weights="vgg16_hybrid")
    with open(hybrid_file(), "ab") as file:
        file.write(b"x")
    with pytest.raises(InputError, match="arrays.npz is damaged; delete its folder"):
        hybrid_file()


def test_files_of_others(tmp_path, random, monkeypatch):
    def refused(message):
        with pytest.raises(InputError, match=message) as caught:
            vgg16_hybrid.read(str(stem))
        assert str(stem) in str(caught.value)

    stem = tmp_path / "net.ckpt"
    arrays = encoder_arrays(random)
    first = "conv1/conv1_1/weights"
    write_checkpoint(stem, {first: arrays[first]})
    refused("holds another network than VGG-16: it has no variable conv1_1/biases")
    write_checkpoint(stem, {**arrays, "conv3/conv3_1/biases": np.zeros(3, "float32")})
    refused(r"another model's weights: conv3/conv3_1/biases has the shape \(3,\), not \(16,\)")
    write_checkpoint(stem, {**arrays, "conv3/conv3_1/biases": np.full(16, np.nan, "float32")})
    refused("conv3/conv3_1/biases has values that are not finite")
    write_checkpoint(stem, arrays)
    data = tmp_path / "net.ckpt.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:-50])
    refused("is damaged: .* is not in its data file")
    index = tmp_path / "net.ckpt.index"
    content = index.read_bytes()
    for damaged in (b"", b"text", content[:-1], content[:20] + content[-60:], content[60:]):
        index.write_bytes(damaged)
        refused("damaged")


def test_damaged_indexes_are_refused_or_read(tmp_path, random):
    stem = tmp_path / "net.ckpt"
    write_checkpoint(stem, encoder_arrays(random))
    index = tmp_path / "net.ckpt.index"
    content = index.read_bytes()
    for _ in range(150):
        damaged = bytearray(content)
        damaged[random.integers(len(content))] ^= 1 << random.integers(8)
        index.write_bytes(damaged)
        try:
            vgg16_hybrid.read(str(stem))
        except InputError as error:
            assert "net.ckpt" in str(error)

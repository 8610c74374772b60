"""ASNet's weights: a file in the authors' format against their network in Keras 2's terms."""

import keras
import numpy as np
import pytest
from scipy.signal import correlate2d
from scipy.special import expit

from salzoo.layers import still_conv_lstm_2d
from salzoo.models import build_model, preprocessing
from salzoo.models.backbones import vgg16
from salzoo.models.importers import asnet_keras2 as importer
from salzoo.models.importers import assign
from salzoo.utils.errors import InputError
from tests.models.importers import theano
from tests.models.importers.keras_files import write_keras_file

BLOCKS = ((2, 4), (2, 5), (3, 4), (3, 5), (3, 6))
FULL_BLOCKS = vgg16.VGG16_BLOCKS
IMAGE = np.random.default_rng(5).uniform(0, 255, (32, 48, 3)).astype("float32")
OUTPUTS = ("fixation", "side", *(f"object_{level}" for level in (5, 4, 3, 2, 1)))

CONVLSTMS = {4: "conv4_lstm2", 3: "conv3_lstm", 2: "conv2_lstm", 1: "conv1_lstm"}


class Original:
    """The network of the authors' `update_models.py` with random weights.

    Args:
        blocks: convolutions and filters of each block of VGG-16.
        draw: function of a shape and a scale to values.
    """

    def __init__(self, blocks, draw=None):
        random = np.random.default_rng(11)
        self.draw = draw or (
            lambda shape, scale: random.standard_normal(shape, dtype="f4") * np.float32(scale)
        )
        self.layers, self.blocks = {"input_1": {}}, blocks
        channels = 3
        for block, (count, filters) in enumerate(blocks, start=1):
            for number in range(1, count + 1):
                scale = 0.02 if (block, number) == (1, 1) else 1.0
                self._convolution(f"block{block}_conv{number}", channels, filters, 3, scale)
                channels = filters
        self._convolution("s_conv_5", channels, 64, 3)
        self._convlstm("conv5_lstm1", channels, 512)
        values = np.concatenate([np.abs(self.draw(32, 0.5)), np.abs(self.draw(32, 0.4))])
        self.layers["learning_prior_3"] = {"learning_prior_3_W:0": values}
        self._convolution("merge_att_conv5", 528, 64, 3)
        self._convolution("att_conv5", 64, 1, 1)
        self._convolution("s_saliency_conv_5", 64, 1, 1)
        self._convlstm("conv5_lstm2", 65, 64)
        self._convolution("sal_conv5", 64, 1, 1)
        for level in (4, 3, 2, 1):
            self._level(level, 32 if level == 1 else 64)

    def _level(self, level, filters):
        self._convolution(f"conv_{level}_out", self.blocks[level - 1][1], filters, 1, 0.5)
        normalization = f"batch_normalization_{13 - level}"  # 9 to 12
        self.layers[normalization] = {
            f"{normalization}/gamma:0": 1 + self.draw((filters,), 0.3),
            f"{normalization}/beta:0": self.draw((filters,), 0.3),
            f"{normalization}/moving_mean:0": self.draw((filters,), 0.3),
            f"{normalization}/moving_variance:0": 0.3 + np.abs(self.draw((filters,), 0.5)),
        }
        self._convlstm(CONVLSTMS[level], filters + 1, filters)
        self._convolution(f"sal_conv{level}", filters, 1, 1)

    def _convolution(self, name, channels, filters, side, scale=1.0):
        scale *= (2 / (channels * side**2)) ** 0.5
        self.layers[name] = {
            f"{name}/kernel:0": self.draw((side, side, channels, filters), scale),
            f"{name}/bias:0": self.draw((filters,), 0.1),
        }

    def _convlstm(self, name, channels, filters):
        self.layers[name] = {
            f"{name}/kernel:0": self.draw((3, 3, channels, 4 * filters), channels**-0.5),
            f"{name}/recurrent_kernel:0": self.draw((3, 3, filters, 4 * filters), filters**-0.5),
            f"{name}/bias:0": self.draw((4 * filters,), 0.3),
        }

    def weights(self, name):
        return list(self.layers[name].values())

    def predict(self, image, means=(103.939, 116.779, 123.68)):
        """Return the seven maps of an RGB image as the authors' code computes them."""
        maps = (image.astype("float64") - means)[..., ::-1]
        features = {}
        for block, (count, _) in enumerate(self.blocks, start=1):
            for number in range(1, count + 1):
                maps = np.maximum(correlate(maps, *self.weights(f"block{block}_conv{number}")), 0)
            features[block] = maps
            if block < 5:
                rows, columns, channels = maps.shape
                maps = maps.reshape(rows // 2, 2, columns // 2, 2, channels).max((1, 3))
        deep = np.maximum(correlate(features[5], *self.weights("s_conv_5")), 0)
        state = self._state("conv5_lstm1", features[5])
        priors = theano.gaussians(self.weights("learning_prior_3")[0], *state.shape[:2])
        state = np.concatenate([state, priors.transpose(1, 2, 0)], -1)
        state = np.maximum(correlate(state, *self.weights("merge_att_conv5")), 0)
        fixation = self._map("att_conv5", state)
        found = [fixation, self._map("s_saliency_conv_5", deep)]
        state = self._state("conv5_lstm2", np.concatenate([deep, fixation], -1))
        coarser = self._map("sal_conv5", state)
        found.append(coarser)
        for level in (4, 3, 2, 1):
            maps = correlate(features[level], *self.weights(f"conv_{level}_out"))
            gamma, beta, mean, variance = self.weights(f"batch_normalization_{13 - level}")
            maps = expit(gamma * (maps - mean) / np.sqrt(variance + 1e-3) + beta)
            coarser = coarser.repeat(2, 0).repeat(2, 1)
            state = self._state(CONVLSTMS[level], np.concatenate([maps, coarser], -1))
            coarser = self._map(f"sal_conv{level}", state)
            found.append(coarser)
        return dict(zip(OUTPUTS, found, strict=True))

    def _map(self, name, maps):
        return expit(correlate(maps, *self.weights(name)))

    def _state(self, name, maps):
        """ConvLSTM2D of Keras 2 over three times the same maps."""
        kernel, recurrent, bias = self.weights(name)
        filters = recurrent.shape[2]
        parts = [slice(gate * filters, (gate + 1) * filters) for gate in range(4)]
        state = cell = np.zeros((*maps.shape[:2], filters))
        for _ in range(3):
            i, f, c, o = (
                correlate(maps, kernel[..., part], bias[part])
                + correlate(state, recurrent[..., part], 0)
                for part in parts
            )
            cell = hard_sigmoid(f) * cell + hard_sigmoid(i) * np.tanh(c)
            state = hard_sigmoid(o) * np.tanh(cell)
        return state


def hard_sigmoid(values):
    return np.clip(0.2 * values + 0.5, 0, 1)


def correlate(maps, kernel, bias=0.0):
    """Correlate (rows, columns, in) with (side, side, in, out), padding "same"."""
    side, kernel = len(kernel), kernel.astype("float64")
    rows, columns = maps.shape[:2]
    maps = np.pad(maps, ((side // 2, side // 2), (side // 2, side // 2), (0, 0)))
    return bias + sum(
        maps[row : row + rows, column : column + columns] @ kernel[row, column]
        for row in range(side)
        for column in range(side)
    )


def build(monkeypatch):
    """Build the release of ASNet on a small VGG-16; its weights will be replaced."""
    monkeypatch.setattr(vgg16, "VGG16_BLOCKS", BLOCKS)
    # Orthogonal kernels take seconds.
    monkeypatch.setattr(
        keras.initializers.Orthogonal, "__call__", lambda self, shape, dtype: keras.ops.zeros(shape)
    )
    return build_model("asnet", variant="release")


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Original network, its file, its maps of IMAGE and our model."""
    original = Original(BLOCKS)
    path = tmp_path_factory.mktemp("asnet") / "ASNet.h5"
    write_keras_file(path, original.layers, backend=b"tensorflow", keras_version=b"2.1.5")
    with pytest.MonkeyPatch.context() as patch:
        model = build(patch)
    return original, path, original.predict(IMAGE), model


def difference(model, arrays, path, expected):
    """Return the largest difference of all maps."""
    assign(model, arrays, path)
    found = {name: np.asarray(maps)[0] for name, maps in model(IMAGE[None]).items()}
    assert set(found) == set(expected)
    return max(np.abs(found[name] - maps).max() for name, maps in expected.items())


def test_the_original_correlates_as_scipy(random):
    maps, kernel = random.normal(size=(6, 7, 2)), random.normal(size=(3, 3, 2, 1))
    expected = sum(correlate2d(maps[..., c], kernel[..., c, 0], "same") for c in range(2))
    np.testing.assert_allclose(correlate(maps, kernel)[..., 0], expected)


def test_imported_weights_give_the_authors_maps(case):
    _, path, expected, model = case
    found = difference(model, importer.read(path, model), path, expected)
    print(f"asnet: {found:.1e}")
    for name, maps in expected.items():
        assert maps.std() > 0.02, name
    assert found < 1e-5


def in_gates(arrays, change):
    """Return the arrays with a change of the four gates of every ConvLSTM."""
    return {
        path: np.concatenate(change(np.split(values, 4, -1)), -1)
        if "_convlstm/" in path
        else values
        for path, values in arrays.items()
    }


def in_kernels(arrays, change):
    return {path: change(values) if values.ndim == 4 else values for path, values in arrays.items()}


def exchanged(arrays, first, second):
    return {
        **arrays,
        **{path.replace(first, second): arrays[path] for path in arrays if path.startswith(first)},
        **{path.replace(second, first): arrays[path] for path in arrays if path.startswith(second)},
    }


MUTATIONS = {
    "gates i, c, f, o": lambda arrays: in_gates(arrays, lambda g: [g[0], g[2], g[1], g[3]]),
    "gates f, i, c, o": lambda arrays: in_gates(arrays, lambda g: [g[1], g[0], g[2], g[3]]),
    "kernels turned around": lambda arrays: in_kernels(arrays, lambda k: k[::-1, ::-1]),
    "rows and columns exchanged": lambda arrays: in_kernels(
        arrays, lambda k: k.transpose(1, 0, 2, 3)
    ),
    "priors by Gaussian": lambda arrays: {
        **arrays,
        "priors/parameters": arrays["priors/parameters"].reshape(16, 4).T,
    },
    "normalizations exchanged": lambda arrays: exchanged(arrays, "compress_4_bn", "compress_2_bn"),
    "maps exchanged": lambda arrays: exchanged(arrays, "map_5/", "map_4/"),
    "fixation and side exchanged": lambda arrays: exchanged(arrays, "fixation_map", "side_map"),
    "levels exchanged": lambda arrays: exchanged(arrays, "level_3_", "level_2_"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_importer_fails(case, mutation):
    _, path, expected, model = case
    arrays = MUTATIONS[mutation](importer.read(path, model))
    found = difference(model, arrays, path, expected)
    print(f"asnet, {mutation}: {found:.1e}")
    assert found > 1e-4


def test_normalizations_in_the_order_of_text_fail(case, monkeypatch):
    """batch_normalization_10 comes after _9."""
    _, path, _, model = case
    monkeypatch.setattr(importer, "CLASSES", ("learning_prior",))
    order = sorted(f"batch_normalization_{number}" for number in (9, 10, 11, 12))
    names = {f"compress_{level}_bn": name for level, name in zip((4, 3, 2, 1), order, strict=True)}
    monkeypatch.setattr(importer, "LAYERS", {**importer.LAYERS, **names})
    with pytest.raises(InputError, match="shape"):
        importer.read(path, model)


def test_gates_of_keras_3_fail(case, monkeypatch):
    _, path, expected, model = case
    arrays = importer.read(path, model)
    monkeypatch.setitem(still_conv_lstm_2d.GATES, "keras2_hard_sigmoid", keras.ops.hard_sigmoid)
    assert difference(model, arrays, path, expected) > 1e-4


def test_other_means_fail(case, monkeypatch):
    """The authors take blue's mean from red."""
    _, path, expected, _ = case
    monkeypatch.setattr(preprocessing, "IMAGENET_MEANS", preprocessing.IMAGENET_MEANS[::-1])
    model = build(monkeypatch)
    found = difference(model, importer.read(path, model), path, expected)
    print(f"asnet, means exchanged: {found:.1e}")
    assert found > 1e-4


def test_real_shapes(tmp_path):
    original = Original(FULL_BLOCKS, lambda shape, scale: np.zeros(shape, "float32"))
    write_keras_file(tmp_path / "ASNet.h5", original.layers)
    with keras.StatelessScope(initialize_variables=False):
        model = build_model("asnet", variant="release")
    arrays = importer.read(tmp_path / "ASNet.h5", model)
    assert sum(array.size for array in arrays.values()) == 35_516_167
    assert {path: array.shape for path, array in arrays.items()} == {
        weight.path: tuple(weight.shape) for weight in model.weights
    }


def test_files_of_others(case, tmp_path):
    original, _, _, model = case
    path = tmp_path / "other.h5"
    layers = {name: dict.fromkeys(arrays, np.zeros(1)) for name, arrays in original.layers.items()}
    write_keras_file(path, layers, backend=b"theano")
    with pytest.raises(InputError, match="backend .*theano.* of Keras"):
        importer.read(path, model)
    write_keras_file(path, {name: layers[name] for name in layers if name.startswith("block")})
    with pytest.raises(InputError, match="weights of VGG-16, not of ASNet"):
        importer.read(path, model)
    write_keras_file(path, {name: layers[name] for name in layers if name != "sal_conv1"})
    with pytest.raises(InputError, match="another model, not of ASNet: it lacks sal_conv1"):
        importer.read(path, model)

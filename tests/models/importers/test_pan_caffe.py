"""The deep ConvNet's weights: a file in Caffe's format against its network in Caffe's terms."""

import keras
import numpy as np
import pytest
from scipy.signal import correlate2d

from salzoo.models import build_model, pan, preprocessing
from salzoo.models.importers import assign
from salzoo.models.importers import pan_caffe as importer
from salzoo.utils.errors import InputError
from tests.models.importers.wire import message

CONVOLUTIONS = ((6, 7), (8, 5), (5, 3), (6, 5), (6, 5), (4, 7), (3, 11), (3, 11))
FULL_CONVOLUTIONS = pan.DEEP_CONVOLUTIONS
# Both poolings halve these sizes without a rest, as in the authors' 240x320.
IMAGE = np.random.default_rng(5).uniform(0, 255, (24, 32, 3)).astype("float32")


def random_layers(convolutions):
    """Return {layer: [arrays]} of Caffe's SalNet."""
    random, layers, channels = np.random.default_rng(11), {}, 3
    for number, (filters, side) in enumerate((*convolutions, (1, 13)), start=1):
        # Of the first, large values: the response normalization would not be seen otherwise.
        scale = {1: 300.0, 2: 0.01, 9: 0.3}.get(number, 1.0)
        deviation = scale * (2 / (channels * side**2)) ** 0.5
        layers[f"conv{number}"] = [
            random.normal(0, deviation, (filters, channels, side, side)).astype("float32"),
            random.normal(0, 0.1, filters).astype("float32"),
        ]
        channels = filters
    layers["deconv1"] = [random.normal(0, 2, (1, 1, 8, 8)).astype("float32")]
    return layers


def blob(values, old=False):
    """Encode a BlobProto, `old` with four sizes in fields of their own."""
    if old:
        sizes = (1,) * (4 - values.ndim) + values.shape
        shape = list(zip((1, 2, 3, 4), sizes, strict=True))
    else:
        shape = [(7, message((1, list(values.shape))))]
    return message(*shape, (5, values.astype("<f4").tobytes()))


def write_caffemodel(path, layers, old=False, name="SalNet"):
    """Write a NetParameter, with layers of the older form if `old`."""
    field, name_field, blobs_field = (2, 4, 6) if old else (100, 1, 7)
    without = message((name_field, "relu1")) if old else message((1, "relu1"), (2, "ReLU"))
    encoded = [
        message((name_field, layer), (blobs_field, [blob(values, old) for values in arrays]))
        for layer, arrays in layers.items()
    ]
    path.write_bytes(message((1, name), (field, [*encoded, without])))
    return path


def correlate(maps, kernel, bias):
    """Convolution of Caffe: (in, rows, columns), kernel (out, in, side, side), "same" padding."""
    side, (_, rows, columns) = kernel.shape[2], maps.shape
    pad = side // 2
    maps = np.pad(maps, ((0, 0), (pad, pad), (pad, pad)))
    total = sum(
        np.tensordot(
            kernel[:, :, row, column].astype("float64"),
            maps[:, row : row + rows, column : column + columns],
            1,
        )
        for row in range(side)
        for column in range(side)
    )
    return total + bias.astype("float64").reshape(-1, 1, 1)


def normalize_response(maps):
    """LRN across 5 channels, alpha 1e-4, beta 0.75."""
    result = np.empty_like(maps)
    for channel in range(len(maps)):
        squares = (maps[max(channel - 2, 0) : channel + 3] ** 2).sum(0)
        result[channel] = maps[channel] / (1 + 1e-4 / 5 * squares) ** 0.75
    return result


def pool(maps):
    """Max pooling, 3x3 with stride 2, the number of windows rounded up."""
    rows, columns = (int(np.ceil((length - 3) / 2)) + 1 for length in maps.shape[1:])
    return np.array(
        [
            [
                [one[2 * r : 2 * r + 3, 2 * c : 2 * c + 3].max() for c in range(columns)]
                for r in range(rows)
            ]
            for one in maps
        ]
    )


def deconvolve(maps, kernel):
    """Deconvolution 8x8 with stride 4 and pad 2: every pixel adds its multiple of the kernel."""
    rows, columns = maps.shape[1:]
    total = np.zeros((4 * (rows - 1) + 8, 4 * (columns - 1) + 8))
    for row in range(rows):
        for column in range(columns):
            total[4 * row : 4 * row + 8, 4 * column : 4 * column + 8] += (
                maps[0, row, column] * kernel[0, 0]
            )
    return total[2:-2, 2:-2]


def predict(layers, image):
    """Return the map of an RGB image as the authors' code does, in grey levels / 255."""
    maps = (image[..., ::-1].astype("float64") - (100, 110, 118)) * 0.0078431372549
    maps = maps.transpose(2, 0, 1)
    for number in range(1, 10):
        maps = correlate(maps, *layers[f"conv{number}"])
        if number < 9:
            maps = np.maximum(maps, 0)
        if number == 1:
            maps = normalize_response(maps)
        if number <= 2:
            maps = pool(maps)
    return np.clip(deconvolve(maps, *layers["deconv1"]) * 128 + 127, 0, 255) / 255


def small(monkeypatch, **options):
    monkeypatch.setattr(pan, "DEEP_CONVOLUTIONS", CONVOLUTIONS)
    return build_model("deep_convnet", **{"zero_level": 127, **options})


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Arrays, their file and the map of IMAGE."""
    layers = random_layers(CONVOLUTIONS)
    path = write_caffemodel(tmp_path_factory.mktemp("pan") / "deep.caffemodel", layers)
    return layers, path, predict(layers, IMAGE)


def difference(model, arrays, path, expected):
    """Return the largest difference of the maps, relative to the largest value."""
    assign(model, arrays, path)
    found = np.asarray(model(IMAGE[None]))[0, ..., 0]
    assert found.shape == expected.shape == IMAGE.shape[:2]
    return np.abs(found - expected).max() / expected.max()


def test_the_original_correlates_as_scipy(random):
    maps, kernel = random.normal(size=(2, 6, 7)), random.normal(size=(1, 2, 5, 5))
    expected = sum(correlate2d(maps[c], kernel[0, c], "same") for c in range(2)) + 3
    np.testing.assert_allclose(correlate(maps, kernel, np.array([3]))[0], expected)


@pytest.mark.parametrize("old", [False, True])
def test_imported_weights_give_the_authors_maps(case, monkeypatch, tmp_path, old):
    layers, _, expected = case
    path = write_caffemodel(tmp_path / "deep.caffemodel", layers, old)
    model = small(monkeypatch)
    found = difference(model, importer.read(path, model), path, expected)
    print(f"deep_convnet: {found:.1e}")
    assert expected.std() > 0.1 and 0.01 < (expected == 1).mean() < 0.5
    assert found < 1e-5


def of_kernels(change):
    return lambda values: change(values) if values.ndim == 4 else values


MUTATIONS = {
    "turned around": of_kernels(lambda kernel: kernel[:, :, ::-1, ::-1].transpose(2, 3, 1, 0)),
    "rows and columns exchanged": of_kernels(lambda kernel: kernel.transpose(3, 2, 1, 0)),
    "order of bytes of the axes": of_kernels(
        lambda kernel: kernel.reshape(*kernel.shape[2:], kernel.shape[1], kernel.shape[0])
    ),
    "deconvolution turned around": of_kernels(
        lambda kernel: (kernel[:, :, ::-1, ::-1] if kernel.shape[2] == 8 else kernel).transpose(
            2, 3, 1, 0
        )
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_importer_fails(case, monkeypatch, mutation):
    _, path, expected = case
    model = small(monkeypatch)
    monkeypatch.setattr(importer, "keras_order", MUTATIONS[mutation])
    found = difference(model, importer.read(path, model), path, expected)
    print(f"deep_convnet, {mutation}: {found:.1e}")
    assert found > 1e-4


def other_means(monkeypatch, model):
    monkeypatch.setattr(preprocessing, "DEEP_CONVNET_MEANS", (118.0, 110.0, 100.0))
    return small(monkeypatch)


def other_alpha(monkeypatch, model):
    model.get_layer("norm1").alpha *= 5  # not divided by the window
    return model


def other_zero_level(monkeypatch, model):
    return small(monkeypatch, zero_level=31)


def no_rounding_up(monkeypatch, model):
    monkeypatch.setattr(
        type(model.get_layer("pool1")),
        "call",
        lambda self, maps: keras.ops.pad(
            keras.ops.max_pool(maps, 3, 2), ((0, 0), (0, 1), (0, 1), (0, 0))
        ),
    )
    return model


@pytest.mark.parametrize("change", [other_means, other_alpha, other_zero_level, no_rounding_up])
def test_another_network_around_the_weights_fails(case, monkeypatch, change):
    _, path, expected = case
    model = change(monkeypatch, small(monkeypatch))
    found = difference(model, importer.read(path, model), path, expected)
    print(f"deep_convnet, {change.__name__}: {found:.1e}")
    assert found > 1e-4


def test_real_shapes(tmp_path):
    layers = random_layers(FULL_CONVOLUTIONS)
    path = write_caffemodel(tmp_path / "deep.caffemodel", layers)
    with keras.StatelessScope(initialize_variables=False):
        model = build_model("deep_convnet", zero_level=127)
    arrays = importer.read(path, model)
    assert sum(array.size for array in arrays.values()) == 25_806_209
    assert path.stat().st_size // 1e6 == 103  # "99 MB", of 2**20 bytes
    assert {path: array.shape for path, array in arrays.items()} == {
        weight.path: tuple(weight.shape) for weight in model.weights
    }
    np.testing.assert_array_equal(
        arrays["conv4/kernel"][1, 2, 3, 4], layers["conv4"][0][4, 3, 1, 2]
    )


def test_files_of_others(case, monkeypatch, tmp_path):
    layers, path, _ = case
    model, other = small(monkeypatch), tmp_path / "other.caffemodel"
    fewer = {name: layers[name] for name in layers if name != "conv9"}
    for changed, problem in (
        (fewer, "holds the network VGG_CNN_M, not the deep ConvNet: compare its layer conv9"),
        ({**layers, "fc8": layers["conv1"]}, "the network VGG_CNN_M.* fc8"),
        ({**layers, "conv9": layers["conv9"][:1]}, "the network VGG_CNN_M.* conv9"),
        ({**layers, "conv3": layers["conv2"]}, "another model's weights: conv3 has the shape"),
    ):
        write_caffemodel(other, changed, name="VGG_CNN_M")
        with pytest.raises(InputError, match=problem) as error:
            importer.read(other, model)
        assert "\n" not in str(error.value)
    encoded = path.read_bytes()
    other.write_bytes(encoded[:-100])
    with pytest.raises(InputError, match="is damaged"):
        importer.read(other, model)
    # A blob that claims more values than it has.
    kernel = layers["deconv1"][0]
    lying = message((1, "deconv1"), (7, message((7, message((1, [1, 1, 8, 8]))), (5, b"abcd"))))
    write_caffemodel(other, {name: layers[name] for name in layers if name != "deconv1"})
    other.write_bytes(other.read_bytes() + message((100, lying)))
    with pytest.raises(InputError, match=f"deconv1 has 1 values, not {kernel.size}"):
        importer.read(other, model)
    huge = message(
        (1, "deconv1"),
        (
            7,
            message((7, message((1, [2**40, 2**40])))),
        ),
    )
    write_caffemodel(other, {name: layers[name] for name in layers if name != "deconv1"})
    other.write_bytes(other.read_bytes() + message((100, huge)))
    with pytest.raises(InputError, match="deconv1 has the shape"):
        importer.read(other, model)

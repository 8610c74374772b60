"""SAM's weights: files in the authors' format against their network in Theano's terms."""

import keras
import numpy as np
import pytest
from scipy.signal import convolve2d
from scipy.special import expit, softmax

from salzoo.models import build_model, preprocessing, sam
from salzoo.models.backbones import resnet50, vgg16
from salzoo.models.importers import assign
from salzoo.models.importers import sam_theano as importer
from salzoo.utils.errors import InputError
from tests.layers.test_legacy_bilinear import upsample_as_theano
from tests.models.importers import theano
from tests.models.importers.keras_files import write_keras_file

MEANS = np.array([103.939, 116.779, 123.68])  # blue, green, red
BLOCKS = ((2, 4), (2, 5), (3, 4), (3, 5), (3, 6))
STAGES = {"conv2": (3, 4), "conv3": (4, 3), "conv4": (6, 2), "conv5": (3, 3)}
FILTERS = 6
FULL_STAGES = resnet50.RESNET50_STAGES
IMAGE = np.random.default_rng(5).uniform(0, 255, (32, 40, 3)).astype("float32")


class Original:
    """A network of the authors' code with random weights.

    Args:
        blocks: convolutions and filters of each block of VGG-16, or None.
        stages: residual blocks and filters of each stage of ResNet-50, or None.
        filters: of the ConvLSTM and what follows.
        draw: function of a shape and a scale to values.
    """

    def __init__(self, blocks=None, stages=None, filters=FILTERS, draw=None):
        random = np.random.default_rng(11)
        self.draw = draw or (lambda shape, scale: random.normal(0, scale, shape).astype("f4"))
        self.layers, self.blocks, self.stages = {"input_1": {}}, blocks, stages
        # Other models of the process took the first numbers.
        self.count = {"convolution2d": 8, "atrousconvolution2d": 8, "learningprior": 8}
        channels = self._vgg() if blocks else self._resnet()
        if stages:
            self._convolution(self._name("convolution2d"), filters, channels, 3)
            channels = filters
        self._convlstm(channels, filters)
        for _ in range(2):
            name = self._name("learningprior")
            values = np.concatenate([np.abs(self.draw(32, 0.5)), np.abs(self.draw(32, 0.4))])
            self.layers[name] = {f"{name}_W": values}
            self._convolution(self._name("atrousconvolution2d"), filters, filters + 16, 5)
        name = self._name("convolution2d")
        self._convolution(name, 1, filters, 1)
        self.layers[name][f"{name}_W"] = np.abs(self.layers[name][f"{name}_W"])

    def _name(self, kind):
        self.count[kind] += 1
        return f"{kind}_{self.count[kind]}"

    def _convolution(self, name, filters, channels, side, scale=1.0):
        scale *= (2 / (channels * side**2)) ** 0.5
        self.layers[name] = {
            f"{name}_W": self.draw((filters, channels, side, side), scale),
            f"{name}_b": self.draw((filters,), 0.1),
        }

    def _vgg(self):
        channels = 3
        for block, (count, filters) in enumerate(self.blocks, start=1):
            for number in range(1, count + 1):
                # The scale of grey levels ends with the first layer.
                scale = 0.2 if (block, number) == (1, 1) else 1.0
                self._convolution(f"block{block}_conv{number}", filters, channels, 3, scale)
                channels = filters
            self.layers[f"block{block}_pool"] = {}
        return channels

    def _resnet(self):
        self._convolution("conv1", 64, 3, 7, 0.2)
        self._normalization("bn_conv1", 64)
        channels = 64
        for stage, (count, filters) in enumerate(self.stages.values(), start=2):
            for block in "abcdef"[:count]:
                for branch, width, source, side in (
                    ("2a", filters, channels, 1),
                    ("2b", filters, filters, 3),
                    ("2c", 4 * filters, filters, 1),
                    ("1", 4 * filters, channels, 1),
                ):
                    if branch != "1" or block == "a":
                        self._convolution(f"res{stage}{block}_branch{branch}", width, source, side)
                        self._normalization(f"bn{stage}{block}_branch{branch}", width)
                channels = 4 * filters
        return channels

    def _normalization(self, name, channels):
        self.layers[name] = {
            f"{name}_gamma": 1 + self.draw((channels,), 0.1),
            f"{name}_beta": self.draw((channels,), 0.1),
            f"{name}_running_mean": self.draw((channels,), 0.1),
            f"{name}_running_std": 0.3 + np.abs(self.draw((channels,), 0.5)),
        }

    def _convlstm(self, channels, filters):
        arrays = self.layers["attentiveconvlstm_3"] = {}
        for gate in "auvifco":  # W_a, U_a and V_a, then W and U of each gate
            for place in "wu" if gate in "aifco" else "v" if gate == "v" else "":
                name = self._name("convolution2d")
                source = filters if (place, gate) == ("w", "a") or place != "w" else channels
                source = channels if (place, gate) == ("u", "a") else source
                shape = (1 if place == "v" else filters, source, 3, 3)
                arrays[f"{name}_W"] = self.draw(shape, 0.3)
                if place != "v":
                    arrays[f"{name}_b"] = self.draw(shape[:1], 0.3)

    def weights(self, name):
        return list(self.layers[name].values())

    def predict(self, image, means=MEANS):
        """Return the map of an RGB image, (rows, columns, 3), as the authors' code computes it."""
        maps = (image[..., ::-1].astype("float64") - means).transpose(2, 0, 1)
        maps = self._vgg_features(maps) if self.blocks else self._resnet_features(maps)
        names = sorted(  # by their numbers, as the authors' network has them
            (name for name in self.layers if name.startswith(("convolution", "atrous", "learn"))),
            key=lambda name: int(name.split("_")[1]),
        )
        convolutions = [name for name in names if name.startswith("convolution")]
        if self.stages:
            maps = theano.relu(theano.convolve(maps, *self.weights(convolutions[0])))
        maps = self._convlstm_state(maps)
        for prior, convolution in zip(
            [name for name in names if name.startswith("learn")],
            [name for name in names if name.startswith("atrous")],
            strict=True,
        ):
            maps = np.concatenate([maps, theano.gaussians(self.weights(prior)[0], *maps.shape[1:])])
            maps = theano.relu(theano.convolve(maps, *self.weights(convolution), dilation=4))
        maps = theano.relu(theano.convolve(maps, *self.weights(convolutions[-1])))
        for axis in (1, 2):
            maps = np.apply_along_axis(upsample_as_theano, axis, maps, 16)
        return maps[0]

    def _vgg_features(self, maps):
        for block, (count, _) in enumerate(self.blocks, start=1):
            for number in range(1, count + 1):
                weights = self.weights(f"block{block}_conv{number}")
                maps = theano.relu(theano.convolve(maps, *weights, dilation=2 if block == 5 else 1))
            if block < 5:
                maps = theano.pool(maps, 2, 2 if block < 4 else 1, same=block > 2)
        return maps

    def _resnet_features(self, maps):
        def layer(maps, name, **options):
            maps = theano.convolve(maps, *self.weights(f"res{name}"), **options)
            return theano.normalize(maps, *self.weights(f"bn{name}"))

        maps = np.pad(maps, ((0, 0), (3, 3), (3, 3)))
        maps = theano.convolve(maps, *self.weights("conv1"), stride=2, valid=True)
        maps = theano.relu(theano.normalize(maps, *self.weights("bn_conv1")))
        maps = theano.pool(maps, 3, 2, same=True)
        for stage, (count, _) in enumerate(self.stages.values(), start=2):
            for block in "abcdef"[:count]:
                stride, name = 2 if (stage, block) == (3, "a") else 1, f"{stage}{block}_branch"
                shortcut = layer(maps, f"{name}1", stride=stride) if block == "a" else maps
                maps = theano.relu(layer(maps, f"{name}2a", stride=stride))
                dilation = {4: 2, 5: 4}.get(stage, 1)
                maps = theano.relu(layer(maps, f"{name}2b", dilation=dilation))
                maps = theano.relu(layer(maps, f"{name}2c") + shortcut)
        return maps

    def _convlstm_state(self, maps):
        arrays = iter(self.weights("attentiveconvlstm_3"))
        convolutions = {}
        for name in ("Wa", "Ua", "Va", "Wi", "Ui", "Wf", "Uf", "Wc", "Uc", "Wo", "Uo"):
            convolutions[name] = next(arrays), None if name == "Va" else next(arrays)

        def convolve(maps, name):
            return theano.convolve(maps, *convolutions[name])

        state = cell = np.zeros((len(convolutions["Ui"][0]), *maps.shape[1:]))
        for _ in range(4):
            energy = convolve(np.tanh(convolve(state, "Wa") + convolve(maps, "Ua")), "Va")
            seen = maps * softmax(energy)
            enter, keep, new, leave = (
                convolve(seen, f"W{gate}") + convolve(state, f"U{gate}") for gate in "ifco"
            )
            cell = expit(keep) * cell + expit(enter) * np.tanh(new)
            state = expit(leave) * np.tanh(cell)
        return state


def small(monkeypatch, name):
    """Build a SAM with few filters."""
    monkeypatch.setattr(sam, "FILTERS", FILTERS)
    monkeypatch.setattr(vgg16, "VGG16_BLOCKS", BLOCKS)
    monkeypatch.setattr(resnet50, "RESNET50_STAGES", STAGES)
    return build_model(name)


PARTS = {"sam_vgg": {"blocks": BLOCKS}, "sam_resnet": {"stages": STAGES}}


@pytest.fixture(scope="module", params=PARTS)
def case(request, tmp_path_factory):
    """Our model, the original network, its file and the map of IMAGE."""
    original = Original(**PARTS[request.param])
    path = tmp_path_factory.mktemp("sam") / f"{request.param}_salicon_weights.pkl"
    write_keras_file(path, original.layers)
    with pytest.MonkeyPatch.context() as patch:
        model = small(patch, request.param)
    return model, original, path, original.predict(IMAGE)


def difference(model, arrays, path, expected):
    """Return the largest difference of the maps, relative to the largest value."""
    assign(model, arrays, path)
    found = np.asarray(model(IMAGE[None]))[0, ..., 0]
    assert found.shape == expected.shape == (64, 80)
    return np.abs(found - expected).max() / expected.max()


def test_the_original_convolves_as_scipy(random):
    maps, kernel = random.normal(size=(2, 6, 7)), random.normal(size=(3, 2, 3, 5))
    expected = [
        sum(convolve2d(one, part, "same") for one, part in zip(maps, each, strict=True))
        for each in kernel
    ]
    np.testing.assert_allclose(theano.convolve(maps, kernel), expected)


def test_imported_weights_give_the_authors_maps(case):
    model, _, path, expected = case
    found = difference(model, importer.read(path, model), path, expected)
    print(f"{model.name}: {found:.1e}")
    assert expected.std() > 0.05 * expected.max()
    assert found < 1e-5


def test_file_of_a_whole_model(case, tmp_path):
    model, original, path, expected = case
    write_keras_file(tmp_path / "whole.pkl", original.layers, whole_model=True)
    arrays = importer.read(tmp_path / "whole.pkl", model)
    assert difference(model, arrays, path, expected) < 1e-5


def without_flip(kernel):
    return kernel.transpose(2, 3, 1, 0)


def with_rows_and_columns_exchanged(kernel):
    return kernel[:, :, ::-1, ::-1].transpose(3, 2, 1, 0)


def flipped_along_rows_alone(kernel):
    return kernel[:, :, ::-1].transpose(2, 3, 1, 0)


CONVOLUTIONS = importer.CONVOLUTIONS
EXCHANGED = ("U_a", "W_a", *CONVOLUTIONS[2:])
MUTATIONS = {
    "no flip": ("correlation_kernel", without_flip),
    "one axis flipped": ("correlation_kernel", flipped_along_rows_alone),
    "rows and columns exchanged": ("correlation_kernel", with_rows_and_columns_exchanged),
    "gates in another order": ("GATES", "ifoc"),
    "forget and input gates exchanged": ("GATES", "fico"),
    "W_a and U_a exchanged": ("CONVOLUTIONS", EXCHANGED),
    "W and U of the gates exchanged": (
        "CONVOLUTIONS",
        tuple(
            name if name[2] in "a" else {"W": "U", "U": "W"}[name[0]] + name[1:]
            for name in CONVOLUTIONS
        ),
    ),
    "priors exchanged": (
        "OTHER_NAMES",
        {**importer.OTHER_NAMES, "prior1": "learningprior_2", "prior2": "learningprior_1"},
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_importer_fails(case, monkeypatch, mutation):
    model, _, path, expected = case
    monkeypatch.setattr(importer, *MUTATIONS[mutation])
    found = difference(model, importer.read(path, model), path, expected)
    print(f"{model.name}, {mutation}: {found:.1e}")
    assert found > 1e-4


def test_other_means_fail(case, monkeypatch):
    model, _, path, expected = case
    monkeypatch.setattr(preprocessing, "IMAGENET_MEANS", tuple(MEANS[::-1]))
    model = small(monkeypatch, model.name)
    assert difference(model, importer.read(path, model), path, expected) > 1e-4


@pytest.mark.parametrize("name", PARTS)
def test_real_shapes(name, tmp_path):
    """The published files have these names and shapes, and nothing else."""

    def zeros(shape, scale):
        return np.zeros(shape, "float32")

    parts = {
        "sam_vgg": {"blocks": ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))},
        "sam_resnet": {"stages": FULL_STAGES},
    }
    original = Original(**parts[name], filters=512, draw=zeros)
    write_keras_file(tmp_path / "weights.pkl", original.layers)
    with keras.StatelessScope(initialize_variables=False):
        model = build_model(name)
    arrays = importer.read(tmp_path / "weights.pkl", model)
    count = {"sam_vgg": 51_835_841, "sam_resnet": 70_146_561}[name]
    assert sum(array.size for array in arrays.values()) == count
    assert {path: array.shape for path, array in arrays.items()} == {
        weight.path: tuple(weight.shape) for weight in model.weights
    }


def edited(original, path, edit):
    layers = {name: dict(arrays) for name, arrays in original.layers.items()}
    edit(layers)
    write_keras_file(path, layers)
    return path


def other_shape(layers):
    arrays = layers["attentiveconvlstm_3"]
    arrays["convolution2d_9_W"] = np.zeros((1, 1, 3, 3), "float32")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda layers: layers.pop("learningprior_9"), "another model.*lacks learningprior_2"),
        (lambda layers: layers.update(dense_1={"W": np.ones(2)}), "another model.*dense_1 besides"),
        (lambda layers: layers["learningprior_9"].update(b=np.ones(2)), "2 arrays, not 1"),
        (lambda layers: layers["learningprior_9"].update(learningprior_9_W=np.ones(65)), "shape"),
        (
            lambda layers: layers["learningprior_9"].update(learningprior_9_W=np.ones(64, "int32")),
            "no decimal numbers",
        ),
    ],
)
def test_files_of_other_networks(monkeypatch, tmp_path, edit, message):
    original = Original(blocks=BLOCKS)
    path = edited(original, tmp_path / "w.pkl", edit)
    model = small(monkeypatch, "sam_vgg")
    with pytest.raises(InputError, match=message) as error:
        importer.read(path, model)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_files_of_other_models_are_named(monkeypatch, tmp_path):
    path = tmp_path / "w.pkl"
    write_keras_file(path, Original(stages=STAGES).layers)
    with pytest.raises(InputError, match="weights of SAM-ResNet, not of SAM-VGG"):
        importer.read(path, small(monkeypatch, "sam_vgg"))
    layers = Original(blocks=BLOCKS).layers
    write_keras_file(path, {name: layers[name] for name in layers if name.startswith("block")})
    with pytest.raises(InputError, match="weights of VGG-16, not of SAM-ResNet"):
        importer.read(path, small(monkeypatch, "sam_resnet"))
    model = small(monkeypatch, "sam_vgg")
    model.save_weights(tmp_path / "ours.weights.h5")
    with pytest.raises(InputError, match="no weights file of Keras 1 or 2"):
        importer.read(tmp_path / "ours.weights.h5", model)
    path.write_bytes(b"\x80\x02cnolearn\n")
    with pytest.raises(InputError, match="cannot be read as HDF5"):
        importer.read(path, model)

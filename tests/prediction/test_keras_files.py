"""`.keras` files and models that merely bear the name of a network of the zoo."""

import json
import zipfile

import keras
import numpy as np
import pytest
from keras import layers

from salzoo.prediction.keras_files import check_network, read_keras_file
from salzoo.prediction.opening import Opened
from salzoo.prediction.predictor import Predictor, check_map, load_model
from salzoo.utils.errors import InputError

IMAGE = np.random.default_rng(0).uniform(0, 255, (12, 16, 3)).astype("float32")


def network(name="msinet", filters=1, size=(None, None), activation="sigmoid"):
    """One convolution that bears a name of the zoo."""
    image = keras.Input((*size, 3), name="image")
    maps = layers.Conv2D(filters, 1, activation=activation, name="saliency")(image)
    return keras.Model(image, maps, name=name)


def two_inputs():
    first, second = keras.Input((None, None, 3)), keras.Input((None, None, 3))
    return keras.Model(
        [first, second], layers.Conv2D(1, 1)(layers.Add()([first, second])), name="msinet"
    )


def dict_of(names, name="asnet"):
    image = keras.Input((None, None, 3))
    return keras.Model(image, {n: layers.Conv2D(1, 1, name=n)(image) for n in names}, name=name)


def flat():
    image = keras.Input((8, 8, 3))
    return keras.Model(image, layers.Dense(4)(layers.Flatten()(image)), name="msinet")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: network(filters=3), "but gives .*None, None, 3.*, not maps"),
        (flat, "but gives .*, not maps"),
        (two_inputs, "but takes .*, not .batch, rows, columns, 3."),
        (lambda: dict_of(["saliency"], "msinet"), "gives .*, not one map"),
        (lambda: dict_of(["fixation"]), "gives .*, not a dict of maps"),
        (lambda: dict_of(["object_1", "secret"]), "gives .*, not maps"),
        (lambda: network("asnet"), "gives .*, not a dict of maps"),
        (lambda: network(size=(30, 41)), "the input 30x41: msinet takes rows and columns that"),
        (lambda: network("unknown"), "holds the network 'unknown', which salzoo does not know"),
    ],
)
def test_other_inputs_or_outputs_are_refused(tmp_path, make, message):
    model = make()
    with pytest.raises(InputError, match=f"^the model[^\n]*{message}"):
        check_network(model, "the model")
    model.save(tmp_path / "file.keras")
    with pytest.raises(InputError, match=f"file.keras[^\n]*{message}"):
        load_model(tmp_path / "file.keras")


def test_networks_of_the_zoo_are_accepted():
    assert check_network(network(), "").name == "msinet"
    assert check_network(dict_of(["object_1", "object_2", "fixation"]), "").name == "asnet"


@pytest.fixture
def saved(tmp_path):
    """A good file."""
    network().save(tmp_path / "good.keras")
    return tmp_path / "good.keras"


def rewritten(path, config=None, compress=zipfile.ZIP_STORED, **parts):
    """Write a copy with another config or more parts; its path."""
    target = path.with_name("changed.keras")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", compress) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json" and config is not None:
                content = json.dumps(config(json.loads(content)))
            new.writestr(name, content)
        for name, content in parts.items():
            new.writestr(name, content)
    return target


def layer(**fields):
    """Return a function that changes the convolution of a config."""

    def change(config):
        part = config["config"]["layers"][1]
        part.update(fields.pop("of_layer", {}))
        part["config"].update(fields)
        return config

    return change


def test_a_good_file_is_read(saved):
    assert read_keras_file(str(saved)).name == "msinet"
    assert read_keras_file(str(rewritten(saved, lambda config: config))).name == "msinet"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (layer(of_layer={"class_name": "Lambda"}), "it holds keras.layers.Lambda"),
        (layer(of_layer={"class_name": "TFSMLayer"}), "it holds keras.layers.TFSMLayer"),
        (layer(of_layer={"module": "os", "class_name": "system"}), "it holds os.system"),
        (layer(of_layer={"module": None}), "it holds None.Conv2D"),
        (layer(filters=10**12), "its config has the number 1000000000000"),
        (lambda config: [], "is no Keras model"),
        (lambda config: {"class_name": []}, "is no Keras model"),
        (lambda config: {}, "is no Keras model"),
    ],
)
def test_configs_name_layers_alone(saved, change, message):
    with pytest.raises(InputError, match="changed.keras is no Keras model [^\n]*") as error:
        load_model(rewritten(saved, change))
    assert message in str(error.value)


def test_archives_hold_their_three_parts_alone(saved):
    with pytest.raises(InputError, match=r"it holds \['../evil', 'config.json'"):
        load_model(rewritten(saved, **{"../evil": b""}))
    with pytest.raises(InputError, match="its parts are compressed"):
        load_model(rewritten(saved, compress=zipfile.ZIP_DEFLATED))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused(tmp_path, value):
    model = network()
    model.layers[1].bias.assign([value])
    model.save(tmp_path / "file.keras")
    with pytest.raises(InputError, match="file.keras has weights that are not finite .*bias"):
        load_model(tmp_path / "file.keras")


def test_maps_that_are_not_finite_are_refused():
    model = network()
    model.layers[1].bias.assign([np.nan])
    with pytest.raises(InputError, match="The model msinet gives a map that is not finite"):
        load_model(model)(IMAGE)


def test_negative_maps_are_refused_and_not_turned_upside_down():
    model = network(activation="linear")
    model.layers[1].set_weights([np.full((1, 1, 3, 1), -0.01), np.zeros(1)])
    for raw in (False, True):
        with pytest.raises(InputError, match="The model msinet gives negative values .down to -"):
            load_model(model, raw=raw)(IMAGE)


def predicting(saliency):
    return Predictor.from_opened(Opened({"model": "mine"}, None, None, saliency))


@pytest.mark.parametrize("shape", [(1, 12, 16, 3), (1, 12, 16), (1, 16, 12, 1), (2, 12, 16, 1), ()])
def test_maps_of_another_shape_are_refused(shape):
    import tensorflow as tf

    with pytest.raises(InputError, match="The model mine gives an output of the shape"):
        predicting(lambda images: tf.zeros(shape))(IMAGE)


def test_an_error_of_tensorflow_is_a_sentence():
    import tensorflow as tf

    with pytest.raises(
        InputError, match="The model mine fails on an image of 12x16 [^\n]*requested"
    ):
        predicting(lambda images: tf.reshape(images, [7]))(IMAGE)


def test_a_good_map_is_returned():
    maps = np.arange(6, dtype="float32").reshape(1, 2, 3, 1)
    np.testing.assert_array_equal(check_map(maps, (2, 3), "x"), maps[0, ..., 0])

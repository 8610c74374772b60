import keras
import numpy as np
import pytest

from salzoo.models import build_model, model_record
from salzoo.utils.errors import InputError
from tests.layers.test_learned_gaussian_prior import maps_of
from tests.layers.test_legacy_bilinear import upsample_as_theano

# Parts of SAM, from the layers of the paper.
VGG = 14_714_688
RESNET = 23_534_592 + 53_120
REDUCE = 9 * 2048 * 512 + 512
CONV_LSTM = 23_602_688
ATTENTION = 2 * (9 * 512 * 512 + 512) + 9 * 512
PRIORS = 2 * (64 + 25 * 528 * 512 + 512)
LAST = 513

TABLES = [
    ({"dilated": False, "convlstm": False, "priors": None}, 0),
    ({"convlstm": False, "priors": None}, 0),
    ({"priors": None}, CONV_LSTM),
    ({"convlstm": False}, PRIORS),
    ({}, CONV_LSTM + PRIORS),
    ({"priors": "mlnet"}, CONV_LSTM + 12),
    *(({"timesteps": steps}, CONV_LSTM + PRIORS) for steps in (1, 2, 3)),
    # In no table.
    ({"attention": False}, CONV_LSTM - ATTENTION + PRIORS),
]


@pytest.fixture(scope="module")
def sam_vgg():
    """SAM-VGG with every weight away from its start, small enough to stay finite."""
    keras.utils.set_random_seed(0)
    model, random = build_model("sam_vgg"), np.random.default_rng(0)
    for layer in model.layers:
        if layer.name.startswith(("attentive", "prior")):
            layer.set_weights(
                [weight + random.normal(0, 0.02, weight.shape) for weight in layer.get_weights()]
            )
    return model


@pytest.mark.parametrize(("options", "beyond"), TABLES)
def test_every_row_of_the_tables_is_a_set_of_options(options, beyond):
    model = build_model("sam_vgg", **options)
    assert model.count_params() == VGG + beyond + LAST
    assert model.compute_output_shape((1, 240, 320, 3)) == (1, 480, 640, 1)
    assert model(np.zeros((1, 33, 47, 3), "float32")).shape == (1, 66, 94, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("options", "beyond"), TABLES)
def test_every_row_of_the_tables_for_resnet(options, beyond):
    model = build_model("sam_resnet", **options)
    # The plain network's 2,048 maps go straight into the last convolution.
    features = REDUCE + LAST if options.get("dilated", True) else 2049
    assert model.count_params() == RESNET + features + beyond
    assert model(np.zeros((1, 33, 47, 3), "float32")).shape == (1, 66, 94, 1)


def test_resnet_trains_what_the_paper_counts():
    model = build_model("sam_resnet")
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert (trainable, model.count_params()) == (70_093_441, 70_093_441 + 53_120)
    assert model.compute_output_shape((1, 180, 320, 3)) == (1, 360, 640, 1)


def test_equals_the_network_written_in_tensorflow_operations(sam_vgg):
    """The authors' graph; ConvLSTM, priors and enlargement have tests of their own."""
    import tensorflow as tf

    def convolve(maps, name, dilation=1):
        kernel, bias = sam_vgg.get_layer(name).get_weights()
        return tf.nn.relu(tf.nn.conv2d(maps, kernel, 1, "SAME", dilations=dilation) + bias)

    image = np.random.default_rng(3).uniform(0, 255, (1, 24, 40, 3)).astype("float32")
    maps = tf.constant(image[..., ::-1]) - [103.939, 116.779, 123.68]
    for block, count in enumerate((2, 2, 3, 3, 3), start=1):
        for number in range(1, count + 1):
            maps = convolve(maps, f"block{block}_conv{number}", 2 if block == 5 else 1)
        if block in (3, 4):
            maps = tf.pad(maps, ((0, 0), (1, 0), (1, 0), (0, 0)))
        if block < 5:
            maps = tf.nn.max_pool2d(maps, 2, 2 if block < 4 else 1, "VALID")
    assert maps.shape == (1, 3, 5, 512)
    maps = sam_vgg.get_layer("attentive_conv_lstm")(maps)
    for number in (1, 2):
        parameters = sam_vgg.get_layer(f"prior{number}").get_weights()[0]
        gaussians = tf.constant(maps_of(parameters, 3, 5)[None], tf.float32)
        maps = convolve(tf.concat([maps, gaussians], -1), f"prior{number}_conv", 4)
    maps = convolve(maps, "saliency_conv").numpy()
    for axis in (1, 2):
        maps = np.apply_along_axis(upsample_as_theano, axis, maps, 16)
    output = np.asarray(sam_vgg(image))
    assert output.max() > 0
    np.testing.assert_allclose(output, maps, atol=1e-4 * maps.max())


def test_earlier_steps_take_the_weights_of_one_training(sam_vgg, tmp_path):
    """Table IV: the first step's state is not the last one's, and nothing else differs."""
    sam_vgg.save_weights(tmp_path / "run.weights.h5")
    first = build_model("sam_vgg", timesteps=1)
    first.load_weights(tmp_path / "run.weights.h5")
    image = np.random.default_rng(0).uniform(0, 255, (1, 16, 24, 3)).astype("float32")
    layer = sam_vgg.get_layer("attentive_conv_lstm")
    config = {**layer.get_config(), "return_sequence": True}
    features = keras.Model(sam_vgg.input, layer.input)(image)
    every = type(layer).from_config(config)
    every.build(features.shape)
    every.set_weights(layer.get_weights())
    states = every(features)
    at_first = keras.Model(first.input, first.get_layer("attentive_conv_lstm").output)(image)
    np.testing.assert_allclose(states[:, 0], at_first, atol=1e-5)
    np.testing.assert_allclose(states[:, 3], layer(features), atol=1e-5)
    assert np.abs(np.asarray(first(image)) - np.asarray(sam_vgg(image))).max() > 1e-4


@pytest.mark.parametrize("seed", range(3))
def test_no_start_is_silent(seed):
    keras.utils.set_random_seed(seed)
    model = build_model("sam_vgg", convlstm=False, priors=None)
    image = np.random.default_rng(seed).uniform(0, 255, (1, 32, 32, 3)).astype("float32")
    assert np.asarray(model(image)).min() > 0


def test_unusable_options():
    with pytest.raises(InputError, match="sam_vgg: timesteps=5: give 1, 2, 3 or 4"):
        build_model("sam_vgg", timesteps=5)
    with pytest.raises(InputError, match="priors='centre': give gaussian, mlnet or null"):
        build_model("sam_resnet", priors="centre")
    with pytest.raises(InputError, match="attention='no': give true or false"):
        build_model("sam_vgg", attention="no")
    with pytest.raises(InputError, match=r"sam_vgg: timesteps=2.0: give 1"):
        build_model("sam_vgg", timesteps=2.0)
    with pytest.raises(InputError, match="timesteps is the ConvLSTM's; leave it or convlstm=False"):
        build_model("sam_vgg", timesteps=2, convlstm=False)
    with pytest.raises(InputError, match="sam_resnet: attention is the ConvLSTM's"):
        build_model("sam_resnet", attention=False, convlstm=False)
    with pytest.raises(InputError, match="input_shape"):
        build_model("sam_vgg", input_shape=(240, 320, 1))


def test_recipes():
    vgg, resnet = model_record("sam_vgg"), model_record("sam_resnet")
    assert vgg.recipe.schedule == "x0.1 every 3 epochs"
    assert resnet.recipe.schedule == "x0.1 every 2 epochs"
    assert vgg.recipe_for("mit1003").input_size == (240, 320)
    assert resnet.recipe_for("cat2000").input_size == (180, 320)


def test_features_of_an_incomplete_vgg_are_as_large_as_trained_ones(partial_vgg16_file, random):
    """Random convolutions of full range would hand on hundreds, which saturate every gate."""
    keras.utils.set_random_seed(0)
    model = build_model(
        "sam_vgg", backbone_weights=str(partial_vgg16_file), input_shape=(48, 64, 3)
    )
    features = keras.Model(model.input, model.get_layer("block5_conv3").output)
    levels = random.integers(0, 256, (2, 3, 4, 3)).repeat(16, axis=1).repeat(16, axis=2)
    maps = np.asarray(features(levels.astype("float32")))
    assert 0.5 < np.sqrt((maps**2).mean()) < 20

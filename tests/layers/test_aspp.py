import numpy as np

from salzoo.layers import ASPP


def convolve(image, kernel, bias, dilation=1):
    """A "same" convolution with ReLU, position by position."""
    rows, columns, _ = image.shape
    size = kernel.shape[0]
    reach = dilation * (size // 2)
    padded = np.pad(image, ((reach, reach), (reach, reach), (0, 0)))
    result = np.empty((rows, columns, kernel.shape[-1]))
    for row in range(rows):
        for column in range(columns):
            window = padded[row : row + 2 * reach + 1 : dilation, :][
                :, column : column + 2 * reach + 1 : dilation
            ]
            window = window[:size, :size]
            result[row, column] = np.tensordot(window, kernel, 3) + bias
    return np.maximum(result, 0)


def test_equals_its_definition(random):
    layer = ASPP(filters=4, dilation_rates=(2, 3))
    image = random.normal(size=(9, 11, 5))
    output = np.asarray(layer(image[None].astype("float32")))[0]
    weights = [random.normal(size=weight.shape) for weight in layer.get_weights()]
    layer.set_weights(weights)
    output = np.asarray(layer(image[None].astype("float32")))[0]

    mean = image.mean(axis=(0, 1), keepdims=True)
    branches = [
        convolve(image, *weights[0:2]),
        convolve(image, *weights[2:4], dilation=2),
        convolve(image, *weights[4:6], dilation=3),
        np.broadcast_to(convolve(mean, *weights[6:8]), (9, 11, 4)),
    ]
    expected = convolve(np.concatenate(branches, axis=-1), *weights[8:10])
    np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-3)


def test_shapes_and_config():
    layer = ASPP.from_config(ASPP(8, (4, 8, 12), name="pyramid").get_config())
    assert layer.compute_output_shape((None, None, None, 3)) == (None, None, None, 8)
    assert layer.dilation_rates == (4, 8, 12)
    layer.build((None, None, None, 3))
    assert [len(weight.shape) for weight in layer.weights] == [4, 1] * 6

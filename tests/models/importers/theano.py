"""Arithmetic of Keras 1 on Theano, in float64 on maps (channels, rows, columns)."""

import numpy as np


def convolve(maps, kernel, bias=None, stride=1, dilation=1, valid=False):
    """Theano's `conv2d`: a convolution, whose kernel (out, in, rows, columns) is turned around."""
    kernel, (rows, columns) = np.asarray(kernel, "float64"), kernel.shape[2:]
    if not valid:  # "half"
        pads = ((rows - 1) * dilation // 2, (columns - 1) * dilation // 2)
        maps = np.pad(maps, ((0, 0), *((pad, pad) for pad in pads)))
    height = maps.shape[1] - (rows - 1) * dilation
    width = maps.shape[2] - (columns - 1) * dilation
    total = np.zeros((len(kernel), -(-height // stride), -(-width // stride)))
    for row in range(rows):
        for column in range(columns):
            top, left = (rows - 1 - row) * dilation, (columns - 1 - column) * dilation
            seen = maps[:, top : top + height : stride, left : left + width : stride]
            total += np.tensordot(kernel[:, :, row, column], seen, 1)
    return total if bias is None else total + np.reshape(bias, (-1, 1, 1))


def relu(maps):
    return np.maximum(maps, 0)


def pool(maps, side, stride, same=False):
    """Max pooling of Keras 1: "same" pads on both sides and cuts what is too much."""
    rows, columns = (-(-length // stride) for length in maps.shape[1:])
    if same:
        pad = side - 2 if side % 2 else side - 1
        maps = np.pad(maps, ((0, 0), (pad, pad), (pad, pad)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(maps, (side, side), (1, 2))
    return windows[:, ::stride, ::stride].max((-2, -1))[:, :rows, :columns]


def normalize(maps, gamma, beta, mean, variance):
    """Batch normalization in testing."""
    gamma, beta, mean, variance = (
        np.reshape(part, (-1, 1, 1)).astype("float64") for part in (gamma, beta, mean, variance)
    )
    return gamma * (maps - mean) / np.sqrt(variance + 1e-5) + beta


def gaussians(values, rows, columns):
    """LearningPrior of the authors' code."""
    mu_x, mu_y, sigma_x, sigma_y = np.split(values.astype("float64"), 4)
    mu_x, mu_y = mu_x.clip(0.25, 0.75), mu_y.clip(0.35, 0.65)
    sigma_x, sigma_y = sigma_x.clip(0.1, 0.9), sigma_y.clip(0.2, 0.8)
    e = rows / columns
    y, x = np.meshgrid(
        np.linspace((1 - e) / 2, (1 + e) / 2, rows), np.linspace(0, 1, columns), indexing="ij"
    )
    maps = np.stack(
        [
            np.exp(-((x - a) ** 2 / (2 * c**2 + 1e-7) + (y - b) ** 2 / (2 * d**2 + 1e-7)))
            for a, b, c, d in zip(mu_x, mu_y, sigma_x, sigma_y, strict=True)
        ]
    )
    return maps / maps.max((1, 2), keepdims=True)

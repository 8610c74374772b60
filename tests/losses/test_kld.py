import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.losses import KLD, MeanKLD


def kld(truth, prediction, epsilon=1e-7):
    """Eq. 1 of the MSI-Net paper for one pair of maps."""
    truth = truth / (epsilon + truth.sum())
    prediction = prediction / (epsilon + prediction.sum())
    return (truth * np.log(epsilon + truth / (epsilon + prediction))).sum()


def targets(density):
    return np.stack([density, np.zeros_like(density)], axis=-1).astype("float32")


@settings(max_examples=20)
@given(seed=st.integers(0, 999), batch=st.integers(1, 4))
def test_equals_the_equation(seed, batch):
    random = np.random.default_rng(seed)
    truth, prediction = random.random((2, batch, 6, 7)) ** 3
    expected = np.mean([kld(*pair) for pair in zip(truth, prediction, strict=True)])
    result = KLD()(targets(truth), prediction[..., None].astype("float32"))
    assert float(result) == pytest.approx(expected, abs=1e-5)


def test_scale_of_either_map_does_not_matter(random):
    truth, prediction = random.random((2, 1, 20, 20))
    loss = KLD()
    plain = float(loss(targets(truth), prediction[..., None]))
    assert float(loss(targets(truth * 40), prediction[..., None] * 0.3)) == pytest.approx(
        plain, abs=1e-4
    )


def test_falls_as_the_prediction_gets_better(random):
    truth = random.random((1, 12, 12)) ** 4
    losses = [
        float(KLD()(targets(truth), (share * truth + (1 - share) * truth.mean())[..., None]))
        for share in (0.0, 0.3, 0.6, 0.9, 1.0)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_finite_with_gradients_on_empty_and_constant_maps(level):
    import tensorflow as tf

    prediction = tf.Variable(np.full((1, 8, 8, 1), level, "float32"))
    for truth in (np.zeros((1, 8, 8)), np.ones((1, 8, 8))):
        with tf.GradientTape() as tape:
            loss = KLD()(targets(truth), prediction)
        assert np.isfinite(float(loss))
        assert np.isfinite(tape.gradient(loss, prediction).numpy()).all()


def test_config_round_trip():
    loss = keras.losses.deserialize(keras.losses.serialize(KLD(epsilon=1e-5)))
    assert isinstance(loss, KLD) and loss.epsilon == 1e-5


def mean_kld(truth, prediction):
    """Eq. 1 of the ASNet paper, the prediction scaled to the sum of the truth."""
    truth = truth / truth.max()
    prediction = prediction * truth.sum() / prediction.sum()
    return (truth * np.log(truth / prediction)).sum() / (14 * 14)


@settings(max_examples=20)
@given(seed=st.integers(0, 999), scale=st.floats(0.1, 40))
def test_the_mean_over_pixels_equals_the_equation(seed, scale):
    random = np.random.default_rng(seed)
    truth, prediction = random.uniform(0.2, 1, (2, 14, 14)) ** 2
    expected = mean_kld(truth, prediction)
    for factor in (1, scale):  # of either map
        result = MeanKLD()(targets(factor * truth)[None], prediction[None, ..., None])
        assert float(result) == pytest.approx(expected, abs=3e-5)
        result = MeanKLD()(targets(truth)[None], factor * prediction[None, ..., None])
        assert float(result) == pytest.approx(expected, abs=3e-5)
    plain = float(KLD()(targets(truth)[None], prediction[None, ..., None]))
    assert expected == pytest.approx(plain * (truth / truth.max()).mean(), abs=1e-3)


def test_the_mean_over_pixels_has_its_minimum_at_the_truth(random):
    truth = random.uniform(0.01, 1, (1, 14, 14)) ** 3
    printed = [(truth * np.log(truth / other)).mean() for other in (truth, np.ones_like(truth))]
    assert printed[1] < printed[0]  # the equation as it is printed
    same, ones = (
        float(MeanKLD()(targets(truth), other[..., None])) for other in (truth, np.ones_like(truth))
    )
    assert same == pytest.approx(0, abs=1e-5) and ones > 0.01

import keras
import numpy as np
import pytest

from salzoo.training.optimizers import DiscriminativeAdamW, MovingMomentumSGD


@pytest.mark.parametrize("nesterov", [True, False])
def test_equals_the_update_rule_step_by_step(nesterov):
    rates = [0.03, 0.02, 0.01, 0.005, 0.004]
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([0, 1, 2, 3], rates)
    optimizer = MovingMomentumSGD(schedule, 0.9, 0.999, momentum_steps=3, nesterov=nesterov)
    weight = keras.Variable(np.array([1.0, -2.0], "float32"))
    optimizer.build([weight])
    expected, velocity = np.array([1.0, -2.0]), np.zeros(2)
    for step, rate in enumerate(rates):
        gradient = np.array([0.5, -1.0]) * (step + 1)
        momentum = 0.9 + 0.099 * min(1, step / 3)
        velocity = momentum * velocity - rate * gradient
        expected = expected + (momentum * velocity - rate * gradient if nesterov else velocity)
        optimizer.apply([gradient.astype("float32")])
        np.testing.assert_allclose(weight.numpy(), expected, rtol=1e-5)


def test_without_motion_it_is_keras_own():
    weights = [keras.Variable(np.ones(3, "float32")) for _ in range(2)]
    ours = MovingMomentumSGD(0.1, 0.9, 0.9)
    theirs = keras.optimizers.SGD(0.1, 0.9, nesterov=True)
    for optimizer, weight in zip((ours, theirs), weights, strict=True):
        optimizer.build([weight])
        for step in range(4):
            optimizer.apply([np.full(3, step - 1.5, "float32")])
    np.testing.assert_allclose(weights[0].numpy(), weights[1].numpy(), rtol=1e-6)


def test_momentum_may_start_at_nothing():
    optimizer = MovingMomentumSGD(1.0, 0, 0.5, momentum_steps=2, nesterov=False)
    weight = keras.Variable(np.zeros(1, "float32"))
    optimizer.build([weight])
    for expected in (-1, -2.25, -3.875):  # with momenta of 0, 1/4 and 1/2
        optimizer.apply([np.ones(1, "float32")])
        np.testing.assert_allclose(weight.numpy(), expected)


@pytest.mark.parametrize("wrong", [{"momentum_steps": 0}, {"final_momentum": 1.5}])
def test_impossible_momenta_are_refused(wrong):
    with pytest.raises(ValueError, match="final_momentum must be 0..1 and momentum_steps at"):
        MovingMomentumSGD(0.1, **wrong)


def test_config_round_trip():
    optimizer = MovingMomentumSGD(0.1, 0.5, 0.75, 10, nesterov=False)
    twin = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert (twin.momentum, twin.final_momentum, twin.momentum_steps, twin.nesterov) == (
        0.5,
        0.75,
        10,
        False,
    )


def test_discriminative_adamw_is_adamw_with_two_rates(random):
    gradients = [random.normal(size=3).astype("float32") for _ in range(4)]
    start = random.normal(size=3).astype("float32")

    def after(optimizer, name="head"):
        layer = keras.layers.Layer(name=name)
        weight = layer.add_weight(shape=(3,), name="kernel", initializer=lambda *a, **k: start)
        for gradient in gradients:
            optimizer.apply([gradient], [weight])
        return np.asarray(weight)

    def ours():
        return DiscriminativeAdamW(0.1, slow="block_,Conv", slow_factor=0.25, weight_decay=0.0)

    def keras_own(rate):
        return keras.optimizers.AdamW(rate, weight_decay=0.0)

    np.testing.assert_allclose(after(ours()), after(keras_own(0.1)), rtol=1e-6)
    for name in ("block_1_expand", "Conv1"):
        np.testing.assert_allclose(after(ours(), name), after(keras_own(0.025)), rtol=1e-6)
    assert DiscriminativeAdamW.from_config(ours().get_config()).slow == "block_,Conv"
    with pytest.raises(ValueError, match="slow_factor"):
        DiscriminativeAdamW(slow_factor=0)

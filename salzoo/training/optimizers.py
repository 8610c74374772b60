"""Optimizers that Keras does not have."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class MovingMomentumSGD(keras.optimizers.SGD):
    """Stochastic gradient descent whose momentum moves linearly from step to step.

    With momentum m(t) = momentum + (final_momentum - momentum) * min(1, t /
    momentum_steps), velocity v = m(t) v - rate * gradient; the weight grows by v,
    or with `nesterov` by m(t) v - rate * gradient (Pan et al.'s shallow network).

    Args:
        learning_rate: float or schedule.
        momentum: at the first step, 0..1.
        final_momentum: after `momentum_steps` steps and from then on.
        momentum_steps: int, at least 1.
        nesterov: look ahead.
        **kwargs: of `keras.optimizers.Optimizer`.

    Raises:
        ValueError: a momentum outside of 0..1, less than one step.
    """

    def __init__(
        self,
        learning_rate=0.01,
        momentum=0.9,
        final_momentum=0.999,
        momentum_steps=1,
        nesterov=True,
        **kwargs,
    ):
        super().__init__(learning_rate, momentum=float(momentum), nesterov=nesterov, **kwargs)
        if not 0 <= final_momentum <= 1 or momentum_steps < 1:
            raise ValueError("final_momentum must be 0..1 and momentum_steps at least 1.")
        self.final_momentum = final_momentum
        self.momentum_steps = momentum_steps

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        # Keras makes none for a momentum of 0, which may be only where this one starts.
        self.momentums = self.momentums or self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient, variable, learning_rate):
        cast = lambda value: ops.cast(value, variable.dtype)  # noqa: E731
        share = ops.minimum(ops.cast(self.iterations, "float32") / self.momentum_steps, 1.0)
        momentum = cast(self.momentum + (self.final_momentum - self.momentum) * share)
        push = cast(learning_rate) * cast(gradient)
        velocity = self.momentums[self._get_variable_index(variable)]
        self.assign(velocity, momentum * velocity - push)
        self.assign_add(variable, momentum * velocity - push if self.nesterov else velocity)

    def get_config(self):
        return {
            **super().get_config(),
            "final_momentum": self.final_momentum,
            "momentum_steps": self.momentum_steps,
        }


@keras.saving.register_keras_serializable(package="salzoo")
class DiscriminativeAdamW(keras.optimizers.AdamW):
    """AdamW that moves some layers slower than the others.

    Layers that come trained have less to learn, and more to lose, than new ones (Howard
    and Ruder, Universal language model fine-tuning for text classification, ACL 2018).

    Args:
        learning_rate: float or schedule.
        slow: beginnings of the names of the slow layers, separated by commas.
        slow_factor: of their learning rate, above 0.
        **kwargs: of `keras.optimizers.AdamW`.

    Raises:
        ValueError: a factor of 0 or less.
    """

    def __init__(self, learning_rate=0.001, slow="", slow_factor=0.1, **kwargs):
        super().__init__(learning_rate, **kwargs)
        if not slow_factor > 0:
            raise ValueError("slow_factor must be above 0.")
        self.slow = slow
        self.slow_factor = slow_factor

    def update_step(self, gradient, variable, learning_rate):
        beginnings = tuple(name for name in self.slow.split(",") if name)
        # TensorFlow's own variables, which come here, do not know their layer.
        path = self._trainable_variables[self._get_variable_index(variable)].path
        factor = self.slow_factor if path.startswith(beginnings) else 1.0
        super().update_step(gradient, variable, learning_rate * factor)

    def get_config(self):
        return {**super().get_config(), "slow": self.slow, "slow_factor": self.slow_factor}

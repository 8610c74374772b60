"""Optimizers of the papers that Keras does not have."""

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

"""Optimizers that Keras does not have."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class MovingMomentumSGD(keras.optimizers.SGD):
    """Stochastic gradient descent with a momentum that changes linearly with the step.

    The momentum of step t is m(t) = momentum + (final_momentum - momentum) * min(1, t /
    momentum_steps), the velocity v = m(t) v - rate * gradient. The weight is increased by
    v, or with `nesterov` by m(t) v - rate * gradient (Pan et al.'s shallow network).

    Args:
        learning_rate: float or schedule.
        momentum: of the first step, 0..1.
        final_momentum: from step `momentum_steps` on, 0..1.
        momentum_steps: number of steps, at least 1.
        nesterov: whether to apply Nesterov momentum.
        **kwargs: of `keras.optimizers.Optimizer`.

    Raises:
        ValueError: a momentum outside of 0..1, or less than one step.
    """

    def __init__(
        self,
        learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 0.01,
        momentum: float = 0.9,
        final_momentum: float = 0.999,
        momentum_steps: int = 1,
        nesterov: bool = True,
        **kwargs: object,
    ) -> None:
        super().__init__(learning_rate, momentum=float(momentum), nesterov=nesterov, **kwargs)
        if not 0 <= final_momentum <= 1 or momentum_steps < 1:
            raise ValueError("final_momentum must be 0..1 and momentum_steps at least 1.")
        self.final_momentum = final_momentum
        self.momentum_steps = momentum_steps

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Create the velocities of the variables."""
        if self.built:
            return
        super().build(variables)
        # Keras creates none for a momentum of 0, which may be the initial value only.
        if not self.momentum:
            self.momentums = self.add_optimizer_variables(variables, "momentum")

    def update_step(
        self,
        gradient: keras.KerasTensor,
        variable: keras.Variable,
        learning_rate: keras.KerasTensor,
    ) -> None:
        """Update a variable by its gradient."""
        cast = lambda value: ops.cast(value, variable.dtype)  # noqa: E731
        share = ops.minimum(ops.cast(self.iterations, "float32") / self.momentum_steps, 1.0)
        momentum = cast(self.momentum + (self.final_momentum - self.momentum) * share)
        push = cast(learning_rate) * cast(gradient)
        velocity = self.momentums[self._get_variable_index(variable)]
        self.assign(velocity, momentum * velocity - push)
        self.assign_add(variable, momentum * velocity - push if self.nesterov else velocity)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {
            **super().get_config(),
            "final_momentum": self.final_momentum,
            "momentum_steps": self.momentum_steps,
        }


@keras.saving.register_keras_serializable(package="salzoo")
class DiscriminativeAdamW(keras.optimizers.AdamW):
    """AdamW with a lower learning rate for some layers: discriminative fine-tuning.

    Pretrained layers need smaller steps than new ones (Howard and Ruder, Universal
    language model fine-tuning for text classification, ACL 2018).

    Args:
        learning_rate: float or schedule.
        slow: prefixes of the names of the slow layers, separated by commas.
        slow_factor: factor of their learning rate, above 0.
        **kwargs: of `keras.optimizers.AdamW`.

    Raises:
        ValueError: a factor of 0 or less.
    """

    def __init__(
        self,
        learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 0.001,
        slow: str = "",
        slow_factor: float = 0.1,
        **kwargs: object,
    ) -> None:
        super().__init__(learning_rate, **kwargs)
        if not slow_factor > 0:
            raise ValueError("slow_factor must be above 0.")
        self.slow = slow
        self.slow_factor = slow_factor

    def update_step(
        self,
        gradient: keras.KerasTensor,
        variable: keras.Variable,
        learning_rate: keras.KerasTensor,
    ) -> None:
        """Update a variable by its gradient."""
        prefixes = tuple(name for name in self.slow.split(",") if name)
        # `variable` is TensorFlow's own, without the path of its layer.
        path = self._trainable_variables[self._get_variable_index(variable)].path
        factor = self.slow_factor if path.startswith(prefixes) else 1.0
        super().update_step(gradient, variable, learning_rate * factor)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "slow": self.slow, "slow_factor": self.slow_factor}

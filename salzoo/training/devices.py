"""The devices that share the batches of a training."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from salzoo.training.parameters import ALL
from salzoo.training.processes import Watchdog
from salzoo.utils.backend import JAX
from salzoo.utils.errors import InputError
from salzoo.utils.wording import counted


@dataclass(frozen=True)
class Devices:
    """The devices of a training.

    Attributes:
        count: their number.
        strategy: of TensorFlow or distribution of Keras on JAX, which shares the batches among
            them; None on one device.
        process: number of this process, from 0.
        processes: number of processes, which have equal shares of the devices.
        watchdog: of the processes, or None.
    """

    count: int = 1
    strategy: Any = None
    process: int = 0
    processes: int = 1
    watchdog: Watchdog | None = None

    @property
    def writes(self) -> bool:
        """Whether this process writes the run, which only the first one does."""
        return self.process == 0

    def check_same(self, what: str) -> None:
        """Check that all processes train the same.

        Args:
            what: that must be the same.

        Raises:
            InputError: it is not.
        """
        if self.processes == 1:
            return
        from jax.experimental.multihost_utils import process_allgather

        mine = np.frombuffer(hashlib.sha256(what.encode()).digest(), "uint32")
        if (np.asarray(process_allgather(mine)) != mine).any():
            raise InputError(
                "The processes do not train the same: give all of them the same flags and images, "
                "and a `run_dir` that they share."
            )

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Provide a context in which models are built for and trained on these devices."""
        with self.strategy.scope() if self.strategy else contextlib.nullcontext():
            yield

    def describe(self, batch_size: int) -> list[str]:
        """Return a line about the division of a batch for the terminal, none for one device.

        Args:
            batch_size: images per step, of all devices together.
        """
        share = counted(batch_size // self.count, "image")
        return [f"devices           {self.count}, each {share} of a batch"] * (self.count > 1)


ONE_DEVICE = Devices()


@contextlib.contextmanager
def without_distribution() -> Iterator[None]:
    """Provide a context in which one of several processes of JAX makes variables for itself."""
    distribution = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(distribution)


def find_devices(wanted: int | str | None) -> Devices:
    """Return the devices to train on.

    Args:
        wanted: number of this machine's GPUs, or of its (logical) CPUs where it has none; "all";
            None: the first of them, as without a strategy.

    Raises:
        InputError: there are fewer.
    """
    if wanted is None:
        return ONE_DEVICE
    jax = keras.backend.backend() == JAX
    if jax:
        names = keras.distribution.list_devices()
        kind = names[0].split(":")[0].upper()
    else:
        kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        names = [device.name for device in tf.config.list_logical_devices(kind)]
    count = len(names) if wanted == ALL else int(wanted)
    if count > len(names):
        raise InputError(f"`devices` {count}: this machine has {counted(len(names), kind)}.")
    if count == 1:
        return ONE_DEVICE
    if jax:
        return Devices(count, _data_parallel(names[:count]))
    # On CPUs the default, a ring of collective operations, waits forever where cores are few.
    sums = tf.distribute.ReductionToOneDevice() if kind == "CPU" else None
    return Devices(count, tf.distribute.MirroredStrategy(names[:count], sums))


def devices_of_processes(watchdog: Watchdog) -> Devices:
    """Return the devices of all processes of a training.

    Args:
        watchdog: of the processes, from `salzoo.training.processes.joined`.

    Raises:
        InputError: the processes have different numbers of devices.
    """
    import jax

    names = keras.distribution.list_devices()
    if jax.local_device_count() * watchdog.processes != len(names):
        raise InputError(
            f"The {watchdog.processes} processes have {len(names)} devices, this one "
            f"{jax.local_device_count()}; give all the same number (CUDA_VISIBLE_DEVICES)."
        )
    return Devices(
        len(names), _data_parallel(names), watchdog.process, watchdog.processes, watchdog
    )


def _data_parallel(names: list[str]) -> keras.distribution.DataParallel:
    # The batches of each process are its own already.
    return keras.distribution.DataParallel(devices=names, auto_shard_dataset=False)

"""What comes before a training: the backend, other processes, the config and the devices."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from salzoo.training.processes import Place, joined
from salzoo.training.stored_backend import stored_backend
from salzoo.utils.backend import JAX, choose_backend
from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    from salzoo.training.config import RunConfig
    from salzoo.training.devices import Devices


@contextlib.contextmanager
def launched(
    parameters: Mapping[str, Any],
    run_dir: str | os.PathLike[str] | None,
    resume: bool,
    devices: int | str | None,
    distributed: Place | None,
) -> Iterator[tuple[RunConfig, str, Devices]]:
    """Provide a context to train in; keras is imported in it.

    Args:
        parameters: of the training by name, None for what is not given.
        run_dir: folder of the run, or None.
        resume: whether the run is resumed.
        devices: see `salzoo.train`.
        distributed: see `salzoo.train`.

    Yields:
        The config, the folder of the run, and the devices.

    Raises:
        InputError: unusable parameters, or they contradict each other.
    """
    stored = stored_backend(run_dir) if resume else None
    backend = choose_backend(parameters.get("backend"), stored)
    if distributed is None:
        config, folder = _config_and_folder(parameters, backend, run_dir, resume)
        from salzoo.training.devices import find_devices
        from salzoo.training.parameters import check_devices

        yield config, folder, find_devices(check_devices(devices))
        return
    if backend != JAX:
        raise InputError("`distributed` runs on JAX: add `backend` jax.")
    if run_dir is None:
        raise InputError("`distributed` needs `run_dir`: a folder that all processes share.")
    if devices is not None:
        raise InputError("`distributed` takes all devices of its processes: leave `devices` out.")
    with joined(distributed) as watchdog:  # before JAX computes anything
        config, folder = _config_and_folder(parameters, backend, run_dir, resume)
        from salzoo.training.devices import devices_of_processes

        yield config, folder, devices_of_processes(watchdog)


def _config_and_folder(
    parameters: Mapping[str, Any],
    backend: str,
    run_dir: str | os.PathLike[str] | None,
    resume: bool,
) -> tuple[RunConfig, str]:
    from salzoo.training.config import new_config, resumed_config
    from salzoo.training.parameters import check_parameters
    from salzoo.training.run import free_run_dir

    folder = None if run_dir is None else os.fspath(run_dir)
    given = check_parameters({**parameters, "backend": backend})
    config = resumed_config(folder, given) if resume else new_config(given)
    return config, folder or free_run_dir(config)

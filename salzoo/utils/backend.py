"""Choice of the Keras backend, before keras is imported."""

import importlib.util
import os
import sys

from salzoo.utils.errors import InputError, unknown_name

TENSORFLOW, JAX = BACKENDS = ("tensorflow", "jax")
VARIABLE = "KERAS_BACKEND"


def check_backend(name: str, value: object) -> str:
    """Return the name of a backend.

    Args:
        name: the parameter, for the message.
        value: what is checked.

    Raises:
        InputError: it is none.
    """
    if value not in BACKENDS:
        raise unknown_name(f"`{name}`", value, BACKENDS)
    return str(value)


def choose_backend(given: str | None, stored: str | None = None) -> str:
    """Select the backend of a training for this process.

    Args:
        given: "tensorflow", "jax" or None: $KERAS_BACKEND, else that of keras if it is imported
            already, else tensorflow.
        stored: that of the run that is resumed, or None.

    Returns:
        The backend, with which keras is imported from now on.

    Raises:
        InputError: the backends contradict each other, or jax is not installed.
    """
    if given is not None:
        check_backend("backend", given)
    if None not in (given, stored) and given != stored:
        raise InputError(
            f"`backend` {given}: this run was started with {stored}; leave the parameter out to "
            "resume, or start a new run."
        )
    keras = sys.modules.get("keras")
    loaded = keras.backend.backend() if keras else None
    variable = os.environ.get(VARIABLE)
    backend = stored or given or variable or loaded or TENSORFLOW
    if backend not in BACKENDS:
        raise InputError(f"{VARIABLE} is {backend}: trainings run on tensorflow or jax; unset it.")
    if variable not in (None, backend):
        of_run = "this run was started with" if stored else "`backend` is"
        raise InputError(f"{VARIABLE} is {variable}, but {of_run} {backend}; unset it.")
    if loaded not in (None, backend):
        raise InputError(
            f"`backend` {backend}: this process has imported keras with {loaded}; set "
            f"{VARIABLE}={backend} before it starts."
        )
    if backend == JAX and importlib.util.find_spec("jax") is None:
        raise InputError("`backend` jax: jax is not installed; pip install 'salzoo[jax]'.")
    os.environ[VARIABLE] = backend
    return backend

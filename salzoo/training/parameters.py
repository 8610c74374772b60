"""The parameters of a training, each with the function that checks its value."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from salzoo.utils import validators
from salzoo.utils.backend import check_backend
from salzoo.utils.errors import unknown_name

Check = Callable[[str, Any], Any]

# More of either is a slip of the keyboard; steps are counted in 32 bits.
MAX_COUNT, MAX_BATCH = 1_000_000, 10_000

# Value of `devices` for all of a machine.
ALL = "all"

_positive_int = partial(validators.check_number, lowest=1, highest=MAX_COUNT, whole=True)
_fraction = partial(validators.check_number, lowest=0, highest=1)

# Parameters that change the recipe; with the options below, one for each field of `Recipe`.
RECIPE: dict[str, Check] = {
    "loss": validators.check_text,
    "optimizer": validators.check_text,
    "learning_rate": partial(validators.check_number, lowest=0, open_below=True),
    "batch_size": partial(validators.check_number, lowest=1, highest=MAX_BATCH, whole=True),
    "epochs": _positive_int,
    "input_size": validators.check_size,
    "sigma": validators.check_sigma,
    "flip": validators.check_bool,
    "rotate": partial(validators.check_number, lowest=0, highest=180),
    "zoom": _fraction,
    "colour": _fraction,
    "schedule": validators.check_text,
    "patience": _positive_int,
    "validate_every": _positive_int,
    "backbone_weights": validators.check_text,
}
# Fields of the recipe that have options of their own.
WITH_OPTIONS = ("optimizer", "loss")
# Parameters of the run beside the recipe.
RUN: dict[str, Check] = {
    "model": validators.check_text,
    "dataset": validators.check_text,
    "protocol": validators.check_text,
    "mix": validators.check_weights,
    "fit_mode": validators.check_fit_mode,
    "seed": validators.check_seed,
    "limit_train": _positive_int,
    "limit_val": _positive_int,
    "mixed_precision": validators.check_bool,
    "backend": check_backend,
}
OPTIONS: dict[str, Check] = dict.fromkeys(
    ("model_options", "dataset_options", *(f"{name}_options" for name in WITH_OPTIONS)),
    validators.check_dict,
)
PATHS: dict[str, Check] = dict.fromkeys(("data_dir", "init_from"), validators.check_text)
PARAMETERS: dict[str, Check] = {**RUN, **RECIPE, **PATHS, **OPTIONS}


def check_devices(value: Any) -> int | str | None:
    """Return a number of devices, "all" or None.

    Args:
        value: as it was given.

    Raises:
        InputError: it is none of these.
    """
    return value if value in (None, ALL) else _positive_int("devices", value)


def check_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check the parameters of a training one by one.

    Args:
        given: values by name; None for a parameter that is not given.

    Returns:
        The values in the types of `RunConfig` and `Recipe`; None stays None.

    Raises:
        InputError: an unknown name or an unusable value.
    """
    for name in given:
        if name not in PARAMETERS:
            raise unknown_name("keyword of salzoo.train", name, PARAMETERS)
    return {
        name: None if value is None else PARAMETERS[name](name, value)
        for name, value in given.items()
    }

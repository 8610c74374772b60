"""`.keras` files and Keras models, checked against the record of the network that they name.

A `.keras` file is data as long as its config names layers of Keras and salzoo alone: that is
checked before Keras builds anything. What it holds need not be a network of the zoo, whatever
its name is: inputs and outputs are compared with those that a network of this name has.
"""

from __future__ import annotations

import re
import zipfile
from typing import Any

import keras

from salzoo.models import MODELS, check_finite, model_record
from salzoo.models.record import ModelRecord
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.hdf5_files import open_hdf5_stream
from salzoo.utils.json_files import SIZE_LIMIT, parse_json
from salzoo.utils.regular_files import open_regular

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
PARTS = {"metadata.json", CONFIG, WEIGHTS}
# Modules whose classes a config may name; those of salzoo are below salzoo.layers.
MODULES = {"keras", "keras.constraints", "keras.initializers", "keras.layers"}
MODULES |= {"keras.regularizers", "keras.src.models.functional"}
CODE = {"Lambda", "TFSMLayer"}
# Largest number of units, rows or filters of a layer.
LARGEST = 1_000_000


def read_keras_file(path: str) -> keras.Model:
    """Read a `.keras` file without running code that it may contain.

    Args:
        path: of the file.

    Returns:
        The network, not compiled.

    Raises:
        InputError: it is damaged, holds no network of the zoo, or something else than layers of
            Keras and salzoo.
    """
    import salzoo.layers  # noqa: F401, so that Keras knows them

    try:
        _check_archive(path)
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # zipfile, h5py, json and Keras raise many kinds
        reason = shorten((str(error).strip() or type(error).__name__).splitlines()[0], 300)
        raise InputError(
            f"{path} is no Keras model that can be read safely ({reason}); save it again "
            "with model.save, from layers of Keras and salzoo alone."
        ) from error
    check_network(model, path)
    check_finite(model, path)
    return model


def check_network(model: keras.Model, where: str) -> ModelRecord:
    """Check that a network takes and gives what the network of its name in the zoo does.

    Args:
        model: any Keras model.
        where: it comes from, for the message.

    Returns:
        The record of its name.

    Raises:
        InputError: there is no such name, or inputs or outputs differ.
    """
    if model.name not in MODELS:
        raise InputError(
            f"{where} holds the network '{shorten(model.name)}', which salzoo does not know: give "
            f"one of {', '.join(sorted(MODELS))}, or call it in Python on images that fit it."
        )
    record = model_record(model.name)
    taken = _shapes(model.input)
    if set(taken) != {""} or len(taken[""]) != 4 or taken[""][3] != 3:
        raise _other(where, record, f"takes {shorten(taken)}", "(batch, rows, columns, 3)")
    rows, columns = taken[""][1:3]
    if rows is not None and columns is not None:
        record.check_size(rows, columns, where=f"{where}: the input")
    given = _shapes(model.output)
    several = len(record.task) > 1
    if several != isinstance(model.output, dict) or (several and given.keys() <= {"fixation"}):
        kind = "a dict of maps" if several else "one map"
        raise _other(where, record, f"gives {shorten(given)}", kind)
    names_fit = not several or all(re.fullmatch(r"fixation|object_\d", name) for name in given)
    if not names_fit or any(len(shape) != 4 or shape[3] != 1 for shape in given.values()):
        raise _other(where, record, f"gives {shorten(given)}", "maps (batch, rows, columns, 1)")
    return record


def _other(where: str, record: ModelRecord, found: str, expected: str) -> InputError:
    return InputError(
        f"{where} bears the name {record.name}, but {found}, not {expected}: give it another name "
        "and call it in Python, or save the network of salzoo."
    )


def _shapes(tensors: Any) -> dict[str, tuple[int | None, ...]]:
    """Return {name: shape} of the tensors of a model; "" is the name of a single one."""
    if isinstance(tensors, dict):
        return {str(name): tuple(tensor.shape) for name, tensor in tensors.items()}
    if isinstance(tensors, list | tuple):
        if len(tensors) != 1:
            return {str(number): tuple(tensor.shape) for number, tensor in enumerate(tensors)}
        [tensors] = tensors
    return {"": tuple(tensors.shape)}


def _check_archive(path: str) -> None:
    """Check the parts of a `.keras` file and the classes that its config names."""
    with open_regular(path) as file:
        if not zipfile.is_zipfile(file):  # Keras would report a missing file
            raise ValueError("it is damaged")
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(set(names)) < len(names) or not {CONFIG, WEIGHTS} <= set(names) <= PARTS:
                raise ValueError(f"it holds {shorten(sorted(names))}")
            # Keras stores them as they are; packed, a small file may fill the memory.
            if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
                raise ValueError("its parts are compressed")
            if archive.getinfo(CONFIG).file_size > SIZE_LIMIT:
                raise ValueError("its config is too large")
            config = parse_json(archive.read(CONFIG).decode(), CONFIG)
            config.pop("compile_config", None)
            _check_classes(config)
            with (
                archive.open(WEIGHTS) as weights,
                open_hdf5_stream(weights, WEIGHTS),  # type: ignore[arg-type]
            ):
                pass


def _check_classes(value: Any) -> None:
    """Check that a config names classes of Keras and salzoo alone, and no absurd number."""
    if isinstance(value, dict):
        name, module = value.get("class_name"), value.get("module")
        if name is not None and not _is_known(name, module):
            raise ValueError(f"it holds {shorten(f'{module}.{name}')}")
        # An address in the memory of the program that wrote it.
        value = [item for key, item in value.items() if key != "shared_object_id"]
    if isinstance(value, list):
        for item in value:
            _check_classes(item)
    elif isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(f"its config has the number {value}")


def _is_known(name: object, module: object) -> bool:
    if module is None:
        return name == "__keras_tensor__"
    of_salzoo = isinstance(module, str) and module.startswith("salzoo.layers")
    return isinstance(name, str) and name not in CODE and (of_salzoo or module in MODULES)

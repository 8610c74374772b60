"""Weights that the authors of models released: where they are, and what goes around them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from salzoo.models.registry import MODELS
from salzoo.utils.errors import unknown_name

# Between the name of a model and that of its weights, as in "msinet:salicon".
SEPARATOR = ":"
# model -> modules of `salzoo.models.importers` whose RECORDS have its weights.
IMPORTERS: dict[str, tuple[str, ...]] = {
    "asnet": ("asnet_keras2",),
    "deep_convnet": ("pan_caffe",),
    "msinet": ("msinet_graphs",),
    "sam_resnet": ("sam_theano",),
    "sam_vgg": ("sam_theano",),
    "shallow_convnet": ("pan_lasagne",),
}


@dataclass(frozen=True)
class ReleasedFile:
    """A file as its authors published it.

    Attributes:
        name: Of the file.
        url: Address; "" where no program can fetch it.
        checksum: "md5:..." or "sha256:..."; None where none is known. The structure of the file
            then decides, and its sha256 is recorded.
    """

    name: str
    url: str
    checksum: str | None = None


@dataclass(frozen=True)
class Figure:
    """A published value of released weights.

    Attributes:
        dataset: It was measured on, name in `salzoo.list_datasets`.
        split: Of the dataset.
        metric: Name in `salzoo.metrics`.
        value: As printed.
        table: Where it is printed.
        convention: Of the metrics, the nearest of salzoo.
    """

    dataset: str
    split: str
    metric: str
    value: float
    table: str
    convention: str = "mit"


def published(
    dataset: str,
    table: str,
    values: Mapping[str, float],
    split: str = "val",
    convention: str = "mit",
) -> tuple[Figure, ...]:
    """Return the figures of a row of a table.

    Args:
        dataset: They were measured on.
        table: Where they are printed.
        values: {metric: value}.
        split: Of the dataset.
        convention: Of the metrics.
    """
    return tuple(
        Figure(dataset, split, metric, value, table, convention) for metric, value in values.items()
    )


@dataclass(frozen=True)
class ReleasedWeights:
    """Weights that the authors of a model released.

    Attributes:
        model: Name in the registry.
        name: After the colon, usually the dataset: "salicon" in "msinet:salicon".
        title: What they are, in one line.
        file: What is published, and read by the importer.
        importer: Module of `salzoo.models.importers` with `read`.
        licence: As stated by the authors.
        trained_on: Dataset, several as "a+b".
        homepage: Web address that describes them.
        model_options: Of the model's builder.
        protocol: Of the dataset's splits, on which the figures were measured; None: its first.
        fit_mode: How images are brought to the input size.
        sizes: (rows, columns) of the input; of several, the one whose aspect is nearest to that
            of the image is taken.
        padding_value: Grey level of the padding, 0..255.
        blur: Sigma of the Gaussian that postprocesses a map, in pixels of the original image.
        figures: Published values.
        steps: Another place that has the file. Where no program can fetch it: how to get or make
            it.
    """

    model: str
    name: str
    title: str
    file: ReleasedFile
    importer: str
    licence: str
    trained_on: str
    homepage: str
    fit_mode: str
    sizes: tuple[tuple[int, int], ...]
    padding_value: float
    blur: float
    model_options: Mapping[str, Any] = field(default_factory=dict)
    protocol: str | None = None
    figures: tuple[Figure, ...] = ()
    steps: str = ""

    @property
    def source(self) -> str:
        """The source that loads them, such as "msinet:salicon"."""
        return f"{self.model}{SEPARATOR}{self.name}"

    @property
    def module(self) -> ModuleType:
        """The importer, with `read(path, model)`."""
        return _importer(self.importer)


def list_released(model: str | None = None) -> list[ReleasedWeights]:
    """Return the records of all released weights, in the order of models.

    Args:
        model: Only those of this model.
    """
    return [
        record
        for name in (sorted(IMPORTERS) if model is None else [model])
        for importer in IMPORTERS.get(name, ())
        for record in _importer(importer).RECORDS
        if record.model == name
    ]


def is_released(source: str) -> bool:
    """Return whether a text has the form of a name of released weights, known or not.

    Args:
        source: Such as "msinet:salicon"; a path has other characters, or no colon.
    """
    return re.fullmatch(r"\w+:\w+", source) is not None


def released(source: str) -> ReleasedWeights:
    """Return the record of released weights.

    Args:
        source: Model and name, such as "msinet:salicon".

    Raises:
        InputError: There is no such model, or no such weights of it.
    """
    model = source.split(SEPARATOR)[0]
    if model not in MODELS:
        raise unknown_name("model", model, MODELS)
    records = {record.source: record for record in list_released(model)}
    if source not in records:
        known = records or {record.source: record for record in list_released()}
        raise unknown_name("released weights", source, known)
    return records[source]


def _importer(name: str) -> ModuleType:
    return importlib.import_module(f"salzoo.models.importers.{name}")

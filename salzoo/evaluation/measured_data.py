"""The samples of an evaluation: the evaluated split and the training samples of baselines."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from salzoo.data.dataset import Dataset
from salzoo.data.datasets import DATASETS
from salzoo.data.sample import Sample
from salzoo.prediction.sources import (
    SourceDescription,
    SourceKind,
    describe_source,
    resolve_source,
)
from salzoo.utils.errors import EmptySplit, IncompleteSplit, InputError


@dataclass(frozen=True)
class EvaluationData:
    """The samples of an evaluation.

    Attributes:
        samples: all samples of the split; a limit is applied later, since shuffled AUC
            draws from all of them.
        images: names of their images in the results, all different.
        training: samples that baselines are fitted to; may be empty.
        dataset: name of the dataset, for titles.
        split: name of the split, for titles.

    Raises:
        InputError: two images have the same name.
    """

    samples: list[Sample] = field(repr=False)
    images: list[str] = field(repr=False)
    training: list[Sample] = field(default_factory=list, repr=False)
    dataset: str = ""
    split: str = ""

    def __post_init__(self) -> None:
        if len(set(self.images)) < len(self.images):
            raise InputError("Two images have the same name; give names that tell them apart.")


def usual_data(
    sources: Sequence[Any],
    dataset: str | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    protocol: str | None = None,
    dataset_options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the dataset to evaluate on: the given one, else that of the first source's training.

    Args:
        sources: the evaluated models and folders of maps.
        dataset: name, several joined by "+"; None: what the first source was trained on.
        data_dir: folder of the dataset.
        protocol: name of the protocol that defines the splits.
        dataset_options: options of the dataset's reader.

    Returns:
        dict of all arguments but `sources`, with a dataset.

    Raises:
        InputError: there is no `dataset`, and the first source was not trained on a known one.
    """
    source = resolve_source(sources[0])
    known = describe_source(source)
    trained_on = known.dataset
    if dataset is None and (trained_on is None or not set(trained_on.split("+")) <= set(DATASETS)):
        is_maps = source.kind is SourceKind.MAPS
        what = "holds maps: say of what" if is_maps else "can be measured on any data: say on which"
        raise InputError(f"{sources[0]} {what} with `dataset`.")
    dataset = dataset or trained_on
    if dataset != trained_on:
        known = SourceDescription()
    return {
        "dataset": dataset,
        "data_dir": data_dir or known.data_dir,
        "protocol": protocol or known.protocol,
        "dataset_options": dataset_options or known.dataset_options,
    }


def load_data(dataset: Dataset, split: str) -> EvaluationData:
    """Return the samples of a split and the training samples of the same dataset.

    The dataset is read once. Without a training split, or where its images are not there,
    the training samples are an empty list.

    Args:
        dataset: of `open_dataset`.
        split: "train", "val", "test" or "all".

    Raises:
        InputError: there is no such split, or the files are unusable.
    """
    samples = dataset.samples(split)
    training: list[Sample] = []
    if dataset.has_split("train"):
        # Where only a part of the images was downloaded, the split is empty or cannot be drawn.
        with contextlib.suppress(EmptySplit, IncompleteSplit):
            training = dataset.only_with("train").samples("train")
    images = [_below(sample.image_path, dataset.folder) for sample in samples]
    return EvaluationData(samples, images, training, dataset.name, split)


def names_of(samples: Sequence[Sample]) -> list[str]:
    """Return the paths of the samples' images, relative to their common folder."""
    paths = [os.path.abspath(sample.image_path) for sample in samples]
    folder = os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""
    return [os.path.relpath(path, folder).replace(os.sep, "/") for path in paths]


def _below(path: str, folder: str | os.PathLike[str] | None) -> str:
    """Return a path relative to a folder, or its last two parts if it is not in it."""
    path = os.path.abspath(path)
    if folder is not None:
        relative = os.path.relpath(path, os.path.abspath(os.path.expanduser(str(folder))))
        if not relative.startswith(os.pardir):
            return relative.replace(os.sep, "/")
    return "/".join(path.split(os.sep)[-2:])

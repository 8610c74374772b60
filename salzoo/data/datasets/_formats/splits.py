"""Rules that divide the samples of a dataset into splits.

They are values of `Protocol.divide`, functions from all samples, sorted by path, to
{split: samples}; the other functions here return such a rule.
"""

from collections.abc import Callable

import numpy as np

from salzoo.data.sample import Sample

# From all samples, sorted by path, to {split: samples}.
Rule = Callable[[list[Sample]], dict[str, list[Sample]]]


def official(samples: list[Sample]) -> dict[str, list[Sample]]:
    """Divide as the publishers do.

    Args:
        samples: with their `split`.
    """
    splits: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.split is not None:
            splits.setdefault(sample.split, []).append(sample)
    return splits


def official_or(rule: Rule) -> Rule:
    """Take the splits of the samples where they have any, a rule otherwise.

    Args:
        rule: for samples without splits.
    """

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        has_splits = any(sample.split for sample in samples)
        return official(samples) if has_splits else rule(samples)

    return divide


def only(split: str) -> Rule:
    """Put every sample into one split.

    Args:
        split: its name.
    """
    return lambda samples: {split: list(samples)}


def shuffled(train: int, seed: int = 42) -> Rule:
    """Shuffle the sorted list, the first `train` for training, the rest for validation.

    numpy's RandomState(seed).shuffle on arange(n), as MSI-Net's code does with seed 42.

    Args:
        train: number of samples for training.
        seed: of the shuffle.
    """

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        order = np.arange(len(samples))
        np.random.RandomState(seed).shuffle(order)
        return {
            split: [samples[index] for index in sorted(chosen)]
            for split, chosen in (("train", order[:train]), ("val", order[train:]))
        }

    return divide


def shuffled_share(train: float, seed: int = 42) -> Rule:
    """Like `shuffled` with a share; of two samples or more, no split is empty.

    Args:
        train: share for training, 0..1.
        seed: of the shuffle.
    """

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        count = len(samples)
        return shuffled(min(max(round(train * count), 1), max(count - 1, 1)), seed)(samples)

    return divide


def shuffled_in_categories(train: int, seed: int = 42) -> Rule:
    """Like `shuffled`, with the same positions in the sorted list of each category.

    Args:
        train: number of samples of a category for training.
        seed: of the shuffle.
    """

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        categories: dict[str | None, list[Sample]] = {}
        for sample in samples:
            categories.setdefault(sample.category, []).append(sample)
        splits: dict[str, list[Sample]] = {"train": [], "val": []}
        for members in categories.values():
            for split, chosen in shuffled(train, seed)(members).items():
                splits[split] += chosen
        return splits

    return divide


def set_aside(rule: Rule, val: int) -> Rule:
    """Make the validation samples of a rule the test split, and validate on training samples.

    Args:
        rule: gives "train" and "val".
        val: number of its training samples that validate.
    """

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        splits = rule(samples)
        return {**shuffled(len(splits["train"]) - val)(splits["train"]), "test": splits["val"]}

    return divide


def within(official_split: str, rule: Rule) -> Rule:
    """Apply a rule to one official split and leave the other samples out.

    Args:
        official_split: the publishers' name of the split.
        rule: for its samples.
    """
    return lambda samples: rule([sample for sample in samples if sample.split == official_split])


def with_test(rule: Rule) -> Rule:
    """Apply a rule to all samples but the publishers' test split, which stays as it is.

    Args:
        rule: for the other samples.
    """

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        tested = [sample for sample in samples if sample.split == "test"]
        others = [sample for sample in samples if sample.split != "test"]
        return {**rule(others), "test": tested}

    return divide

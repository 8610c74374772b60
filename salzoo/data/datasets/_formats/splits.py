"""Rules that divide a dataset: who trains on what.

Each function returns a rule for `Protocol.divide`: from all samples, sorted by
file name, to {split: [samples]}.
"""

from collections.abc import Callable

import numpy as np

from salzoo.data.sample import Sample

# From all samples, sorted by path, to {split: samples}.
Rule = Callable[[list[Sample]], dict[str, list[Sample]]]


def official(samples: list[Sample]) -> dict[str, list[Sample]]:
    """Take the split that the publishers put each sample into."""
    splits = {}
    for sample in samples:
        splits.setdefault(sample.split, []).append(sample)
    return splits


def official_or(rule: Rule) -> Rule:
    """Take the splits that the samples name, a rule where none of them names any."""
    return lambda samples: (official if any(each.split for each in samples) else rule)(samples)


def only(split: str) -> Rule:
    """Put every sample into one split: sets that are only for training or testing."""
    return lambda samples: {split: list(samples)}


def shuffled(train: int, seed: int = 42) -> Rule:
    """Shuffle the sorted list, the first `train` for training, the rest for validation.

    numpy's RandomState(seed).shuffle on arange(n), as MSI-Net's code does with
    seed 42.
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
    """Like `shuffled`, where `train` is a share; of two samples or more each split gets one."""

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        count = len(samples)
        return shuffled(min(max(round(train * count), 1), max(count - 1, 1)), seed)(samples)

    return divide


def shuffled_in_categories(train: int, seed: int = 42) -> Rule:
    """Like `shuffled`, with the same positions taken from each category's sorted list."""

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        categories = {}
        for sample in samples:
            categories.setdefault(sample.category, []).append(sample)
        splits = {"train": [], "val": []}
        for members in categories.values():
            for split, chosen in shuffled(train, seed)(members).items():
                splits[split] += chosen
        return splits

    return divide


def set_aside(rule: Rule, val: int) -> Rule:
    """Keep the validation part of a rule for the test; the last `val` for training validate."""

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        splits = rule(samples)
        return {**shuffled(len(splits["train"]) - val)(splits["train"]), "test": splits["val"]}

    return divide


def within(official_split: str, rule: Rule) -> Rule:
    """Apply a rule to one official split and leave the other samples out."""
    return lambda samples: rule([each for each in samples if each.split == official_split])


def with_test(rule: Rule) -> Rule:
    """Apply a rule to the samples with ground truth; the publishers' test split stays as it is."""

    def divide(samples: list[Sample]) -> dict[str, list[Sample]]:
        tested = [sample for sample in samples if sample.split == "test"]
        return {**rule([each for each in samples if each.split != "test"]), "test": tested}

    return divide

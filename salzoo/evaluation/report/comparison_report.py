"""A `Comparison` as tables, and those as text, markdown, HTML, csv and json."""

import csv
import io
from dataclasses import asdict

import numpy as np

from salzoo.evaluation.report.charts import distributions
from salzoo.evaluation.report.html_page import page, terms
from salzoo.evaluation.report.sections import arrowed
from salzoo.evaluation.statistics import RANKED, better
from salzoo.utils.table import Table, escaped, interval, number, probability

ABOUT = (
    "Differences are first minus second over the images where both are defined, in brackets "
    "their 95 % bootstrap interval over images; the better mean is marked where that leaves out "
    "0. p values: paired t-test and sign permutation, two-tailed, not corrected for the number "
    "of comparisons."
)


def tables(comparison):
    """Return [(heading, [Table, ...]), ...] of all that a comparison says."""
    others = range(1, len(comparison.labels))
    pairs = [
        _difference_table(comparison, convention, second)
        for convention in comparison.conventions
        for second in others
    ]
    ranks = [
        table
        for convention in comparison.conventions
        if len(comparison.labels) > 2 and (table := _rank_table(comparison, convention))
    ]
    categories = [
        table
        for convention in comparison.conventions
        for second in others
        if (table := _category_table(comparison, convention, second))
    ]
    sections = [("Differences", pairs), ("Ranks", ranks), ("What improved most", categories)]
    return [(heading, group) for heading, group in sections if group]


def text(comparison):
    """Return the comparison for a terminal."""
    groups = [table.text() for _, group in tables(comparison) for table in group]
    return "\n\n".join([*groups, "\n".join([ABOUT, *comparison.notes])])


def markdown(comparison):
    """Return the comparison as markdown."""
    parts = [f"# {escaped(_title(comparison))}"]
    parts.append("\n".join(f"- {term}: {escaped(value)}" for term, value in _facts(comparison)))
    for heading, group in tables(comparison):
        parts += [f"## {heading}", *(table.markdown() for table in group)]
    return "\n\n".join([*parts, *map(escaped, [ABOUT, *comparison.notes])]) + "\n"


def html(comparison):
    """Return the comparison as a self-contained page."""
    sections = [
        (heading, "".join(table.html() for table in group)) for heading, group in tables(comparison)
    ]
    sections.insert(1, ("Differences, image by image", _charts(comparison)))
    notes = dict(enumerate([ABOUT, *comparison.notes], 1))
    return page(
        _title(comparison),
        f"Compared on {comparison.sides[0][0].evaluation.dataset}",
        terms(dict(_facts(comparison))),
        [*sections, ("Notes", terms(notes))],
    )


def records(comparison):
    """Return the differences as a list of dicts."""
    return [
        asdict(difference)
        for convention in comparison.conventions
        for second in range(1, len(comparison.labels))
        for difference in comparison.differences(convention, second)
    ]


def as_csv(comparison):
    """Return the differences as csv, a row a convention, pair and metric; undefined is empty."""
    rows = []
    for record in records(comparison):
        means, spreads = record.pop("means"), record.pop("spreads") or (None, None)
        rows.append(
            {
                **{name: "" if _undefined(value) else value for name, value in record.items()},
                "first_mean": means[0],
                "second_mean": means[1],
                "first_spread": spreads[0],
                "second_spread": spreads[1],
            }
        )
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0] if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def as_json(comparison):
    """Return all of the comparison as plain values for json."""
    return {
        "title": _title(comparison),
        "sides": {
            label: [run.given for run in side]
            for label, side in zip(comparison.labels, comparison.sides, strict=True)
        },
        "images": len(comparison.images),
        "seed": comparison.seed,
        "differences": _plain(records(comparison)),
        "ranks": {name: comparison.ranks(name) for name in comparison.conventions},
        "categories": {
            convention: {
                label: _plain(comparison.categories(convention, second))
                for second, label in enumerate(comparison.labels[1:], 1)
            }
            for convention in comparison.conventions
        },
        "notes": comparison.notes,
    }


def _title(comparison):
    return f"{comparison.labels[0]} against {', '.join(comparison.labels[1:])}"


def _facts(comparison):
    evaluation = comparison.sides[0][0].evaluation
    yield "Dataset", f"{evaluation.dataset}, split {evaluation.split}"
    yield "Images", str(len(comparison.images))
    for label, side in zip(comparison.labels, comparison.sides, strict=True):
        yield label, ", ".join(run.given for run in side)
    yield "Seed", str(comparison.seed)


def _difference_table(comparison, convention, second):
    differences = comparison.differences(convention, second)
    labels = comparison.labels[0], comparison.labels[second]
    runs = len(comparison.sides[0])
    header = ["", *labels, "difference", "t-test p", "permutation p", "better/same/worse"]
    rows, strong = [], set()
    for row, each in enumerate(differences):
        spreads = each.spreads or (None, None)
        cells = [
            (number(mean), f"± {number(spread)}" if spread is not None else "")
            for mean, spread in zip(each.means, spreads, strict=True)
        ]
        change = (
            number(each.difference, signed=True),
            interval(each.low, each.high, signed=True),
        )
        counts = f"{each.better}/{each.same}/{each.worse}"
        tests = [probability(each.t_test), probability(each.permutation)]
        rows.append([arrowed(each.metric), *cells, change, *tests, counts])
        if runs > 1:
            rows[-1].append(probability(each.one_tailed))
        if each.improved is not None:
            strong.add((row, 1 if each.improved else 2))
    if runs > 1:
        header.append(f"one-tailed p, {runs} runs")
    title = f"Convention {convention}: {labels[0]} against {labels[1]}"
    return Table(title, header, rows, strong)


def _rank_table(comparison, convention):
    ranks = comparison.ranks(convention)
    if ranks is None:
        return None
    rows = [
        [
            label,
            *(number(np.nanmean(comparison.values(side, convention, metric))) for metric in RANKED),
            str(ranks[label]),
        ]
        for side, label in enumerate(comparison.labels)
    ]
    rows.sort(key=lambda row: ranks[row[0]])
    return Table(
        f"Convention {convention}: cumulative rank, the lower the better",
        ["", *map(arrowed, RANKED), "sum of ranks"],
        rows,
        notes=["The competition ranks in sAUC, CC and KLD, summed, as MSI-Net (2020) ranks."],
    )


def _category_table(comparison, convention, second):
    categories = comparison.categories(convention, second)
    if not categories:
        return None
    metrics = list(next(iter(categories.values())))
    rows = [
        [name, *(number(means[metric], signed=True) for metric in metrics)]
        for name, means in categories.items()
    ]
    strong = {
        (row, column)
        for row, means in enumerate(categories.values())
        for column, metric in enumerate(metrics, 1)
        if better(metric, means[metric], 0.0) > 0
    }
    first, other = comparison.labels[0], comparison.labels[second]
    return Table(
        f"Convention {convention}: {first} minus {other} by category",
        ["category", *map(arrowed, metrics)],
        rows,
        strong,
        notes=["What improved most first, by cumulative rank; what improved is marked."],
    )


def _charts(comparison):
    charts = []
    for convention in comparison.conventions:
        for metric in comparison.metrics(convention):
            differences = {
                f"minus {label}": comparison.gaps(convention, metric, second)
                for second, label in enumerate(comparison.labels[1:], 1)
            }
            title = f"{arrowed(metric)}, {convention}: {comparison.labels[0]}"
            charts.append(distributions(title, differences, better(metric, 0, 1) > 0))
    return f'<div class="charts">{"".join(charts)}</div>'


def _undefined(value):
    return value is None or (isinstance(value, float) and np.isnan(value))


def _plain(value):
    """Return values for json, which knows neither NaN nor infinity: None."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value

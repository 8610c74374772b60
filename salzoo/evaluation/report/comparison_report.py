"""Reports of a `Comparison`: text, markdown, HTML, CSV and JSON."""

import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from salzoo.evaluation.comparison import Comparison
from salzoo.evaluation.metric_properties import LOWER_IS_BETTER
from salzoo.evaluation.report.charts import draw_distributions
from salzoo.evaluation.report.sections import add_arrow
from salzoo.evaluation.statistics import RANKED, improvement
from salzoo.utils.html_pages import render_page, render_terms
from salzoo.utils.printable import printable, write_rows
from salzoo.utils.table import (
    Table,
    escape_markdown,
    format_interval,
    format_number,
    format_probability,
)

ABOUT = (
    "Differences are first minus second over the images where both are defined, with their 95 % "
    "bootstrap interval over images in brackets. The better mean is marked where the interval "
    "does not contain 0. p values: paired t-test and sign permutation test, two-tailed, not "
    "corrected for multiple comparisons."
)


def build_tables(comparison: Comparison) -> list[tuple[str, list[Table]]]:
    """Return the tables of a comparison as (heading, tables) pairs."""
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
    sections = [("Differences", pairs), ("Ranks", ranks), ("Largest improvements", categories)]
    return [(heading, group) for heading, group in sections if group]


def render_text(comparison: Comparison) -> str:
    """Return a comparison as text for a terminal."""
    groups = [table.text() for _, group in build_tables(comparison) for table in group]
    return "\n\n".join([*groups, "\n".join([ABOUT, *map(printable, comparison.notes)])])


def render_markdown(comparison: Comparison) -> str:
    """Return a comparison as markdown."""
    parts = [f"# {escape_markdown(_title(comparison))}"]
    parts.append(
        "\n".join(f"- {term}: {escape_markdown(value)}" for term, value in _facts(comparison))
    )
    for heading, group in build_tables(comparison):
        parts += [f"## {heading}", *(table.markdown() for table in group)]
    return "\n\n".join([*parts, *map(escape_markdown, [ABOUT, *comparison.notes])]) + "\n"


def render_html(comparison: Comparison) -> str:
    """Return a comparison as a self-contained HTML page."""
    sections = [
        (heading, "".join(table.html() for table in group))
        for heading, group in build_tables(comparison)
    ]
    sections.insert(1, ("Differences, image by image", _charts(comparison)))
    notes = dict(enumerate([ABOUT, *comparison.notes], 1))
    return render_page(
        _title(comparison),
        f"Compared on {comparison.sides[0][0].evaluation.dataset}",
        render_terms(dict(_facts(comparison))),
        [*sections, ("Notes", render_terms(notes))],
    )


def list_records(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the differences as a list of dicts."""
    return [
        asdict(difference)
        for convention in comparison.conventions
        for second in range(1, len(comparison.labels))
        for difference in comparison.differences(convention, second)
    ]


def render_csv(comparison: Comparison) -> str:
    """Return the differences as CSV, one row per convention, pair and metric.

    Undefined values are empty.
    """
    rows = []
    for record in list_records(comparison):
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
    write_rows(buffer, [list(rows[0]) if rows else [], *(list(row.values()) for row in rows)])
    return buffer.getvalue()


def list_values(comparison: Comparison) -> dict[str, Any]:
    """Return the complete comparison as plain values for JSON."""
    return {
        "title": _title(comparison),
        "sides": {
            label: [run.given for run in side]
            for label, side in zip(comparison.labels, comparison.sides, strict=True)
        },
        "images": len(comparison.images),
        "seed": comparison.seed,
        "differences": _plain(list_records(comparison)),
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


def _title(comparison: Comparison) -> str:
    return f"{comparison.labels[0]} against {', '.join(comparison.labels[1:])}"


def _facts(comparison: Comparison) -> Iterator[tuple[str, str]]:
    evaluation = comparison.sides[0][0].evaluation
    yield "Dataset", f"{evaluation.dataset}, split {evaluation.split}"
    yield "Images", str(len(comparison.images))
    for label, side in zip(comparison.labels, comparison.sides, strict=True):
        yield label, ", ".join(run.given for run in side)
    yield "Seed", str(comparison.seed)


def _difference_table(comparison: Comparison, convention: str, second: int) -> Table:
    differences = comparison.differences(convention, second)
    labels = comparison.labels[0], comparison.labels[second]
    runs = len(comparison.sides[0])
    header = ["", *labels, "difference", "t-test p", "permutation p", "better/same/worse"]
    rows: list[list[str | tuple[str, str]]] = []
    strong = set()
    for row, item in enumerate(differences):
        spreads = item.spreads or (None, None)
        cells = [
            (format_number(mean), f"± {format_number(spread)}" if spread is not None else "")
            for mean, spread in zip(item.means, spreads, strict=True)
        ]
        change = (
            format_number(item.difference, signed=True),
            format_interval(item.low, item.high, signed=True),
        )
        counts = f"{item.better}/{item.same}/{item.worse}"
        tests = [format_probability(item.t_test), format_probability(item.permutation)]
        rows.append([add_arrow(item.metric), *cells, change, *tests, counts])
        if runs > 1:
            rows[-1].append(format_probability(item.one_tailed))
        if item.improved is not None:
            strong.add((row, 1 if item.improved else 2))
    if runs > 1:
        header.append(f"one-tailed p, {runs} runs")
    title = f"Convention {convention}: {labels[0]} against {labels[1]}"
    return Table(title, header, rows, strong)


def _rank_table(comparison: Comparison, convention: str) -> Table | None:
    ranks = comparison.ranks(convention)
    if ranks is None:
        return None
    rows = [
        [
            label,
            *(
                format_number(np.nanmean(comparison.values(side, convention, metric)))
                for metric in RANKED
            ),
            str(ranks[label]),
        ]
        for side, label in enumerate(comparison.labels)
    ]
    rows.sort(key=lambda row: ranks[row[0]])
    return Table(
        f"Convention {convention}: cumulative rank, lower is better",
        ["", *map(add_arrow, RANKED), "sum of ranks"],
        rows,
        notes=["The sum of the competition ranks in sAUC, CC and KLD, as in MSI-Net (2020)."],
    )


def _category_table(comparison: Comparison, convention: str, second: int) -> Table | None:
    categories = comparison.categories(convention, second)
    if not categories:
        return None
    metrics = list(next(iter(categories.values())))
    rows = [
        [name, *(format_number(means[metric], signed=True) for metric in metrics)]
        for name, means in categories.items()
    ]
    strong = {
        (row, column)
        for row, means in enumerate(categories.values())
        for column, metric in enumerate(metrics, 1)
        if improvement(metric, means[metric], 0.0) > 0
    }
    first, other = comparison.labels[0], comparison.labels[second]
    return Table(
        f"Convention {convention}: {first} minus {other} by category",
        ["category", *map(add_arrow, metrics)],
        rows,
        strong,
        notes=["Largest improvement first, by cumulative rank; improvements are marked."],
    )


def _charts(comparison: Comparison) -> str:
    charts = []
    for convention in comparison.conventions:
        for metric in comparison.metrics(convention):
            differences = {
                f"minus {label}": comparison.gaps(convention, metric, second)
                for second, label in enumerate(comparison.labels[1:], 1)
            }
            title = f"{add_arrow(metric)}, {convention}: {comparison.labels[0]}"
            charts.append(draw_distributions(title, differences, metric in LOWER_IS_BETTER))
    return f'<div class="charts">{"".join(charts)}</div>'


def _undefined(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _plain(value: Any) -> Any:
    """Return values for JSON, with None for NaN and infinity."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value

"""HTML report of an evaluation: one self-contained page."""

import html as markup
from collections.abc import Iterable

import numpy as np
from PIL import Image

from salzoo.evaluation.metric_properties import LOWER_IS_BETTER
from salzoo.evaluation.report.charts import draw_distributions, draw_lines
from salzoo.evaluation.report.sections import (
    add_arrow,
    build_category_table,
    build_score_table,
    list_facts,
    mean_curves,
)
from salzoo.evaluation.results import Evaluation
from salzoo.utils.html_pages import render_figure, render_page, render_terms


def render_html(
    evaluation: Evaluation, figures: Iterable[tuple[str, Image.Image | bytes]] = ()
) -> str:
    """Return an evaluation as a self-contained page without scripts or external files.

    It has tables with intervals, figures, precision and F curves (salient objects),
    distributions over images, categories, definitions and versions, a light and a dark
    style, a style for printing and texts for screen readers.

    Args:
        evaluation: the evaluation.
        figures: (caption, picture) pairs in the order of the page; a picture is a PIL
            image, or the bytes of a PNG or JPEG file.
    """
    sections = [
        (
            "Results",
            "".join(build_score_table(evaluation, name).html() for name in evaluation.conventions),
        ),
        ("Best and worst images", "".join(render_figure(*figure) for figure in figures)),
        ("Curves", _curves(evaluation)),
        ("Distributions over images", _distributions(evaluation)),
        ("By category", _categories(evaluation)),
        ("Definitions", _definitions(evaluation)),
        ("Made with", render_terms(evaluation.versions)),
    ]
    lead = f"{evaluation.main_model} measured on {evaluation.dataset}"
    introduction = render_terms(list_facts(evaluation))
    return render_page(evaluation.title, lead, introduction, sections)


def _curves(evaluation: Evaluation) -> str:
    parts = []
    for convention in evaluation.conventions:
        curves = mean_curves(evaluation, convention)
        if not curves:
            continue
        precision = {
            model: (of_model["recall"], of_model["precision"]) for model, of_model in curves.items()
        }
        thresholds = np.linspace(1, 0, 256)
        f_measure = {model: (thresholds, of_model["f"]) for model, of_model in curves.items()}
        parts += [
            f"<h3>Convention {markup.escape(convention)}</h3>",
            '<div class="charts">',
            draw_lines("Precision and recall", ("recall", "precision"), precision),
            draw_lines("F measure", ("threshold", "F"), f_measure),
            "</div>",
        ]
    return "".join(parts)


def _distributions(evaluation: Evaluation) -> str:
    parts = []
    for place, convention in enumerate(evaluation.conventions):
        scores = evaluation.scores[convention]
        charts = "".join(
            draw_distributions(
                add_arrow(metric),
                {model: np.asarray(scores[model].get(metric, [])) for model in scores},
                metric in LOWER_IS_BETTER,
            )
            for metric in evaluation.metrics
        )
        opened = " open" if place == 0 else ""
        summary = f"<summary>Convention {markup.escape(convention)}</summary>"
        parts.append(f'<details{opened}>{summary}<div class="charts">{charts}</div></details>')
    legend = (
        '<p class="hint">Histogram over images, a bar from the first to the third quartile, a tick '
        "at the mean. Values beyond the 0.5 % and 99.5 % quantiles are in the outermost bins.</p>"
    )
    return legend + "".join(parts)


def _categories(evaluation: Evaluation) -> str:
    tables = [build_category_table(evaluation, name) for name in evaluation.conventions]
    return "".join(table.html() for table in tables if table)


def _definitions(evaluation: Evaluation) -> str:
    return "".join(
        f"<h3>Convention {markup.escape(convention)}</h3>{render_terms(definitions)}"
        for convention, definitions in evaluation.definitions.items()
    )

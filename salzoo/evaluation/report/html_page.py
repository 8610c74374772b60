"""An evaluation as one web page that needs nothing beside itself."""

import base64
import html as markup
import io

import numpy as np

from salzoo.evaluation.report.charts import distributions, lines
from salzoo.evaluation.report.sections import (
    arrowed,
    category_table,
    facts,
    main_model,
    mean_curves,
    score_table,
)
from salzoo.evaluation.report.style import STYLE
from salzoo.evaluation.statistics import LOWER_IS_BETTER


def html(evaluation, pictures=()):
    """Return an `Evaluation` as a self-contained page: no script, no file, no network.

    Tables with intervals, pictures, precision and F curves (salient objects),
    distributions over images, categories, definitions and versions. Readable in
    light and dark, on paper and aloud.

    Args:
        evaluation: `Evaluation`.
        pictures: (caption, picture) pairs, in the order of the page; a picture is a
            PIL image, or the bytes of a PNG or JPEG file.
    """
    sections = [
        (
            "Results",
            "".join(score_table(evaluation, each).html() for each in evaluation.conventions),
        ),
        ("Best and worst images", "".join(figure(*pair) for pair in pictures)),
        ("Curves", _curves(evaluation)),
        ("Distributions over images", _distributions(evaluation)),
        ("By category", _categories(evaluation)),
        ("Definitions", _definitions(evaluation)),
        ("Made with", terms(evaluation.versions)),
    ]
    lead = f"{main_model(evaluation)} measured on {evaluation.dataset}"
    return page(evaluation.title, lead, terms(facts(evaluation)), sections)


def page(title, lead, introduction, sections):
    """Return a whole page.

    Args:
        title, lead: plain texts. introduction: markup.
        sections: (heading, markup) pairs; those without markup are left out.
    """
    body = "\n".join(
        f"<section><h2>{markup.escape(heading)}</h2>\n{content}\n</section>"
        for heading, content in sections
        if content
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{markup.escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<header><p class="lead">{markup.escape(lead)}</p><h1>{markup.escape(title)}</h1></header>
{introduction}
{body}
</main>
</body>
</html>
"""


def terms(values):
    """Return {term: text} as a list of definitions."""
    if not values:
        return ""
    pairs = "".join(
        f"<div><dt>{markup.escape(str(term))}</dt><dd>{markup.escape(str(text))}</dd></div>"
        for term, text in values.items()
    )
    return f"<dl>{pairs}</dl>"


def figure(caption, picture):
    """Return a picture, held in the page itself, with its caption."""
    if not isinstance(picture, bytes):
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", optimize=True)
        picture = buffer.getvalue()
    kind = "jpeg" if picture.startswith(b"\xff\xd8") else "png"
    data = base64.b64encode(picture).decode("ascii")
    caption = markup.escape(caption)
    return (
        f'<figure><img alt="{caption}" src="data:image/{kind};base64,{data}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _curves(evaluation):
    parts = []
    for convention in evaluation.conventions:
        curves = mean_curves(evaluation, convention)
        if not curves:
            continue
        precision = {model: (each["recall"], each["precision"]) for model, each in curves.items()}
        thresholds = np.linspace(1, 0, 256)
        f_measure = {model: (thresholds, each["f"]) for model, each in curves.items()}
        parts += [
            f"<h3>Convention {markup.escape(convention)}</h3>",
            '<div class="charts">',
            lines("Precision and recall", ("recall", "precision"), precision),
            lines("F measure", ("threshold", "F"), f_measure),
            "</div>",
        ]
    return "".join(parts)


def _distributions(evaluation):
    parts = []
    for place, convention in enumerate(evaluation.conventions):
        scores = evaluation.scores[convention]
        charts = "".join(
            distributions(
                arrowed(metric),
                {model: np.asarray(scores[model].get(metric, [])) for model in scores},
                metric in LOWER_IS_BETTER,
            )
            for metric in evaluation.metrics
        )
        opened = " open" if place == 0 else ""
        summary = f"<summary>Convention {markup.escape(convention)}</summary>"
        parts.append(f'<details{opened}>{summary}<div class="charts">{charts}</div></details>')
    legend = (
        '<p class="hint">Histogram of the images, a bar over the middle half of them, a tick at '
        "the mean. What lies beyond the 0.5 % and 99.5 % quantiles is in the outermost columns.</p>"
    )
    return legend + "".join(parts)


def _categories(evaluation):
    tables = [category_table(evaluation, name) for name in evaluation.conventions]
    return "".join(table.html() for table in tables if table)


def _definitions(evaluation):
    return "".join(
        f"<h3>Convention {markup.escape(convention)}</h3>{terms(sentences)}"
        for convention, sentences in evaluation.definitions.items()
    )

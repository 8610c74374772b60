"""Markdown report of an evaluation."""

from collections.abc import Mapping

from salzoo.evaluation.report.sections import (
    build_category_table,
    build_score_table,
    list_facts,
)
from salzoo.evaluation.results import Evaluation
from salzoo.utils.table import escape_markdown


def render_markdown(evaluation: Evaluation) -> str:
    """Return an evaluation as markdown: tables with intervals, categories and definitions.

    Figures and charts are in the HTML page only.
    """
    parts = [f"# {escape_markdown(evaluation.title)}", _list(list_facts(evaluation))]
    parts += [build_score_table(evaluation, name).markdown() for name in evaluation.conventions]
    categories = [build_category_table(evaluation, name) for name in evaluation.conventions]
    if any(categories):
        parts.append("## By category")
        parts += [table.markdown() for table in categories if table]
    parts.append("## Definitions")
    for convention, definitions in evaluation.definitions.items():
        parts += [f"Convention {escape_markdown(convention)}", _list(definitions)]
    parts += ["## Made with", _list(evaluation.versions)]
    return "\n\n".join(parts) + "\n"


def _list(values: Mapping[str, str]) -> str:
    items = (
        (escape_markdown(str(term)), escape_markdown(str(text))) for term, text in values.items()
    )
    return "\n".join(f"- {term}: {text}" for term, text in items)

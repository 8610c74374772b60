"""An evaluation as markdown."""

from salzoo.evaluation.report.sections import category_table, facts, score_table
from salzoo.utils.table import escaped


def markdown(evaluation):
    """Return an `Evaluation` as markdown: tables with intervals, categories, definitions.

    For GitHub, a paper's supplement or an issue; pictures and charts are in `html`.
    """
    parts = [f"# {escaped(evaluation.title)}", _list(facts(evaluation))]
    parts += [score_table(evaluation, name).markdown() for name in evaluation.conventions]
    categories = [category_table(evaluation, name) for name in evaluation.conventions]
    if any(categories):
        parts.append("## By category")
        parts += [table.markdown() for table in categories if table]
    parts.append("## Definitions")
    for convention, sentences in evaluation.definitions.items():
        parts += [f"Convention {escaped(convention)}", _list(sentences)]
    parts += ["## Made with", _list(evaluation.versions)]
    return "\n\n".join(parts) + "\n"


def _list(values):
    return "\n".join(f"- {escaped(str(term))}: {escaped(str(of))}" for term, of in values.items())

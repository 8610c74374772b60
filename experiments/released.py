"""Tables of the weights that the authors of models released: published and obtained figures.

    make experiment NAME=sam/released DATA_DIR=DATA
    make experiment NAME=msinet/released DATASET=mit1003 DATA_DIR=DATA
    make experiment NAME=asnet/released ARGS=--quick      only shows that all can be measured

Nothing is trained. Rows and figures come from the records in `salzoo.models.importers`. A row is
measured on the datasets of its own figures, or on that which it was trained on; what is not at
hand, weights or data, is named and left out. `salzoo models NAME` shows the addresses.
"""

from experiments.entries import Column, Released, Table
from salzoo.data.datasets import dataset_record
from salzoo.models.released import list_released
from salzoo.utils.task import Task

# paper: its models, and the protocol of its figures where a dataset has it.
PAPERS = {
    "msinet": (("msinet",), "msinet"),
    "sam": (("sam_vgg", "sam_resnet"), "sam"),
    "pan": (("shallow_convnet", "deep_convnet"), "official"),
    "asnet": (("asnet",), "benchmark"),
}
NAMES = {Task.FIXATIONS: "fixations", Task.OBJECTS: "objects"}
OBJECT_CONVENTIONS = ("pysod", "mean_pr")


def released_tables(paper):
    """Return the tables of a paper's released weights, one for each task of the figures.

    Args:
        paper: key of PAPERS.
    """
    models, protocol = PAPERS[paper]
    records = [record for model in models for record in list_released(model)]
    tasks = list(dict.fromkeys(_task(figure) for r in records for figure in r.figures))
    return tuple(
        _table(
            f"{paper}/released/{NAMES[task]}" if len(tasks) > 1 else f"{paper}/released",
            records,
            task,
            protocol,
        )
        for task in tasks
    )


def _table(name, records, task, protocol):
    entries, columns, metrics, tables = [], {}, {}, {}
    values = [f.value for record in records for f in record.figures if _task(f) is task]
    # As printed: with the same number of decimals.
    digits = max(len(str(value).split(".")[1]) for value in values)
    for record in records:
        figures = [figure for figure in record.figures if _task(figure) is task]
        published = {}
        for figure in figures:
            published.setdefault(figure.dataset, {})[figure.metric] = f"{figure.value:.{digits}f}"
            columns[figure.dataset] = _column(figure.dataset, figure.split, protocol)
            metrics[figure.metric] = figure.convention
            tables[figure.table] = None
        if not figures:
            columns.setdefault(record.trained_on, _column(record.trained_on, "val", protocol))
        entries.append(
            Released(
                name=f"{name}/{record.source.replace(':', '-')}",
                title=record.source,
                source=record.source,
                model=record.model,
                model_options=dict(record.model_options),
                columns=tuple(published) or (record.trained_on,),
                published=published,
            )
        )
    # Each metric takes the last convention that has it.
    conventions = sorted(set(metrics.values()), key=(*OBJECT_CONVENTIONS, "mit").index)
    return Table(
        name,
        f"Released weights, {NAMES[task]}",
        columns,
        tuple(metrics),
        tuple(entries),
        convention=",".join(conventions),
        task=task,
        notes=(f"Published: {'; '.join(tables)}.",),
    )


def _task(figure):
    return Task.OBJECTS if figure.convention in OBJECT_CONVENTIONS else Task.FIXATIONS


def _column(dataset, split, protocol):
    protocols = dataset_record(dataset).protocols
    having = [name for name, rule in protocols.items() if split in rule.counts]
    chosen = protocol if protocol in having else next(iter(having), None)
    return Column((), dataset, split, chosen)

"""Settings of the experiments, and the columns and seeds that follow for a table."""

from dataclasses import dataclass, field

from experiments.entries import Column
from salzoo.utils.errors import InputError

QUICK_RECIPE = {"epochs": 1, "batch_size": 4}
QUICK_IMAGES = {"limit_train": 8, "limit_val": 4}
SYNTHETIC = Column(("synthetic",), "synthetic")


@dataclass(frozen=True)
class Settings:
    """Settings of the command line.

    Attributes:
        out: folder to write.
        data_dir: folder of the datasets, see `load_dataset`.
        datasets: names of columns of the table, or of other datasets to train and evaluate
            on; None: all columns.
        quick: one epoch on a few small synthetic images.
        repetitions: number of trainings of each entry; None: as in the paper.
        seed: of the first repetition.
        recipe: changed fields, see `Recipe`.
        limit_train: number of training images; None: all.
        limit_val: number of validation images; None: all.
        mixed_precision: see `RunConfig`.
        init_from: run whose weights the last of several trainings starts from.
        direct: skip the trainings before the last one.
    """

    out: str
    data_dir: str | None = None
    datasets: tuple | None = None
    quick: bool = False
    repetitions: int | None = None
    seed: int = 0
    recipe: dict = field(default_factory=dict)
    limit_train: int | None = None
    limit_val: int | None = None
    mixed_precision: bool = False
    init_from: str | None = None
    direct: bool = False

    def columns(self, table):
        """Return {name: `Column`} of the selected columns of a table."""
        if not any(column.test for column in table.columns.values()):
            return table.columns
        if self.quick:
            return {"synthetic": SYNTHETIC}
        if self.datasets is None:
            return table.columns
        return {name: table.columns.get(name) or _column(table, name) for name in self.datasets}

    def seeds(self, table):
        """Return the seeds of a table's repetitions."""
        return range(self.seed, self.seed + (self.repetitions or table.repetitions))


def _column(table, sets):
    """Return a column that is not in the table: all datasets, evaluated if they have the task."""
    from salzoo.data.dataset import dataset_names
    from salzoo.data.datasets import dataset_record

    having = [name for name in dataset_names(sets) if table.task in dataset_record(name).task]
    if not having:
        raise InputError(f"{sets} has no {table.task}, which {table.name} is about.")
    return Column((sets,), "+".join(having))

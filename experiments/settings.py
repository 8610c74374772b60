"""What a person decides about experiments, and what follows for a table."""

from dataclasses import dataclass, field

from experiments.entries import Column
from salzoo.utils.errors import InputError

QUICK_RECIPE = {"epochs": 1, "batch_size": 4}
QUICK_IMAGES = {"limit_train": 8, "limit_val": 4}
SYNTHETIC = Column(("synthetic",), "synthetic")


@dataclass(frozen=True)
class Settings:
    """What a person decides.

    out: folder. data_dir: see `load_dataset`. datasets: names of columns of the
    table, or of other sets to train and to measure on; None: all columns.
    quick: few small drawn images, one epoch. repetitions: None: as the paper.
    seed: of the first repetition. recipe: fields that differ, see `Recipe`.
    limit_train, limit_val: so many images only. mixed_precision: see `RunConfig`.
    init_from: a run to start the last training of a chain from. direct: leave out
    the trainings before the last.
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
        """Return {name: `Column`} of what is asked for, of a table."""
        if not any(column.train for column in table.columns.values()):
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
    """Return the column of sets that are not in the table: train on all, measure what has truth."""
    from salzoo.data.dataset import dataset_names
    from salzoo.data.datasets import dataset_record

    having = [name for name in dataset_names(sets) if table.task in dataset_record(name).task]
    if not having:
        raise InputError(f"{sets} has no {table.task}, which {table.name} is about.")
    return Column((sets,), "+".join(having))

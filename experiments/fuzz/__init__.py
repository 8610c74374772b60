"""The readers that are fuzzed by `experiments.fuzzing`.

A reader is a function of a path. It raises an error, or returns a value that keeps the promises
of its documentation, which it checks by `assert`.
"""

from experiments.fuzz.reader import Reader


def all_readers() -> list[Reader]:
    """Return all readers. Makes a network, so call it in a process that is not forked later."""
    from experiments.fuzz import arrays, json_files, models, pictures, released, tables

    return [
        *tables.readers(),
        *json_files.readers(),
        *pictures.readers(),
        *arrays.readers(),
        *models.readers(),
        *released.readers(),
    ]

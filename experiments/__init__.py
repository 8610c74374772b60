"""The papers' own experiments, runnable: `python -m experiments` lists them.

One file a paper; each has TABLES. Beside them stand scripts that measure the
library itself.
"""

PAPERS = ("msinet", "sam", "pan", "asnet")


def all_tables():
    """Return the tables of all papers, in the order of the papers."""
    import importlib

    modules = [importlib.import_module(f"experiments.{paper}") for paper in PAPERS]
    return [table for module in modules for table in module.TABLES]

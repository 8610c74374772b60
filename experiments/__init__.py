"""The experiments of the papers; `python -m experiments` lists and runs them.

One module a paper, with its tables in TABLES. The other scripts of this folder train the
shipped weights and measure speed, memory and properties of the library.
"""

PAPERS = ("msinet", "sam", "pan", "asnet")


def all_tables():
    """Return the tables of all papers, in the order of the papers."""
    import importlib

    modules = [importlib.import_module(f"experiments.{paper}") for paper in PAPERS]
    return [table for module in modules for table in module.TABLES]

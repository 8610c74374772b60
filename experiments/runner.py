"""Runner that trains and evaluates the entries of tables, and skips what is complete.

trained/ENTRY/SETS/seed-N/          runs, as `salzoo train` writes them
parts/ENTRY/SETS/seed-N/            runs with a part of the model of another run
.../measured/SET-SPLIT-.../         in a run: reports, and figures.json with the means
costs/ENTRY/figures.json            parameters, memory or speed
released/ENTRY/measured/...         of released weights
tables/sam-table2.md, .csv          published and obtained figures

Entries that share a training and its complete model also share the evaluation.
"""

import os
from dataclasses import replace

from experiments import measuring
from experiments.entries import CategoryChange, Cost, Entry, Released, find
from experiments.trainings import (
    check_folders,
    config_of,
    say,
    train_for_real,
    train_once,
    without_fixation_sets,
    write_part,
)
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import read_json, write_json


class Runner:
    """Trainings and evaluations of entries; completed ones are read from the folder.

    Args:
        tables: all tables.
        settings: `Settings`.
        train: function of (`RunConfig`, folder, resume); None: `salzoo.training.loop.train`
            in a process of its own.
        measure: function like `experiments.measuring.measure`.
        cost: function like `experiments.measuring.cost`.
    """

    def __init__(
        self, tables, settings, train=None, measure=measuring.measure, cost=measuring.cost
    ):
        self.tables, self.settings = tables, settings
        self._train, self._measure, self._cost = train or train_for_real, measure, cost

    def run(self, chosen):
        """Train and evaluate all entries of [(table, entries)], and print each step."""
        for table, entries in chosen:
            columns = self.settings.columns(table)
            for seed in self.settings.seeds(table):
                for entry in entries:
                    for column in columns:
                        self.obtain(table, entry, column, seed)

    def obtain(self, table, entry, column, seed):
        """Train and evaluate an entry, or the two entries of a change of categories, if needed."""
        if isinstance(entry, CategoryChange):
            for name in (entry.first, entry.second):
                self.obtain(*find(self.tables, name), column, seed)
            if not self.figures(table, entry, column, seed):
                say(f"{entry.name}: {column} has no images of the category {entry.category}")
            return
        where = self.settings.columns(table)[column]
        if isinstance(entry, Entry):
            where = replace(where, fit_mode=entry.fit_mode)
        if isinstance(entry, Cost):
            path = self._figures_path(table, entry, where, seed)
            if not os.path.exists(path):
                say(f"{entry.name}: count {entry.model}")
                write_json(path, self._cost(entry, table.metrics))
            return
        if isinstance(entry, Released):
            self._obtain_released(table, entry, column, where, seed)
            return
        config = self._train_chain(entry, where, seed)
        run = self._run_folder(entry, where, seed)
        if entry.model_options != config.model_options:
            write_part(self._chain(entry, where, seed)[-1][1], entry.model_options, run)
        path = self._figures_path(table, entry, where, seed)
        if os.path.exists(path):
            return
        say(f"{entry.name}: measure on {where.test}, {where.split}, seed {seed}")
        same_dataset = where.test == config.dataset
        if same_dataset and where.protocol is None:
            where = replace(where, protocol=config.protocol)
        # The densities of the evaluation have the sigma of the training.
        sigma = config.recipe.sigma if same_dataset else None
        found = self._measure(
            run,
            where,
            table,
            self._metrics(table),
            self.settings,
            sigma,
            os.path.dirname(path),
        )
        write_json(path, found)

    def _obtain_released(self, table, entry, column, where, seed):
        """Evaluate released weights on a column of theirs, or on any other dataset."""
        path = self._figures_path(table, entry, where, seed)
        if os.path.exists(path) or (column in table.columns and column not in entry.columns):
            return
        say(f"{entry.name}: measure on {where.test}, {where.split}")
        arguments = (self._metrics(table), self.settings, None, os.path.dirname(path))
        try:
            write_json(path, self._measure(entry.source, where, table, *arguments))
        except InputError as error:
            say(f"{entry.name}: {column} is left out: {error}")

    def figures(self, table, entry, column, seed):
        """Return the obtained {metric: value} of an entry; {} before its evaluation."""
        if isinstance(entry, CategoryChange):
            first, second = (
                self.record(*find(self.tables, name), column, seed)
                .get("categories", {})
                .get(entry.category, {})
                for name in (entry.first, entry.second)
            )
            known = [
                name for name in first if first[name] is not None and second.get(name) is not None
            ]
            return {name: first[name] - second[name] for name in known}
        found = self.record(table, entry, column, seed).get("metrics", {})
        return {name: value for name, value in found.items() if value is not None}

    def record(self, table, entry, column, seed):
        """Return the content of an entry's figures.json; {} before its evaluation."""
        where = {**table.columns, **self.settings.columns(table)}[column]
        if isinstance(entry, Entry):
            where = replace(where, fit_mode=entry.fit_mode)
        path = self._figures_path(table, entry, where, seed)
        return read_json(path) if os.path.exists(path) else {}

    def _figures_path(self, table, entry, where, seed):
        if isinstance(entry, Cost):
            return self._path("costs", entry.name, "figures.json")
        limit = self.settings.limit_val
        name = "-".join(
            [where.test, where.split, table.convention]
            + ([f"limit{limit}"] if limit else [])
            + ([where.fit_mode] if where.fit_mode else [])
            + list(self._metrics(table))
        )
        return os.path.join(self._run_folder(entry, where, seed), "measured", name, "figures.json")

    def _metrics(self, table):
        return measuring.measurable(table.metrics, self.settings.quick)

    def _run_folder(self, entry, where, seed):
        """Return the folder of the run that is evaluated for an entry."""
        if isinstance(entry, Released):
            return self._path("released", entry.name)
        trained = self._chain(entry, where, seed)[-1][1]
        if entry.model_options == self._trainer(entry).model_options:
            return trained
        sets = os.path.basename(os.path.dirname(trained))
        return self._path("parts", entry.name, sets, f"seed-{seed}")

    def _trainer(self, entry):
        """Return the entry whose training an entry uses."""
        return find(self.tables, entry.trains_with)[1] if entry.trains_with else entry

    def _chain(self, entry, where, seed):
        """Return [(sets, folder of the run)] of an entry's trainings, one after the other."""
        trainer, settings = self._trainer(entry), self.settings
        chain = [without_fixation_sets(s) if trainer.objects_only else s for s in where.train]
        done = []
        if settings.direct or settings.init_from:
            chain, done = chain[-1:], ["given"] if settings.init_from else []
        stages = []
        for sets in chain:
            done.append(sets)
            folder = self._path("trained", trainer.name, "-".join(done), f"seed-{seed}")
            stages.append((sets, folder))
        return stages

    def _path(self, *parts):
        return os.path.join(self.settings.out, *parts)

    def _train_chain(self, entry, where, seed):
        """Do the trainings of an entry that are not complete; return the config of the last one."""
        trainer, stages = self._trainer(entry), self._chain(entry, where, seed)
        check_folders(trainer, [sets for sets, _ in stages], where.test, self.settings)
        start = self.settings.init_from and os.path.abspath(self.settings.init_from)
        for sets, folder in stages:
            config = config_of(trainer, sets, seed, start, self.settings)
            train_once(trainer, config, folder, self.settings, self._train)
            start = os.path.abspath(folder)
        return config

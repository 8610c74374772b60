"""Train a model with its recipe in one call, measure it, draw its maps: `salzoo train`."""

import sys
from dataclasses import dataclass

from salzoo.evaluation.after_training import report_run
from salzoo.evaluation.results import Evaluation
from salzoo.export import export_model
from salzoo.training import config as configuring
from salzoo.training.loop import train as train_run
from salzoo.training.run import Run
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder


@dataclass
class Trained:
    """What a training gave; printed, what `salzoo train` ends with.

    run: `salzoo.training.run.Run`, whose `folder` every function of salzoo takes as a model.
    evaluations: list of `Evaluation` on the validation images, beside baselines: of a
    model of objects and fixations one of each, else one. export: folder of the
    exported model, or None.
    """

    run: Run
    evaluations: list[Evaluation]
    export: str | None = None

    @property
    def folder(self):
        """The run's folder."""
        return self.run.folder

    def __getitem__(self, model):
        """Return {metric: mean} of a model or baseline, see `Evaluation`."""
        return self.evaluations[0][model]

    def __str__(self):
        places = {"run": self.folder, "picture": self.run.path("predictions.png")}
        if self.export is not None:
            places["export"] = self.export
        tables = [evaluation.table() + "\n" for evaluation in self.evaluations]
        return "\n".join([*tables, *(f"{what:<9} {place}" for what, place in places.items())])


def train(
    model=None,
    dataset=None,
    *,
    run_dir=None,
    resume=False,
    export=None,
    quiet=False,
    **flags,
):
    """Train a model with its recipe, measure it and draw its maps.

    Does what `salzoo train` does; keywords are its flags, with the same defaults.
    On CPUs this puts TensorFlow into its deterministic mode for the rest of the process.

    Args:
        model: name, see `salzoo.list_models`. None: that of the run in `init_from`; else
            "msinet", with dataset "folder" "msinet_lite", which then learns on from the
            trained weights that come with salzoo.
        dataset: name, see `salzoo.list_datasets`, several as "a+b"; None: "synthetic".
        run_dir: folder to write; None: runs/MODEL-DATASET-NNN.
        resume: go on with the run in `run_dir`.
        export: folder to export the trained model to as well.
        quiet: say nothing meanwhile.
        **flags: of the data `data_dir`, `protocol`, `sigma`, `mix`, `dataset_options` (a
            dict); of the network `option` (a dict), `fit`; of the start `init_from` (a run,
            a model whose weights come with salzoo, or "none"), `backbone_weights`; of the
            recipe `loss`, `optimizer`, `learning_rate`, `batch_size`, `epochs`,
            `input_size` ((rows, columns)), `flip`, ..., `loss_options` and
            `optimizer_options` (dicts); `limit_train`, `limit_val`, `seed`,
            `mixed_precision`. `salzoo train --help` says what each is.

    Returns:
        `Trained`. `print` shows the command's table; `trained["msinet"]["NSS"]` is a value.

    Raises:
        InputError: an unknown keyword, an unusable value, unusable data, or the loss is no
            longer finite.
    """
    for flag, path in (("run_dir", run_dir), ("export", export)):
        if path is not None:
            check_folder(flag, path)
    given = configuring.checked({"model": model, "dataset": dataset, **flags})
    if resume:
        config = configuring.resumed_config(run_dir, given)
    else:
        config = configuring.new_config(given)
        run_dir = run_dir or configuring.free_run_dir(config)
    if not quiet:
        print("\n".join(configuring.in_words(config)), flush=True)
    try:
        # A log file gets a line an epoch, a person a moving bar.
        verbose = 0 if quiet else 1 if sys.stdout.isatty() else 2
        run = train_run(config, run_dir, resume, verbose)
    except KeyboardInterrupt:
        if Run(run_dir).exists and not quiet:
            print(f"\nInterrupted. To go on: salzoo train --resume --run_dir {run_dir}")
        raise
    try:
        evaluations = report_run(run, quiet)
    except InputError as error:
        raise InputError(
            f"{error} The training is kept. Then measure it: salzoo train --resume --run_dir "
            f"{run.folder}"
        ) from error
    return Trained(run, evaluations, export and export_model(run.folder, export))

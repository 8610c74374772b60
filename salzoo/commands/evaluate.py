"""Compare a run or an exported model with eye movements, beside simple baselines."""

import os

from salzoo.commands.arguments import add_data, add_wrapping, at_least
from salzoo.commands.quiet import load_tensorflow

HELP = "measure a trained model on a dataset"


def add_arguments(parser):
    parser.add_argument("model", help="a run folder or an exported model")
    add_data(parser, "what the model was trained on")
    parser.add_argument("--split", default="val", help="train, val (default), test or all")
    parser.add_argument("--limit", type=at_least(1), help="so many images only, evenly spaced")
    parser.add_argument(
        "--out",
        default="evaluations",
        help="folder for the json and csv files (default: evaluations)",
    )
    add_wrapping(parser)


def run(arguments):
    load_tensorflow()
    from salzoo.data.datasets import load_dataset
    from salzoo.data.sample import evenly
    from salzoo.evaluation import baselines, evaluate, predicted_by
    from salzoo.prediction import Predictor
    from salzoo.reporting import title
    from salzoo.runs import Run

    predictor = Predictor(arguments.model, arguments.raw, arguments.fit)
    dataset, data_dir = arguments.dataset or predictor.card["trained_on"], arguments.data_dir
    trained = Run(arguments.model)
    if data_dir is None and trained.exists and dataset == trained.config.dataset:
        data_dir = trained.config.data_dir
    samples = load_dataset(dataset, data_dir, arguments.split, arguments.sigma)
    samples = evenly(samples, arguments.limit)
    training = load_dataset(dataset, data_dir, "train", arguments.sigma)
    name = predictor.card["model"]
    os.makedirs(arguments.out, exist_ok=True)  # fails now rather than after the work
    changed = _changed(arguments)
    evaluation = evaluate(
        ", ".join([title(dataset, arguments.split, samples), *changed]),
        {**baselines(training), name: predicted_by(predictor)},
        samples,
    )
    folder = os.path.normpath(arguments.model).replace(os.sep, "-").strip("-.")
    stem = "-".join([folder, dataset, arguments.split, *changed]).replace(" ", "")
    stem = os.path.join(arguments.out, stem)
    evaluation.write(f"{stem}.json", f"{stem}.csv")
    print(evaluation.table())
    print(f"\n{stem}.json\n{stem}.csv")


def _changed(arguments):
    """Say what was not as usual, for the title and the names of the files."""
    values = {name: getattr(arguments, name) for name in ("sigma", "limit", "fit")}
    changed = [f"{name} {value}" for name, value in values.items() if value is not None]
    return [*changed, "raw"] if arguments.raw else changed

"""Compare a run or an exported model with eye movements, beside simple baselines."""

import os

from salzoo.commands.arguments import add_data, add_wrapping, at_least, pairs_to_dict
from salzoo.commands.quiet import load_tensorflow

FLAGS_IN_TITLE = ("protocol", "sigma", "limit", "fit")
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
    from salzoo.data.mixture import chain, load_mixture
    from salzoo.data.sample import evenly
    from salzoo.evaluation import baselines, evaluate, predicted_by
    from salzoo.prediction import Predictor
    from salzoo.reporting import title

    predictor = Predictor(arguments.model, arguments.raw, arguments.fit)
    source = _source(arguments, predictor)
    dataset = source["datasets"]
    samples = chain(load_mixture(**source, split=arguments.split))
    samples = evenly(samples, arguments.limit)
    training = _training(source)
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


def _training(source):
    """Return the samples that the fitted baselines are made from, none if there are none."""
    from salzoo.data.mixture import available_splits, chain, load_mixture, split_names
    from salzoo.errors import EmptySplit

    trainable = [
        name
        for name in split_names(source["datasets"])
        if "train" in available_splits(name, source["protocol"])
    ]
    if not trainable:
        return []
    try:
        return chain(load_mixture(**{**source, "datasets": "+".join(trainable)}, split="train"))
    except EmptySplit:  # only the part that is measured was downloaded
        return []


def _source(arguments, predictor):
    """Say what to measure on: what the flags name, else what the run was trained on."""
    from salzoo.runs import Run

    source = {
        "datasets": arguments.dataset or predictor.card["trained_on"],
        "data_dir": arguments.data_dir,
        "protocol": arguments.protocol,
        "sigma": arguments.sigma,
        "options": pairs_to_dict("--dataset_option", arguments.dataset_option or []),
    }
    trained = Run(arguments.model)
    if trained.exists and source["datasets"] == trained.config.dataset:
        config = trained.config
        source["data_dir"] = source["data_dir"] or config.data_dir
        source["protocol"] = source["protocol"] or config.protocol
        source["options"] = source["options"] or config.dataset_options
    return source


def _changed(arguments):
    """Say what was not as usual, for the title and the names of the files."""
    values = {name: getattr(arguments, name) for name in FLAGS_IN_TITLE}
    changed = [f"{name} {value}" for name, value in values.items() if value is not None]
    return [*changed, "raw"] if arguments.raw else changed

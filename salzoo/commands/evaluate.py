"""Measure runs, exported models or maps of any other program, beside simple baselines.

The folder it writes holds the page report.html, the same as report.md, evaluation.json
(means, intervals, definitions) and scores.csv (every image). An evaluation that was
interrupted goes on where it was when the same command is given again.
"""

import os

from salzoo.commands.arguments import add_data, add_wrapping, at_least, comma_list, pairs_to_dict
from salzoo.commands.quiet import load_tensorflow
from salzoo.errors import InputError

HELP = "measure a trained model, or maps of any program, on a dataset"
# What is not as usual, in the name of the folder.
IN_STEM = ("task", "protocol", "sigma", "limit", "fit", "metrics", "baselines", "seed")


def add_arguments(parser):
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a run folder, an exported model, or a folder of maps (.npy, .png, .jpg, .mat, .h5) "
        "named as the images are; several are compared",
    )
    add_data(parser, "what the model was trained on")
    parser.add_argument("--split", default="val", help="train, val (default), test or all")
    parser.add_argument("--limit", type=at_least(1), help="so many images only, evenly spaced")
    parser.add_argument(
        "--task", help="fixations or objects, where the dataset has both (default: the model's)"
    )
    parser.add_argument(
        "--convention",
        type=comma_list,
        help="whose definitions, several as a,b: mit, tuebingen, salicon; of objects pysod, raw "
        "(default: the first)",
    )
    parser.add_argument("--compare", action="store_true", help="under all conventions")
    parser.add_argument(
        "--metrics", type=comma_list, help="like NSS,CC; all: EMD as well (default: all but EMD)"
    )
    parser.add_argument(
        "--baselines",
        type=comma_list,
        help="like uniform,mean-map,GBVS; all or none (default: the cheap ones)",
    )
    parser.add_argument("--name", type=comma_list, help="of the model in the table; several as a,b")
    parser.add_argument(
        "--out", help="folder to write (default: evaluations/ and what is measured)"
    )
    parser.add_argument(
        "--seed", type=at_least(0, highest=2**32 - 1), help="of all random draws (default: 0)"
    )
    parser.add_argument("--jobs", type=at_least(1), help="processes (default: all cores)")
    add_wrapping(parser)


def run(arguments):
    from salzoo.evaluation import evaluate
    from salzoo.evaluation.sources import kind_of

    if arguments.compare and arguments.convention:
        raise InputError("--compare takes all conventions; leave out --convention.")
    if any(kind_of(source) != "maps" for source in arguments.sources):
        load_tensorflow()
    data = _data(arguments)
    convention = ["all"] if arguments.compare else arguments.convention
    out = arguments.out or os.path.join("evaluations", _stem(arguments, data, convention))
    try:
        evaluation = evaluate(
            arguments.sources,
            **data,
            split=arguments.split,
            limit=arguments.limit,
            task=arguments.task,
            convention=_all_or(convention),
            metrics=_all_or(arguments.metrics),
            baselines=_all_or(arguments.baselines),
            names=arguments.name,
            raw=arguments.raw,
            output=arguments.output,
            fit=arguments.fit,
            seed=arguments.seed or 0,
            jobs=arguments.jobs,
            out=out,
            command=arguments.command_line,
        )
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from here.")
        raise
    print(evaluation.table())
    print(f"\n{os.path.join(out, 'report.html')}")


def _data(arguments):
    """Say what to measure on: what the flags name, else what the first run was trained on."""
    from salzoo.evaluation.sources import about

    known = about(arguments.sources[0])
    dataset = arguments.dataset or known.get("datasets")
    if dataset is None:
        raise InputError(f"{arguments.sources[0]} holds maps: say of what with --dataset.")
    if dataset != known.get("datasets"):
        known = {}
    options = pairs_to_dict("--dataset_option", arguments.dataset_option or [])
    return {
        "dataset": dataset,
        "data_dir": arguments.data_dir or known.get("data_dir"),
        "protocol": arguments.protocol or known.get("protocol"),
        "sigma": arguments.sigma,
        "dataset_options": options or known.get("options"),
    }


def _stem(arguments, data, convention):
    """Name the folder after what is measured."""
    from salzoo.evaluation.sources import without_ending

    folders = [without_ending(source) for source in arguments.sources]
    changed = [getattr(arguments, name) for name in IN_STEM]
    changed = [
        f"{name}-{'-'.join(value) if isinstance(value, list) else value}"
        for name, value in zip(IN_STEM, changed, strict=True)
        if value is not None
    ]
    own = os.path.basename(os.path.abspath(str(data["data_dir"])))
    parts = [
        *(folder.replace(os.sep, "-").strip("-.") for folder in folders),
        data["dataset"],
        *([own] if data["dataset"] == "folder" else []),
        arguments.split,
        *(f"{name}-{value}" for name, value in (data["dataset_options"] or {}).items()),
        *(convention or []),
        *changed,
        *(["raw"] if arguments.raw else []),
        *([arguments.output] if arguments.output else []),
    ]
    return "-".join(parts).replace(" ", "")


def _all_or(names):
    """Turn ["all"] and ["none"] into the word."""
    return names[0] if names in (["all"], ["none"]) else names

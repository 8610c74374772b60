"""Measure runs, exported models or maps of any other program, beside simple baselines.

The folder it writes holds the page report.html, the same as report.md, evaluation.json
(means, intervals, definitions) and scores.csv (every image). An evaluation that was
interrupted goes on where it was when the same command is given again.
"""

import inspect
import os

from salzoo.cli.arguments import add_data, add_inference_options, pairs_to_dict
from salzoo.cli.parsers import parse_names, parse_seed, whole_number
from salzoo.utils.tensorflow import load_tensorflow

HELP = "measure a trained model, or maps of any program, on a dataset"
# What is not as usual, in the name of the folder.
IN_STEM = ("task", "protocol", "sigma", "limit", "fit_mode", "metrics", "baselines", "seed")


def add_arguments(parser):
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="msinet_lite, a run folder, an exported model, or a folder of maps (.npy, .png, "
        ".jpg, .mat, .h5) named as the images are; several are compared",
    )
    add_data(parser, "what the model was trained on")
    parser.add_argument("--split", default="val", help="train, val (default), test or all")
    parser.add_argument("--limit", type=whole_number(1), help="so many images only, evenly spaced")
    parser.add_argument(
        "--task", help="fixations or objects, where the dataset has both (default: the model's)"
    )
    parser.add_argument(
        "--convention",
        type=parse_names,
        help="whose definitions, several as a,b: mit, tuebingen, salicon; of objects pysod, raw "
        "(default: the first)",
    )
    parser.add_argument("--compare", action="store_true", help="under all conventions")
    parser.add_argument(
        "--metrics", type=parse_names, help="like NSS,CC; all: EMD as well (default: all but EMD)"
    )
    parser.add_argument(
        "--baselines",
        type=parse_names,
        help="like uniform,mean-map,GBVS; all or none (default: the cheap ones)",
    )
    parser.add_argument(
        "--name", type=parse_names, help="of the model in the table; several as a,b"
    )
    parser.add_argument(
        "--out", help="folder to write (default: evaluations/ and what is measured)"
    )
    parser.add_argument("--seed", type=parse_seed, help="of all random draws (default: 0)")
    parser.add_argument("--jobs", type=whole_number(1), help="processes (default: all cores)")
    add_inference_options(parser)


def run(arguments):
    from salzoo.evaluation import evaluate
    from salzoo.evaluation.evaluated_sources import kind_of
    from salzoo.evaluation.measured_data import usual_data

    sources = arguments.sources
    if any(kind_of(source) != "maps" for source in sources):
        load_tensorflow()
    options = pairs_to_dict("--dataset_options", arguments.dataset_options)
    data = usual_data(sources, arguments.dataset, arguments.data_dir, arguments.protocol, options)
    out = arguments.out or os.path.join("evaluations", _stem(arguments, data))
    known = inspect.signature(evaluate).parameters
    flags = {name: value for name, value in vars(arguments).items() if name in known}
    try:
        evaluation = evaluate(**{**flags, **data, "out": out, "command": arguments.command_line})
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from here.")
        raise
    print(evaluation)
    print(f"\n{os.path.join(out, 'report.html')}")


def _stem(arguments, data):
    """Name the folder after what is measured."""
    from salzoo.evaluation.evaluated_sources import without_ending

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
        *(["all"] if arguments.compare else arguments.convention or []),
        *changed,
        *(["raw"] if arguments.raw else []),
        *(["tta"] if arguments.tta else []),
        *([arguments.output] if arguments.output else []),
    ]
    return "-".join(parts).replace(" ", "")

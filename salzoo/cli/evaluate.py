"""Evaluate runs, exported models or maps of any other program, beside simple baselines.

The output folder holds the page report.html, the same as report.md, evaluation.json (means,
intervals, definitions) and scores.csv (the values of every image). The same command resumes
an interrupted evaluation.
"""

import argparse
import os
from typing import Any

from salzoo.cli.arguments import add_data, add_inference_options, pairs_to_dict
from salzoo.cli.batch import add_cluster
from salzoo.cli.parsers import parse_names, parse_seed, whole_number
from salzoo.utils.tensorflow import load_tensorflow

HELP = "measure a trained model, or maps of any program, on a dataset"
# Flags that stand in the name of the default folder if they are given.
IN_FOLDER_NAME = ("task", "protocol", "sigma", "limit", "fit_mode", "metrics", "baselines", "seed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="msinet_lite, released weights such as msinet:salicon, a run folder, an exported "
        "model, or a folder of maps (.npy, .png, .jpg, .mat, .h5) named as the images are; several "
        "are compared",
    )
    add_data(parser, "what the model was trained on")
    parser.add_argument("--split", help="train, val, test or all (default: val, or the only one)")
    parser.add_argument(
        "--limit", type=whole_number(1), help="number of images, evenly spaced (default: all)"
    )
    parser.add_argument(
        "--task", help="fixations or objects, where the dataset has both (default: the model's)"
    )
    parser.add_argument(
        "--convention",
        type=parse_names,
        help="definitions of the metrics, several as a,b: mit, tuebingen, salicon; for objects "
        "pysod, mean_pr, raw (default: mit; pysod and mean_pr)",
    )
    parser.add_argument("--compare", action="store_true", help="use all conventions")
    parser.add_argument(
        "--metrics",
        type=parse_names,
        help="several as NSS,CC; all includes EMD (default: all but EMD)",
    )
    parser.add_argument(
        "--baselines",
        type=parse_names,
        help="several as uniform,mean-map,GBVS; all or none (default: the cheap ones)",
    )
    parser.add_argument(
        "--name", type=parse_names, help="name of the model in the table; several as a,b"
    )
    parser.add_argument(
        "--out", help="folder to write (default: a folder in evaluations/ named by the arguments)"
    )
    parser.add_argument("--seed", type=parse_seed, help="of all random draws (default: 0)")
    parser.add_argument("--jobs", type=whole_number(1), help="processes (default: all cores)")
    add_cluster(parser, "predict and measure")
    parser.add_argument(
        "--log_maps",
        action="store_true",
        help="maps are log densities, as DeepGaze and pysaliency write them: evaluate exp of them",
    )
    add_inference_options(parser)


def run(arguments: argparse.Namespace) -> None:
    from salzoo.evaluation import evaluate
    from salzoo.evaluation.measured_data import usual_data
    from salzoo.prediction.sources import SourceKind, resolve_source

    kinds = [resolve_source(source).kind for source in arguments.sources]
    if any(kind is not SourceKind.MAPS for kind in kinds):
        load_tensorflow()
    data = usual_data(
        arguments.sources,
        arguments.dataset,
        arguments.data_dir,
        arguments.protocol,
        pairs_to_dict("--dataset_options", arguments.dataset_options),
    )
    out = arguments.out or os.path.join("evaluations", default_folder_name(arguments, data))
    try:
        evaluation = evaluate(
            arguments.sources,
            **data,
            split=arguments.split,
            sigma=arguments.sigma,
            limit=arguments.limit,
            task=arguments.task,
            convention=arguments.convention,
            compare=arguments.compare,
            metrics=arguments.metrics,
            baselines=arguments.baselines,
            name=arguments.name,
            raw=arguments.raw,
            fit_mode=arguments.fit_mode,
            output=arguments.output,
            tta=arguments.tta,
            trust=arguments.trust,
            log_maps=arguments.log_maps,
            seed=arguments.seed,
            jobs=arguments.jobs,
            cluster=arguments.cluster,
            workers=arguments.workers,
            out=out,
            command=arguments.command_line,
        )
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from here.")
        raise
    print(evaluation)
    print(f"\n{os.path.join(out, 'report.html')}")


def default_folder_name(arguments: argparse.Namespace, data: dict[str, Any]) -> str:
    """Return the name of the output folder without --out: the arguments joined by dashes.

    Args:
        arguments: of the command.
        data: of `usual_data`.
    """
    from salzoo.data.dataset import recorded_split
    from salzoo.prediction.sources import without_ending

    sources = [without_ending(source) for source in arguments.sources]
    parts = [source.replace(os.sep, "-").replace(":", "-").strip("-.") for source in sources]
    parts.append(data["dataset"])
    if data["dataset"] == "folder":
        parts.append(os.path.basename(os.path.abspath(str(data["data_dir"]))))
    split = arguments.split or recorded_split(data["dataset"], data["protocol"])
    parts += [split] if split else []
    parts += [f"{name}-{value}" for name, value in (data["dataset_options"] or {}).items()]
    parts += ["all"] if arguments.compare else arguments.convention or []
    for name in IN_FOLDER_NAME:
        value = getattr(arguments, name)
        if value is not None:
            parts.append(f"{name}-{'-'.join(value) if isinstance(value, list) else value}")
    parts += [name for name in ("raw", "tta", "log_maps") if getattr(arguments, name)]
    parts += [arguments.output] if arguments.output else []
    return "-".join(parts).replace(" ", "")

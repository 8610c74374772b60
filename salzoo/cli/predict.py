"""Predict saliency maps of images, and write them as arrays, pictures and overlays.

The files are written beside the images: float32 maps (.npy), grey pictures of them and
overlays (.png); --write chooses some of them. --top, --regions and --crop add the most
salient spots, the share of attention in boxes, and a crop. --report writes one page about all
images, with variants of a design side by side.

--submission writes maps of the test images of a public benchmark in the format that it
requires, and the archive to submit. An interrupted submission continues when the same
command is given again.

--cluster predicts millions of images on the workers of a Dask cluster.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from salzoo import __version__
from salzoo.cli.arguments import (
    add_data_dir,
    add_engine,
    add_inference_options,
    inference_options,
)
from salzoo.cli.batch import add_batch_arguments, predict_on_cluster, refuse_batch_flags
from salzoo.cli.messages import render_message
from salzoo.cli.parsers import parse_aspect, parse_names, whole_number
from salzoo.utils.errors import InputError
from salzoo.utils.files import DISK_ERRORS, check_folder
from salzoo.utils.printable import printable
from salzoo.utils.wording import counted

if TYPE_CHECKING:
    from salzoo.prediction.attention.box_files import BoxFile
    from salzoo.prediction.photo_files import FoundImages
    from salzoo.prediction.photos import OutputOptions, PhotoResult

HELP = "predict saliency maps of images"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "images",
        nargs="*",
        help="files, folders (without their sub-folders) or patterns such as 'photos/**', which "
        "takes sub-folders too; --out then keeps them",
    )
    parser.add_argument(
        "--model",
        default="msinet_lite",
        help="name of a pretrained model, released weights such as msinet:salicon, run folder, "
        "exported model, .keras or portable file (default: msinet_lite)",
    )
    parser.add_argument(
        "--out",
        help="folder to write to (default: beside each image; with --submission, predictions)",
    )
    parser.add_argument(
        "--write",
        type=parse_names,
        metavar="FILES",
        help="files of each map, some of npy,png,overlay (default: all)",
    )
    parser.add_argument(
        "--top", type=whole_number(1), metavar="N", help="list the N most salient spots"
    )
    parser.add_argument(
        "--regions",
        metavar="BOXES",
        help="list the share of attention in boxes, with its 90 %% interval for pretrained models: "
        "a .csv or .json file with the columns name, x, y, width and height in pixels, and image "
        "if the boxes differ between images",
    )
    parser.add_argument(
        "--crop",
        type=parse_aspect,
        metavar="W:H",
        help="write the largest crop of this aspect ratio, such as 16:9, that keeps the most "
        "attention",
    )
    parser.add_argument(
        "--report",
        metavar="FILE",
        help="write one HTML page about all images; those whose names differ in a last letter "
        "only, such as poster_a.png and poster_b.png, are compared",
    )
    parser.add_argument(
        "--pair",
        nargs=2,
        action="append",
        metavar=("A", "B"),
        help="compare two of the images in the report; may be repeated",
    )
    parser.add_argument(
        "--submission",
        metavar="BENCHMARK",
        help="mit300, cat2000 or salicon, instead of images",
    )
    add_data_dir(parser)
    add_inference_options(parser)
    add_engine(parser)
    add_batch_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.cluster:
        return predict_on_cluster(arguments)
    refuse_batch_flags(arguments)
    if arguments.submission:
        return _submit(arguments)
    if arguments.data_dir:
        raise InputError("--data_dir is for --submission; name images or their folder instead.")
    if not arguments.images:
        raise InputError("give images (files, folders or patterns), or --submission.")
    check_folder("out", arguments.out or ".")
    # Photos are computed at the same time, one on each core, so that no step of one needs several.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names need not be valid UTF-8
    from salzoo.prediction.photo_files import find_images

    if arguments.pair and not arguments.report:
        raise InputError("--pair compares two images in a report; add --report FILE.")
    found = find_images(arguments.images)
    paths, failures = found.paths, found.problems
    if not paths:
        only_outputs = "There are only files that salzoo predict wrote itself: give the photos."
        raise InputError(" ".join((*failures, *found.notes)) or only_outputs)
    if arguments.report:
        from salzoo.prediction.design_report import check_report

        check_report(arguments.report, (*paths, arguments.regions or paths[0]))
    regions, notes = _regions(arguments.regions, paths)
    notes += found.notes
    if found.own_count:
        own = counted(found.own_count, "file")
        notes.append(f"left out {own} that salzoo predict wrote itself.")
    from salzoo.prediction.photos import MAP_FILES, OutputOptions

    write = arguments.write or tuple(MAP_FILES)
    report = arguments.report is not None
    options = OutputOptions(write, arguments.top or 0, regions, arguments.crop, report)
    results, card = _predict(arguments, found, options)
    files = [result.files for result in results]
    if arguments.report and results:
        notes.append(_write_report(arguments, results, card))
    _print_summary(files, len(files) + len(failures), options, notes)
    for failure in failures:
        message = printable(render_message(failure, arguments.parser))
        sys.stderr.write(f"salzoo predict: {message}\n")
    if not failures:
        return 0
    return 1 if files else 2


def _predict(
    arguments: argparse.Namespace, found: "FoundImages", options: "OutputOptions"
) -> tuple[list["PhotoResult"], dict[str, Any]]:
    """Write the files of all images.

    Args:
        arguments: of the command.
        found: the images; messages of those that cannot be used are appended to its problems.
        options: what to write besides the maps.

    Returns:
        What was written for each image that was used, and the model's card.
    """
    from tqdm import tqdm

    from salzoo.prediction.photo_batch import describe_error, predict_photos, worker_count
    from salzoo.prediction.photo_files import output_stems
    from salzoo.prediction.predictor import Predictor

    count = len(found.paths)
    workers = worker_count(count)
    predictor = Predictor(arguments.model, inference_options(arguments), copies=workers)
    read = {os.path.realpath(path) for path in (*found.paths, arguments.regions or found.paths[0])}
    stems = output_stems(found.paths, arguments.out, found.below)
    done = []
    bar = tqdm(found.paths, unit="image", disable=None if count > 1 else True)
    with (
        _eager_execution(predictor.engine == "tensorflow" and count == 1),
        contextlib.closing(
            predict_photos(predictor, found.paths, stems, options, read, workers)
        ) as results,
    ):
        for path, result in zip(bar, results, strict=True):
            if isinstance(result, Exception):
                if isinstance(result, OSError) and result.errno in DISK_ERRORS:
                    raise result
                found.problems.append(describe_error(path, result))
                continue
            done.append(result)
            for text in result.texts:
                tqdm.write(text + "\n")
    return done, predictor.card


def _write_report(
    arguments: argparse.Namespace, results: list["PhotoResult"], card: dict[str, Any]
) -> str:
    """Write the report; return the sentence to print."""
    from salzoo.prediction.design_report import write_report
    from salzoo.prediction.designs import group_variants

    summaries = [result.summary for result in results if result.summary is not None]
    model = f"{card['model']}, salzoo {__version__}"
    facts = {"Model": f"{model}, trained on {card['trained_on']}" if card["trained_on"] else model}
    write_report(arguments.report, group_variants(summaries, arguments.pair or ()), facts)
    return f"report: {arguments.report}"


@contextlib.contextmanager
def _eager_execution(enabled: bool) -> Iterator[None]:
    """Run models of TensorFlow without compiling them first: for one image, that takes longer."""
    if not enabled:
        yield
        return
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def _regions(path: str | None, photos: list[str]) -> tuple["BoxFile | None", list[str]]:
    """Read the file of boxes; return it (None without a path) and notes to print."""
    if path is None:
        return None, []
    from salzoo.prediction.attention.box_files import BoxFile

    regions = BoxFile(path)
    absent = sorted(regions.images - {os.path.basename(photo) for photo in photos})
    if not absent:
        return regions, []
    return regions, [f"{path} has regions of images that were not given: {', '.join(absent)}."]


def _print_summary(
    files: list[list[str]], image_count: int, options: "OutputOptions", notes: list[str]
) -> None:
    """Print the paths of one image's files, or the folders of several images' files."""
    if image_count == 1:
        print("\n".join(printable(path) for photo in files for path in photo))
    else:
        folders = dict.fromkeys(os.path.dirname(photo[0]) or "." for photo in files)
        where = f" in {', '.join(folders)}" if files else ""
        overlays = ["overlays"] if "overlay" in options.write else []
        maps = ["maps"] if len(options.write) > len(overlays) else []
        what = " and ".join(maps + overlays)
        print(printable(f"{len(files)} of {counted(image_count, 'image')}: {what}{where}"))
    for note in notes:
        print(printable(note))


def _submit(arguments: argparse.Namespace) -> int:
    """Write maps of a benchmark's test images and the archive to submit."""
    for name in ("images", "write", "top", "regions", "crop", "report", "pair"):
        if getattr(arguments, name):
            raise InputError("--submission takes the benchmark's own images and writes maps alone.")
    out = arguments.out or "predictions"
    check_folder("out", out)
    from salzoo.prediction.predictor import Predictor
    from salzoo.prediction.submission import test_images, write_submission

    images = test_images(arguments.submission, arguments.data_dir)
    predictor = Predictor(arguments.model, inference_options(arguments))
    archive = write_submission(
        arguments.submission, images, predictor, predictor.card["model"], out
    )
    print(f"{counted(len(images), 'map')} of {arguments.submission}, 8-bit PNG: {archive}")
    return 0

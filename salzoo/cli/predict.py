"""Predict where people look in photos: maps as numbers (.npy) and in grey, and overlays.

They are written beside the photos. --top, --regions and --crop say more about where the
attention goes.

With --submission, the maps of a public benchmark's test images as it takes them, and
the zip to hand in; when interrupted, the same command goes on.
"""

import argparse
import contextlib
import os
import sys

from salzoo.cli.arguments import add_inference_options, inference_options
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder
from salzoo.utils.tensorflow import load_tensorflow
from salzoo.utils.validators import at_least

HELP = "write saliency maps of photos"


def add_arguments(parser):
    parser.add_argument("images", nargs="*", help="files, folders or patterns")
    parser.add_argument(
        "--model",
        default="msinet_lite",
        help="the name of a model that comes with its weights, a run folder, an exported model "
        "or a .keras file (default: msinet_lite)",
    )
    parser.add_argument(
        "--out", help="folder to write to (default: beside each photo; of --submission predictions)"
    )
    parser.add_argument(
        "--top", type=at_least(1), metavar="N", help="list the N spots that are looked at most"
    )
    parser.add_argument(
        "--regions",
        metavar="BOXES",
        help="measure how much attention boxes get; a .csv or .json file with name, x, y, width, "
        "height in pixels, and image if they differ from photo to photo",
    )
    parser.add_argument(
        "--crop",
        type=aspect,
        metavar="W:H",
        help="cut out the largest part of this shape, like 16:9, where it keeps most attention",
    )
    parser.add_argument(
        "--submission", help="mit300, cat2000 or salicon, instead of images; needs --data_dir"
    )
    parser.add_argument("--data_dir", help="the folder of the benchmark's dataset")
    add_inference_options(parser)


def aspect(text):
    """Parse an aspect ratio: 16:9, 16x9 or 16/9, width first."""
    for sign in ":x/":
        parts = text.lower().split(sign)
        if len(parts) == 2:
            try:
                width, height = map(float, parts)
            except ValueError:
                break
            if 1e-3 <= width / (height or 1e9) <= 1e3 and width > 0:
                return width / height
    raise argparse.ArgumentTypeError(f"'{text}' is no shape like 16:9, 1:1 or 4x5, width first.")


def run(arguments):
    if arguments.submission:
        return _submit(arguments)
    if arguments.data_dir:
        raise InputError("--data_dir is for --submission; name images or their folder instead.")
    if not arguments.images:
        raise InputError("give images (files, folders or patterns), or --submission.")
    check_folder("--out", arguments.out or ".")
    sys.stdout.reconfigure(errors="backslashreplace")  # names of files may be no UTF-8
    from salzoo.prediction.photo_files import find_images

    paths, failures, left_out = find_images(arguments.images)
    if not paths:
        own = "There are only files that salzoo predict wrote itself: give the photos."
        raise InputError(" ".join(failures) or own)
    regions, notes = _regions(arguments.regions, paths)
    if left_out:
        notes.append(f"{left_out} files that salzoo predict wrote itself were left out.")
    load_tensorflow()
    from salzoo.prediction.photos import Wishes

    wishes = Wishes(arguments.top or 0, regions, arguments.crop)
    with _step_by_step(len(paths) == 1):
        files = _predict(arguments, paths, wishes, failures)
    _say(files, len(files) + len(failures), notes)
    for failure in failures:
        sys.stderr.write(f"salzoo predict: {failure}\n")
    return 0 if not failures else 1 if files else 2


def _predict(arguments, photos, wishes, failures):
    """Write the files of each photo and return their paths, a list each; add to failures."""
    from tqdm import tqdm

    from salzoo.prediction.photo_files import output_stems
    from salzoo.prediction.photos import predict_photo
    from salzoo.prediction.predictor import Predictor

    predictor = Predictor(arguments.model, inference_options(arguments))
    read = {os.path.realpath(path) for path in (*photos, arguments.regions or photos[0])}
    files = []
    bar = tqdm(photos, unit="image", disable=None if len(photos) > 1 else True)
    for photo, stem in zip(bar, output_stems(photos, arguments.out), strict=True):
        try:
            answer = predict_photo(predictor, photo, stem, wishes, read)
        except InputError as error:
            failures.append(str(error))
            continue
        files.append(answer.files)
        for text in answer.texts:
            tqdm.write(text + "\n")
    return files


@contextlib.contextmanager
def _step_by_step(wanted):
    """Run networks without compiling them first, which takes longer than one photo does."""
    import tensorflow as tf

    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(wanted)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def _regions(path, photos):
    """Return the file of boxes, or None, and what there is to say about it."""
    if path is None:
        return None, []
    from salzoo.prediction.attention.box_files import BoxFile

    regions = BoxFile(path)
    absent = sorted(regions.images - {os.path.basename(photo) for photo in photos})
    if not absent:
        return regions, []
    return regions, [f"{path} has regions of images that were not given: {', '.join(absent)}."]


def _say(files, asked, notes):
    """Print where everything is: each file of one photo, the folders of many."""
    if asked == 1:
        print("\n".join(path for photo in files for path in photo))
    else:
        folders = dict.fromkeys(os.path.dirname(photo[0]) or "." for photo in files)
        where = f" in {', '.join(folders)}" if files else ""
        print(f"{len(files)} of {asked} images: maps and overlays{where}")
    for note in notes:
        print(note)


def _submit(arguments):
    """Write the maps of a benchmark's test images and the archive of them."""
    for flag in ("images", "top", "regions", "crop"):
        if getattr(arguments, flag):
            raise InputError("--submission takes the benchmark's own images and writes maps alone.")
    out = arguments.out or "predictions"
    check_folder("--out", out)
    load_tensorflow()
    from salzoo.prediction.predictor import Predictor
    from salzoo.prediction.submission import test_images, write_submission

    images = test_images(arguments.submission, arguments.data_dir)
    predictor = Predictor(arguments.model, inference_options(arguments))
    archive = write_submission(
        arguments.submission, images, predictor, predictor.card["model"], out
    )
    print(f"{len(images)} maps of {arguments.submission}, 8-bit PNG: {archive}")
    return 0

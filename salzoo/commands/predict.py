"""Write saliency maps of images: numbers (.npy), a grey picture and an overlay.

With --submission, the maps of a public benchmark's test images as it takes them, and
the zip to hand in; when interrupted, the same command goes on.
"""

import sys

from salzoo.commands.arguments import add_wrapping
from salzoo.commands.quiet import load_tensorflow
from salzoo.errors import InputError

HELP = "write saliency maps of images"


def add_arguments(parser):
    parser.add_argument("images", nargs="*", help="files, folders or patterns")
    parser.add_argument("--model", required=True, help="a run folder or an exported model")
    parser.add_argument(
        "--out", default="predictions", help="folder to write to (default: predictions)"
    )
    parser.add_argument(
        "--submission", help="mit300, cat2000 or salicon, instead of images; needs --data_dir"
    )
    parser.add_argument("--data_dir", help="the folder of the benchmark's dataset")
    add_wrapping(parser)


def run(arguments):
    if arguments.submission:
        return _submit(arguments)
    if arguments.data_dir:
        raise InputError("--data_dir is for --submission; name images or their folder instead.")
    if not arguments.images:
        raise InputError("give images (files, folders or patterns), or --submission.")
    load_tensorflow()
    from salzoo.prediction import find_images

    paths, failures = find_images(arguments.images)
    if not paths:
        raise InputError(" ".join(failures))

    from tqdm import tqdm

    from salzoo.data.images import read_image
    from salzoo.prediction import Predictor, output_stems, write_prediction

    predictor = Predictor(arguments.model, arguments.raw, arguments.fit, arguments.output)
    stems = output_stems(paths, arguments.out)
    written = 0
    for path, stem in zip(tqdm(paths, unit="image", disable=None), stems, strict=True):
        try:
            image = read_image(path)
            write_prediction(stem, image, predictor(image))
            written += 1
        except InputError as error:
            failures.append(str(error))
    print(f"{written} of {written + len(failures)} images: maps and overlays in {arguments.out}")
    for failure in failures:
        sys.stderr.write(f"salzoo predict: {failure}\n")
    return 1 if failures else 0


def _submit(arguments):
    """Write the maps of a benchmark's test images and the archive of them."""
    if arguments.images:
        raise InputError("--submission takes the benchmark's own images; name no others.")
    load_tensorflow()
    from salzoo.prediction import Predictor
    from salzoo.submission import test_images, write_submission

    images = test_images(arguments.submission, arguments.data_dir)
    predictor = Predictor(arguments.model, arguments.raw, arguments.fit, arguments.output)
    name = predictor.card["model"]
    archive = write_submission(arguments.submission, images, predictor, name, arguments.out)
    print(f"{len(images)} maps of {arguments.submission}, 8-bit PNG: {archive}")
    return 0

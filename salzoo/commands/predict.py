"""Write saliency maps of images: numbers (.npy), a grey picture and an overlay."""

import sys

from salzoo.commands.arguments import add_wrapping
from salzoo.commands.quiet import load_tensorflow
from salzoo.errors import InputError

HELP = "write saliency maps of images"


def add_arguments(parser):
    parser.add_argument("images", nargs="+", help="files, folders or patterns")
    parser.add_argument("--model", required=True, help="a run folder or an exported model")
    parser.add_argument(
        "--out", default="predictions", help="folder to write to (default: predictions)"
    )
    add_wrapping(parser)


def run(arguments):
    load_tensorflow()
    from salzoo.prediction import find_images

    paths, failures = find_images(arguments.images)
    if not paths:
        raise InputError(" ".join(failures))

    from tqdm import tqdm

    from salzoo.data.images import read_image
    from salzoo.prediction import Predictor, output_stems, write_prediction

    predictor = Predictor(arguments.model, arguments.raw, arguments.fit)
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

"""The images of a dataset on which a model is worst, and what another model predicts there.

    python -m experiments.worst_images BEFORE AFTER --dataset osie+nus_scene+eyecrowd \\
        --protocol set_aside --data_dir DATA --out worst.jpg

Writes a picture of the validation images with the lowest CC of BEFORE: the image, the density
of the fixations and the maps of both models, with their CC. Prints the table and the mean CC of
both models over all images.
"""

import argparse
import io
import os
import sys

import numpy as np
from PIL import Image

from salzoo.cli.messages import render_message
from salzoo.cli.parsers import whole_number
from salzoo.data.dataset import open_dataset
from salzoo.data.images import read_image
from salzoo.evaluation import measure
from salzoo.evaluation.evaluated_models import Network
from salzoo.utils.drawing import apply_colour_map, draw_rows, scale_by_maximum
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file
from salzoo.utils.table import Table
from salzoo.utils.task import Task
from salzoo.utils.tensorflow import load_tensorflow

TITLES = ("image", "fixations", "before", "after")
# Two images side by side, of this height in pixels.
BESIDE, HEIGHT = 2, 120
# Bytes of the picture.
LARGEST = 400_000


def main(argv=None):
    """Run the command line; return 0 or 2 (bad input)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        load_tensorflow()
        show_worst(arguments)
        return 0
    except InputError as error:
        sys.stderr.write(f"worst_images: {render_message(str(error), parser)}\n")
        return 2


def show_worst(arguments):
    """Evaluate both models, write the picture and print the table."""
    import salzoo

    models = {
        name: Network(salzoo.load_model(source, tta=arguments.tta))
        for name, source in (("before", arguments.before), ("after", arguments.after))
    }
    dataset = open_dataset(arguments.dataset, arguments.data_dir, protocol=arguments.protocol)
    samples = dataset.samples(arguments.split)
    evaluation = measure(
        models,
        samples,
        dataset=arguments.dataset,
        split=arguments.split,
        task=Task.FIXATIONS,
        conventions=["tuebingen"],
        metrics=["CC"],
        baselines="none",
    )
    scores = {name: evaluation[name]["CC"].values for name in models}
    order = np.argsort(scores["before"], kind="stable")[: arguments.images]
    worst = [(samples[index], *(scores[name][index] for name in models)) for index in order]
    picture = draw_worst(worst, models)
    with whole_file(arguments.out) as path, open(path, "wb") as file:
        file.write(encode(picture))
    rows = [
        [os.path.basename(sample.image_path), f"{before:.3f}", f"{after:.3f}"]
        for sample, before, after in worst
    ]
    means = [f"{np.nanmean(scores[name]):.3f}" for name in models]
    rows.append([f"mean of {len(samples)} images", *means])
    print(Table("", ["CC", *models], rows).text())


def draw_worst(worst, models):
    """Return the picture.

    Args:
        worst: (sample, CC before, CC after) of each image.
        models: functions of a sample to a map, before and after.
    """
    strips, captions = [], []
    for sample, *scores in worst:
        maps = [sample.density, *(model(sample) for model in models.values())]
        colours = [apply_colour_map(scale_by_maximum(map_)) for map_ in maps]
        pixels = [read_image(sample.image_path, exif=False), *colours]
        strips.append([Image.fromarray(np.uint8(values)) for values in pixels])
        name = os.path.basename(sample.image_path)
        captions.append([name[-24:], "", *(f"CC {score:.2f}" for score in scores)])
    beside = min(BESIDE, len(strips))
    strips, captions = (
        [sum(rows[start : start + beside], []) for start in range(0, len(rows), beside)]
        for rows in (strips, captions)
    )
    return draw_rows(strips, TITLES * beside, captions, HEIGHT)


def encode(picture):
    """Return a picture as JPEG of at most LARGEST bytes."""
    for quality in range(90, 0, -10):
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        if file.tell() <= LARGEST:
            break
    return file.getvalue()


def _parser():
    parser = argparse.ArgumentParser(
        prog="worst_images", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument("before", metavar="BEFORE", help="name of a model, or a run folder")
    parser.add_argument("after", metavar="AFTER", help="name of a model, or a run folder")
    parser.add_argument("--dataset", required=True, help="name, several as a+b")
    parser.add_argument("--data_dir", help="folder of the dataset")
    parser.add_argument("--protocol", help="division of the dataset")
    parser.add_argument("--split", default="val", help="part of the dataset (default: val)")
    parser.add_argument(
        "--images", type=whole_number(1), default=12, help="number of images (default: 12)"
    )
    parser.add_argument("--tta", action="store_true", help="use test-time augmentation")
    parser.add_argument("--out", required=True, help="picture to write, a .jpg")
    return parser


if __name__ == "__main__":
    sys.exit(main())

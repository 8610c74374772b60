"""SALICON, release of 2015: the images of `salicon` with fixations found in another way.

Jiang, Huang, Duan and Zhao, SALICON: Saliency in context, CVPR 2015.

Layout: as `salicon`, with that release's .mat files; or the JSON form,
`annotations/fixations_{train,val}2014.json` beside `images`, also of the
publishers' ten examples (`images/train2014examples`). In the JSON form points
are [row, column], 1-based, and an observer is the worker's number.

The published density maps are of the release of 2017: none is taken here unless
asked for.
"""

from dataclasses import replace

from salzoo.data.datasets import salicon

RECORD = replace(
    salicon.RECORD,
    name="salicon2015",
    title="SALICON (2015)",
    ground_truth="fixation points and raw mouse samples by observer; none for the 5000 test images",
    layout="images/{train,val,test}/*.jpg, and fixations/{train,val}/*.mat "
    "or annotations/fixations_{train,val}2014.json",
    steps=(
        salicon.IMAGES_STEP,
        salicon.fixations_step(
            "1WVEiXba-I4GN33f0uUl4KhaN1rK7qzs6", "9a22db9d718200fb90252e5010c004c4"
        ),
        "Or download Training (818 MB) and Validation (459 MB) under Annotations on "
        "http://salicon.net/download and put the two .json files in a folder `annotations` "
        "beside `images`.",
        "Give the folder that holds `images` as --data_dir.",
    ),
    options={
        **salicon.RECORD.options,
        "maps": "take density maps from `maps` (True; the published ones are of 2017), "
        "or blur the points (False)",
    },
)


def read(folder, border, points="fixations", maps=False):
    """Read all samples of the folder, sorted by file name."""
    return salicon.read_release(folder, border, points, maps, with_json=True)

"""MSI-Net's released weights: a SavedModel and frozen graphs of TensorFlow 1.

The SavedModel (Hugging Face, Kaggle) is trained on SALICON. Its card fits images to 240x320,
320x240 or 320x320, whichever has the nearest aspect, and pads with black. The frozen graphs, one
for each of the paper's datasets, belong to the authors' repository, whose `config.py` has their
input sizes; they are padded with grey 126. Those for GPUs compute with channels first, from kernels
of the same layout. In both, the constants have the names of the layers in the authors' `model.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salzoo.models.importers import Arrays, check_shape, weight_shapes
from salzoo.models.importers.packed_files import read_packed
from salzoo.models.importers.tensorflow_graphs import Constant, read_constants
from salzoo.models.released import Figure, ReleasedFile, ReleasedWeights, published
from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    import keras

# Our layer to that of `model.py`.
LAYERS = {
    **{
        f"block{block}_conv{number}": f"conv{block}/conv{block}_{number}"
        for block, count in enumerate((2, 2, 3, 3, 3), start=1)
        for number in range(1, count + 1)
    },
    "aspp/point": "aspp/conv1_1",
    "aspp/dilation_4": "aspp/conv1_2",
    "aspp/dilation_8": "aspp/conv1_3",
    "aspp/dilation_12": "aspp/conv1_4",
    "aspp/mean": "aspp/conv1_5",
    "aspp/fuse": "aspp/conv2",
    **{f"decoder_conv{number}": f"decoder/conv{number}" for number in range(1, 5)},
}


def read(path: str, model: keras.Model) -> Arrays:
    """Read a SavedModel or a frozen graph of MSI-Net.

    Args:
        path: Of the .pb file, or of a folder or an archive with it.
        model: MSI-Net.

    Returns:
        Arrays by the paths of the model's weights.

    Raises:
        InputError: The file is damaged or of another model.
    """
    constants = read_constants(read_packed(path, ("saved_model.pb", ".pb")), path)
    arrays = {}
    for weight, shape in weight_shapes(model).items():
        layer, part = weight.rsplit("/", 1)
        constant = _find(constants, f"{LAYERS[layer]}/{part}", path)
        check_shape(path, constant.name, constant.shape, shape)
        arrays[weight] = constant.values()
    return arrays


def _find(constants: list[Constant], name: str, path: str) -> Constant:
    """Return the constant of a name, which may stand below the name of a scope."""
    found = [one for one in constants if f"/{one.name}".endswith(f"/{name}")]
    if not found:
        raise InputError(f"{path} holds another model's weights: it has no constant {name}.")
    # A SavedModel may hold the same function twice.
    if any(one.tensor.data != found[0].tensor.data for one in found):
        raise InputError(f"{path} has several constants {name}; it is no released MSI-Net.")
    return found[0]


HUGGING_FACE = "https://huggingface.co/alexanderkroner/MSI-Net"
REVISION = "6bc49c197e19da6db3723c09e98eac03a7e1dad3"
METRICS = ("AUC-Judd", "SIM", "EMD", "AUC-Borji", "sAUC", "CC", "NSS", "KLD")


def _figures(dataset: str, *values: float) -> tuple[Figure, ...]:
    """Return means over ten trainings; which of them was released is not said."""
    table = "Table 6, with ASPP, mean of ten trainings"
    return published(dataset, table, dict(zip(METRICS, values, strict=True)))


def _frozen(
    dataset: str, size: tuple[int, int], identity: str, *figures: float, name: str | None = None
) -> ReleasedWeights:
    """Return the record of a frozen graph.

    Args:
        dataset: That it is trained on, after SALICON.
        size: Of the input, in the authors' `config.py`.
        identity: Of the file at Google Drive.
        *figures: Published values of `METRICS`, or none.
        name: Of the weights. None: that of the dataset.
    """
    trained_on = dataset if dataset == "salicon" else f"salicon, then {dataset}"
    return ReleasedWeights(
        model="msinet",
        name=name or dataset,
        title=f"MSI-Net trained on {trained_on}; frozen graph of TensorFlow 1",
        file=ReleasedFile(
            f"model_{dataset.replace('_', '')}_cpu.zip",
            f"https://drive.google.com/uc?id={identity}",
        ),
        importer="msinet_graphs",
        licence="MIT",
        trained_on=dataset,
        homepage="https://github.com/alexanderkroner/saliency",
        fit_mode="pad",
        sizes=(size,),
        padding_value=126.0,
        blur=0.0,
        protocol=None if dataset == "salicon" else "msinet",
        figures=_figures(dataset, *figures) if figures else (),
    )


# fmt: off
RECORDS = (
    ReleasedWeights(
        model="msinet",
        name="salicon",
        title="MSI-Net trained on salicon; SavedModel",
        file=ReleasedFile(
            "saved_model.pb", f"{HUGGING_FACE}/resolve/{REVISION}/saved_model.pb?download=true"
        ),
        importer="msinet_graphs",
        licence="MIT",
        trained_on="salicon",
        homepage=HUGGING_FACE,
        fit_mode="pad",
        sizes=((240, 320), (320, 240), (320, 320)),
        padding_value=0.0,
        blur=0.0,
        steps="or alexanderkroner/msi-net, TensorFlow 2, variation salicon, from Kaggle",
    ),
    _frozen("salicon", (240, 320), "1Xy9C72pcA8DO4CY0rc6B7wsuE9L9DDZY", name="salicon_tf1"),
    _frozen("mit1003", (360, 360), "1jsESjYtsTvkMqKftA4rdstfB7mSYw5Ec",
            0.899, 0.602, 2.430, 0.832, 0.713, 0.741, 2.663, 0.818),
    _frozen("cat2000", (216, 384), "1XxaEx7xxD6rHasQTa-VY7T7eVpGhMxuV",
            0.882, 0.734, 2.553, 0.812, 0.582, 0.854, 2.359, 0.430),
    _frozen("dut_omron", (360, 360), "14tuRZpKi8LMDKRHNVUylu6RuAaXLjHTa",
            0.921, 0.649, 1.155, 0.864, 0.775, 0.776, 2.873, 0.634),
    _frozen("pascal_s", (360, 360), "1af9IvBqFamKWx64Ror6ALivuKNioOVIf",
            0.914, 0.667, 1.015, 0.853, 0.701, 0.818, 2.610, 0.645),
    _frozen("osie", (240, 320), "1JD1tvAqZGxj_gEGmIfoxb9dTe5HOaHj1",
            0.918, 0.648, 1.647, 0.816, 0.788, 0.808, 3.010, 0.749),
    _frozen("fiwi", (216, 384), "19qj9nAjd5gVHLB71oRn_YfYDw5n4Uf2X"),
)
# fmt: on

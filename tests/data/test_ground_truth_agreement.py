"""`salzoo check`, samples, evaluation and pipeline refuse the same files, and read others alike.

The corpus is drawn: an array of numbers as a picture of any mode and format, or as a .npy file,
with and without colours, alpha and palettes.
"""

import pathlib
import tempfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from salzoo.data import targets
from salzoo.data.geometry import Geometry
from salzoo.data.pipeline import Pipeline
from salzoo.data.sample import Sample
from salzoo.data.validation import faults, inspect_dataset
from salzoo.evaluation import measure
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

SIZE = (8, 12)
SCENES = ("ramp", "object", "labels", "empty", "full", "dim", "negative", "infinite", "logs")
DEPTHS = ("uint8", "uint16", "bool", "float32", "float64", "int32")
KINDS = (
    *("L", "1", "RGB", "RGBA", "LA", "P", "labels", "jet", "tinted", "clear", "clear grey"),
    *("key", "16 bits", "float", "integer", "array", "volume", "cut short", "text"),
)


def scene(name: str, random: np.random.Generator) -> np.ndarray:
    """Return float64 (rows, columns), mostly 0..1."""
    rows, columns = np.indices(SIZE)
    ramp = (rows * SIZE[1] + columns) / (rows.size - 1)
    box = ((rows > 1) & (rows < 6) & (columns > 2) & (columns < 9)).astype("float64")
    return {
        "ramp": ramp * random.uniform(0.6, 1),
        "object": box,
        "labels": box * (1 + random.integers(0, 3)) / 255,
        "empty": np.zeros(SIZE),
        "full": np.ones(SIZE),
        "dim": box * random.uniform(0.02, 0.49),
        "negative": ramp - 0.3,
        "infinite": np.where(box > 0, np.inf, ramp),
        "logs": np.log(ramp + 0.1) - 5,
    }[name]


def levels_of(values: np.ndarray, highest: int) -> np.ndarray:
    finite = np.nan_to_num(values, posinf=1, neginf=0)
    return np.round(np.clip(finite, 0, 1) * highest)


def picture(values: np.ndarray, kind: str, random: np.random.Generator) -> Image.Image:
    grey = Image.fromarray(levels_of(values, 255).astype("uint8"))
    if kind == "16 bits":
        return Image.fromarray(levels_of(values, 65535).astype("uint16"))
    if kind == "float":
        return Image.fromarray(values.astype("float32"))
    if kind == "integer":
        return Image.fromarray(levels_of(values, 255).astype("int32"))
    if kind == "labels":
        labels = grey.convert("P")
        labels.putdata((np.asarray(grey).ravel() > 0).astype(int).tolist())
        labels.putpalette([0, 0, 0, 128, 0, 0])
        return labels
    if kind == "jet":
        share = np.asarray(grey) / 255.0
        colours = np.stack([share, 1 - abs(2 * share - 1), 1 - share], axis=-1)
        return Image.fromarray(np.uint8(255 * colours))
    if kind == "tinted":
        colours = np.repeat(np.asarray(grey)[..., None], 3, axis=-1)
        colours[..., 0] ^= 1
        return Image.fromarray(colours)
    if kind in ("clear", "clear grey"):
        clear = grey.convert("RGB") if kind == "clear" else grey
        clear.putalpha(Image.fromarray(random.integers(0, 256, SIZE, dtype="uint8")))
        return clear
    return grey if kind in ("L", "key", "cut short") else grey.convert(kind)


def write(
    folder: pathlib.Path, name: str, values: np.ndarray, kind: str, depth: str, seed: int
) -> str:
    """Write one ground truth and return its path."""
    random = np.random.default_rng(seed)
    if kind in ("array", "volume"):
        scale = {"uint8": 255, "uint16": 65535, "int32": 255}.get(depth)
        array = values if scale is None else levels_of(values, scale)
        array = array.astype(depth)
        path = folder / f"{name}.npy"
        np.save(path, np.stack([array, array]) if kind == "volume" else array)
        return str(path)
    endings = {"float": ["tif"], "integer": ["tif"], "key": ["png"]}.get(kind, ["png", "tif"])
    ending = str(random.choice(endings))
    path = folder / f"{name}.{ending}"
    if kind == "text":
        path.write_text("maps are elsewhere")
        return str(path)
    drawn = picture(values, kind, random)
    drawn.save(path, **({"transparency": int(np.asarray(drawn).max())} if kind == "key" else {}))
    if kind == "cut short":
        path.write_bytes(path.read_bytes()[:-30])
    return str(path)


def outcome(read):
    """Return the message without its beginning, or the values."""
    try:
        return read()
    except InputError as error:
        return str(error)


def learned_from(path: str, task: Task) -> np.ndarray:
    """The truth as the function reads it that the pipeline calls."""
    name = path.encode()
    return (targets._density(name) if task is Task.FIXATIONS else targets._mask(name, False))[
        ..., 0
    ]


def evaluated(sample: Sample, task: Task) -> np.ndarray:
    """The truth as an evaluation reads it, on the way to a metric."""
    metrics = ["CC"] if task is Task.FIXATIONS else ["MAE"]
    noise = np.random.default_rng(1).random(SIZE)
    arguments = {"task": task, "metrics": metrics, "baselines": "none", "jobs": 1, "quiet": True}
    evaluation = measure({"noise": lambda _: noise}, [sample], **arguments)
    [value] = evaluation.scores[evaluation.conventions[0]]["noise"][metrics[0]]
    truth = sample.density if task is Task.FIXATIONS else sample.mask
    if task is Task.FIXATIONS:
        np.testing.assert_allclose(
            value, np.corrcoef(noise.ravel(), truth.ravel())[0, 1], atol=1e-6
        )
    return truth


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([Task.FIXATIONS, Task.OBJECTS]),
    st.sampled_from(SCENES),
    st.sampled_from(KINDS),
    st.sampled_from(DEPTHS),
    st.integers(0, 99),
)
def test_all_refuse_or_all_read_the_same(task, name, kind, depth, seed):
    values = scene(name, np.random.default_rng(seed))
    with tempfile.TemporaryDirectory() as root:
        folder = pathlib.Path(root)
        truth_folder = folder / ("densities" if task is Task.FIXATIONS else "masks")
        for path in (folder / "images", truth_folder):
            path.mkdir()
        Image.new("RGB", SIZE[::-1]).save(folder / "images/a.png")
        path = write(truth_folder, "a", values, kind, depth, seed)
        field = "density_path" if task is Task.FIXATIONS else "mask_path"
        sample = Sample(str(folder / "images/a.png"), SIZE, **{field: path})
        _, checks = inspect_dataset("folder", root)
        found = [f"{place} {sentence}" for place, sentence in checks.problems]
        read = outcome(lambda: evaluated(sample, task))
        learned = outcome(lambda: learned_from(path, task))
        if isinstance(read, str):
            assert read == learned and any(text.startswith(path) for text in found)
            assert read in found or kind == "cut short"  # found before it is decoded
            assert not isinstance(outcome(lambda: next(faults([sample], task))), str)
        else:
            assert found == []
            scale = 1.0 if task is Task.OBJECTS or read.max() >= 1 else 255 / read.max()
            np.testing.assert_allclose(learned, read * scale, rtol=1e-5)
            if name in ("object", "labels"):
                assert np.array_equal(read > 0.5 * read.max(), values > 0)
            elif name == "ramp" and task is Task.FIXATIONS and len(np.unique(read)) > 2:
                assert np.corrcoef(read.ravel(), values.ravel())[0, 1] > 0.999


@pytest.mark.parametrize(
    ("task", "drawn"), [(Task.FIXATIONS, "ramp"), (Task.OBJECTS, "object")], ids=str
)
def test_every_kind_is_read_or_refused_as_it_should(tmp_path, task, drawn):
    """The same in a pipeline of all files, and each of those that are refused stops it."""
    values = scene(drawn, np.random.default_rng(0))
    Image.new("RGB", SIZE[::-1]).save(tmp_path / "image.png")
    field = "density_path" if task is Task.FIXATIONS else "mask_path"
    samples = {
        kind: Sample(
            str(tmp_path / "image.png"),
            SIZE,
            **{field: write(tmp_path, f"{place}", values, kind, "float32", 0)},
        )
        for place, kind in enumerate(KINDS)
    }
    refused = {kind for kind, sample in samples.items() if list(faults([sample], task))}
    bad = {"jet", "tinted", "clear", "clear grey", "key", "volume", "cut short", "text"}
    assert refused == bad | ({"labels"} if task is Task.FIXATIONS else set())
    good = [sample for kind, sample in samples.items() if kind not in refused]
    batches = Pipeline(good, Geometry("stretch", SIZE), 1, task, cache="nothing").in_order()
    for sample, (_, target) in zip(good, batches, strict=True):
        truth = (
            sample.density * (255 / sample.density.max()) if task is Task.FIXATIONS else sample.mask
        )
        target = target.numpy()[0, ..., 0]
        scale = 255 / target.max() if task is Task.FIXATIONS else 1
        np.testing.assert_allclose(target * scale, truth, rtol=1e-5)
    stopped = [*good, samples["jet"]]
    with pytest.raises(InputError, match="has colours"):
        Pipeline(stopped, Geometry("stretch", SIZE), 1, task, cache="targets")

"""What a worker writes: the same as `salzoo predict`, in every format, and rows for failures."""

import dataclasses
import os
import shutil

import numpy as np
import pytest
from PIL import Image

import salzoo
from salzoo.prediction.attention import BoxFile
from salzoo.prediction.batch import batch_run, decode_map, image_rows
from salzoo.prediction.batch.batch_job import StoredOptions
from salzoo.prediction.batch.output_folder import OutputFolder
from salzoo.prediction.batch.planning import plan
from salzoo.prediction.batch.shard_tasks import compute_shard
from salzoo.prediction.options import InferenceOptions
from salzoo.utils.errors import InputError
from tests.prediction.batch.pictures import draw, fake_job, fake_model, need_packages

need_packages()
pq = pytest.importorskip("pyarrow.parquet")
fsspec = pytest.importorskip("fsspec")
__all__ = ["fake_model"]


def compute(job, images, boxes=None):
    """Compute images as one shard; return the result and the rows."""
    (shard,) = plan(images, 1000, job.identity)
    result = compute_shard(job, shard, boxes)
    out = OutputFolder(job.out)
    with out.open(f"results/{shard.name}.parquet") as file:
        return result, pq.read_table(file).to_pylist()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What `salzoo predict` writes for three photos, with spots and regions."""
    from salzoo import cli

    folder = tmp_path_factory.mktemp("plain")
    images = draw(folder / "photos", 3)
    (folder / "boxes.csv").write_text("name,x,y,width,height\nlogo,4,5,20,10.5\n")
    command = ["salzoo", "predict", *images, "--out", f"{folder}/maps", "--top", "3"]
    assert cli._run(cli._parse([*command, "--regions", f"{folder}/boxes.csv"])) is None or True
    return folder, images


def test_results_are_those_of_salzoo_predict(expected, tmp_path):
    folder, images = expected
    boxes = BoxFile(folder / "boxes.csv")
    stored = StoredOptions(top=3)
    job = batch_run._make_job(
        "msinet_lite", InferenceOptions(), stored, str(tmp_path), 500, 300, boxes
    )
    result, rows = compute(job, images, boxes)
    assert tuple(result) == (3, 0, None) and job.options.engine == "litert"
    for image, row in zip(images, rows, strict=True):
        stem = os.path.splitext(os.path.basename(image))[0]
        with Image.open(folder / f"maps/{stem}_saliency.png") as picture:
            levels = np.asarray(picture)
        assert row["image"] == image and row["error"] is None
        assert (row["height"], row["width"]) == levels.shape
        np.testing.assert_array_equal(np.round(decode_map(row) * 255), levels)
        assert row["map_maximum"] == 1
        spots = np.loadtxt(folder / f"maps/{stem}_spots.csv", delimiter=",", skiprows=1, ndmin=2)
        ours = [[spot["x"], spot["y"], 100 * spot["share"]] for spot in row["spots"]]
        np.testing.assert_allclose(ours, spots[:, [1, 2, 4]], rtol=1e-5)
        table = np.genfromtxt(folder / f"maps/{stem}_regions.csv", delimiter=",", skip_header=1)
        (region,) = row["regions"]
        assert region["name"] == "logo"
        ours = [100 * region[name] for name in ("share", "low", "high")]
        np.testing.assert_allclose([*ours, region["times_even"]], table[5:], rtol=1e-5)
        assert row["engine"] == "litert" and row["salzoo"] == salzoo.__version__
        assert len(row["model_sha256"]) == 64


@pytest.mark.parametrize("encoding", ["png8", "png16", "float16"])
def test_formats_agree(fake_model, tmp_path, encoding):
    """The same maps in the rows, in files and in one array."""
    images = draw(tmp_path / "in", 3)
    maps = {}
    for form in ("parquet", "files", "zarr"):
        out = tmp_path / form
        stored = StoredOptions(form, encoding, (9, 12))
        job = fake_job(out, stored=stored, shard_size=2)
        folder = OutputFolder(str(out))
        if form == "zarr":
            from salzoo.prediction.batch.shard_tasks import open_array

            open_array(job, folder, 4)
        rows = []
        for shard in plan(images, 2, job.identity):
            assert compute_shard(job, shard, None).done == len(shard.images)
            rows += pq.read_table(out / f"results/{shard.name}.parquet").to_pylist()
        maps[form] = [read(out, form, row) for row in rows]
    for form in ("files", "zarr"):
        np.testing.assert_array_equal(maps[form], maps["parquet"])
    for image, map_ in zip(images, maps["parquet"], strict=True):
        with Image.open(image) as picture:
            red = np.asarray(picture.resize((12, 9), Image.Resampling.BILINEAR))[..., 0]
        np.testing.assert_allclose(map_, red / 255, atol=1.1 / 255)


def read(out, form, row):
    """Return a stored map as float32, without the package's own code for files and arrays."""
    if form == "parquet":
        return decode_map(row)
    if form == "zarr":
        import zarr

        values = zarr.open_array(out / "maps.zarr", mode="r")[row["map_index"]]
    elif row["map_file"].endswith(".npy"):
        values = np.load(out / row["map_file"])
    else:
        values = np.asarray(Image.open(out / row["map_file"]))
    if values.dtype.kind == "f":
        return values.astype("float32")
    top = np.float32(np.iinfo(values.dtype).max)
    return values.astype("float32") / top * np.float32(row["map_maximum"])


def test_failures_are_rows(fake_model, tmp_path):
    good = draw(tmp_path / "in", 1)[0]
    (tmp_path / "text.jpg").write_text("no picture")
    broken = [str(tmp_path / "text.jpg"), str(tmp_path / "absent.png"), "memory://nothing.png"]
    strange = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png")
    shutil.copy(good, strange)
    job = fake_job(tmp_path / "out", stored=StoredOptions(top=1))
    result, rows = compute(job, [good, *broken, strange])
    assert tuple(result) == (2, 3, None)
    assert [row["error"] is None for row in rows] == [True, False, False, False, True]
    assert "text.jpg is not an image" in rows[1]["error"]
    assert rows[2]["error"].endswith("absent.png does not exist.")
    assert rows[3]["error"] == "memory://nothing.png does not exist."
    assert rows[4]["image"].endswith("/caf\\udce9.png")


def test_images_and_results_elsewhere(fake_model, tmp_path):
    """On another filesystem, through fsspec, files appear whole too."""
    memory = fsspec.filesystem("memory")
    for path in draw(tmp_path / "in", 9):
        memory.put_file(path, f"/pictures/{os.path.basename(path)}")
    images = [f"memory://pictures/00{number}.png" for number in range(9)]
    job = fake_job("memory://batch")
    result, rows = compute(job, images)
    assert tuple(result) == (9, 0, None) and [row["image"] for row in rows] == images
    local, other = compute(fake_job(tmp_path / "out"), draw(tmp_path / "in", 9))
    assert local == result and [r["map"] for r in rows] == [r["map"] for r in other]
    assert [name for name in memory.find("/batch") if "results" not in name] == []


def test_a_task_that_is_started_again_is_not_computed(fake_model, tmp_path):
    """Dask starts a task again whose worker died; the client divides it instead."""
    images = draw(tmp_path / "in", 2)
    job = fake_job(tmp_path / "out")
    (shard,) = plan(images, 9, job.identity)
    OutputFolder(job.out).write(f".unfinished/{shard.name}.begun", b"")
    assert compute_shard(job, shard, None).problem == "the worker died"
    OutputFolder(job.out).write(f".unfinished/{shard.name}.reason", b"it took too long")
    assert compute_shard(job, shard, None).problem == "it took too long"
    assert not (tmp_path / "out" / "results").exists()


def test_another_model_on_the_worker(tmp_path, monkeypatch):
    images = draw(tmp_path / "in", 1)
    monkeypatch.setattr(image_rows, "_session", None)
    job = fake_job(tmp_path / "out")
    job = dataclasses.replace(job, model="msinet_lite")
    with pytest.raises(InputError, match="has another model msinet_lite; give all workers"):
        compute(job, images)

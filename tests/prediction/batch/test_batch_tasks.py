"""Deaths of workers: every image gets one row, only what kills is given up, counts add up."""

import json
import os
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.prediction.batch import batch_tasks, image_rows
from salzoo.prediction.batch.batch_job import StoredOptions
from salzoo.prediction.batch.batch_tasks import BatchTasks
from salzoo.prediction.batch.output_folder import OutputFolder
from salzoo.prediction.batch.planning import TRIES
from salzoo.utils.cluster import Outcome
from salzoo.utils.errors import InputError
from tests.prediction.batch.pictures import (
    FakeCluster,
    FakePredictor,
    draw,
    fake_job,
    need_packages,
)

need_packages()
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("images"), 23)


@pytest.fixture(autouse=True)
def _fake_model():
    patch = pytest.MonkeyPatch()
    patch.setattr(image_rows, "open_session", lambda job: FakePredictor())
    yield
    patch.undo()


def batch(out, images, cluster, shard_size=9, retry_failed=False, **options):
    job = fake_job(out, shard_size=shard_size, stored=StoredOptions(**options))
    run = BatchTasks(job, OutputFolder(str(out)), list(images), None, "", True)
    run.begin(retry_failed)
    run.compute(cluster)
    return run.end()


def rows_of(out):
    return pq.read_table(f"{out}/results").to_pylist()


def check_counts(out, result):
    manifest = json.loads((out / "manifest.json").read_text())
    for counts in (manifest, vars(result)):
        assert counts["given"] == counts["done"] + counts["failed"] + counts["left"]
    assert {name: manifest[name] for name in vars(result)} == vars(result)


def contains(task, image):
    return task[0] == "compute" and image in task[2].images


@given(st.data())
@settings(max_examples=8)
def test_deaths_cost_retries_only(tmp_path_factory, images, data):
    """Whatever dies, before or after it wrote its file: nothing is lost, nothing is there twice."""
    out = tmp_path_factory.mktemp("out")
    poisoned = data.draw(st.sets(st.sampled_from(images), max_size=2))
    # Once for a task, since a third death at the same images gives them up.
    moments = data.draw(st.dictionaries(st.integers(0, 12), st.sampled_from(["before", "after"])))
    struck, suffering = set(), set()

    def dies(number, task):
        own = task[2].name.split(".")[0]
        if any(contains(task, image) for image in poisoned):
            suffering.add(own)
            return "before"
        if own in suffering:  # two further deaths at a neighbour of a poisoned image give it up too
            return None
        if number in moments and own not in struck:
            struck.add(own)
            return moments[number]
        return None

    cluster = FakeCluster(dies)
    result = batch(out, images, cluster)
    check_counts(out, result)
    assert result.left == 0 and result.failed == len(poisoned)
    rows = rows_of(out)
    assert Counter(row["image"] for row in rows) == Counter(images)
    assert {row["image"] for row in rows if row["error"]} == poisoned
    for image in poisoned:
        tries = sum(contains(task, image) for task in cluster.ran)
        assert tries == TRIES
    assert all(
        "tried 3 times; the last time the worker died" in row["error"]
        for row in rows
        if row["error"]
    )
    assert len(os.listdir(out / "results")) == 3 and not (out / ".unfinished").exists()


class Stop(Exception):
    pass


@given(st.lists(st.integers(0, 8), max_size=4), st.sampled_from(["parquet", "files", "zarr"]))
@settings(max_examples=5)
def test_interruptions(tmp_path_factory, images, moments, form):
    """After any number of interruptions the same command does only what is missing."""
    out = tmp_path_factory.mktemp("out")
    options = {"format": form, "map_size": (6, 8)}
    computed = Counter()

    def stop_at(moment):
        def dies(number, task):
            if number == moment:
                raise Stop
            if task[0] == "compute":
                computed.update(task[2].images)
            # Some shards fail once on the way.
            return (
                "before"
                if task[0] == "compute" and task[2].tries == 0 and number % 3 == 1
                else None
            )

        return FakeCluster(dies)

    for moment in moments:
        try:
            batch(out, images, stop_at(moment), **options)
        except Stop:
            check_counts_on_disk(out)
    result = batch(out, images, FakeCluster(), **options)
    check_counts(out, result)
    assert result.done == 23 and result.left == result.failed == 0
    rows = rows_of(out)
    assert Counter(row["image"] for row in rows) == Counter(images)
    again = batch(out, images, FakeCluster(lambda *_: pytest.fail("nothing is missing")), **options)
    assert again.computed == 0 and again.done == 23
    if form == "zarr":
        import zarr

        array = zarr.open_array(out / "maps.zarr", mode="r")
        places = [row["map_index"] for row in rows]
        assert len(set(places)) == 23 and all(array[place].max() == 255 for place in places)
    if form == "files":
        assert all((out / row["map_file"]).exists() for row in rows)


def check_counts_on_disk(out):
    manifest = json.loads((out / "manifest.json").read_text())
    rows = sum(pq.read_metadata(path).num_rows for path in out.glob("results/*.parquet"))
    assert manifest["done"] + manifest["failed"] == rows
    assert manifest["given"] == rows + manifest["left"]


def test_an_archive_that_grows(tmp_path, images):
    """Images that are added anywhere are computed; those that are there are not."""
    first = batch(tmp_path, images[::2], FakeCluster())
    assert first.done == 12
    cluster = FakeCluster()
    second = batch(tmp_path, images, cluster)
    assert sum(len(task[2].images) for task in cluster.ran) == 11
    assert (second.given, second.done, second.others, second.computed) == (23, 23, 0, 11)
    third = batch(tmp_path, images[:3], FakeCluster())
    assert (third.given, third.done, third.others) == (3, 3, 20)
    assert Counter(row["image"] for row in rows_of(tmp_path)) == Counter(images)


def test_a_worker_that_was_believed_dead(tmp_path, images):
    """It finishes a shard whose images are in others meanwhile: each image keeps one row."""
    batch(tmp_path, images[3:], FakeCluster())
    other = tmp_path.parent / "late"
    batch(other, images, FakeCluster(), shard_size=8)
    for name in os.listdir(other / "results"):
        (other / "results" / name).rename(tmp_path / "results" / name)
    result = batch(tmp_path, images, FakeCluster())
    check_counts(tmp_path, result)
    assert result.done == 23
    assert Counter(row["image"] for row in rows_of(tmp_path)) == Counter(images)


def test_a_damaged_file_is_computed_again(tmp_path, images, caplog):
    batch(tmp_path, images, FakeCluster())
    name = sorted(os.listdir(tmp_path / "results"))[0]
    path = tmp_path / "results" / name
    whole = path.read_bytes()
    for content in (b"", whole[:-30], b"PAR1" + bytes(40) + b"PAR1"):
        path.write_bytes(content)
        cluster = FakeCluster()
        assert batch(tmp_path, images, cluster).done == 23
        assert len(cluster.ran) == 1 and path.read_bytes() == whole
    assert f"{name} is damaged and computed again" in caplog.text


def test_failed_images_again(tmp_path, images):
    """Only with `retry_failed`."""
    listed = [*images[:5], str(tmp_path / "later.png")]
    out = tmp_path / "out"
    assert batch(out, listed, FakeCluster()).failed == 1
    os.link(images[0], listed[-1])
    assert batch(out, listed, FakeCluster()).failed == 1
    cluster = FakeCluster()
    result = batch(out, listed, cluster, retry_failed=True)
    assert (result.done, result.failed, result.computed) == (6, 0, 1)
    assert Counter(row["image"] for row in rows_of(out)) == Counter(listed)


def test_errors_that_all_images_would_meet_stop_the_batch(tmp_path, images, monkeypatch):
    def refuse(job):
        raise InputError("The worker on there has another model red.")

    monkeypatch.setattr(image_rows, "open_session", refuse)
    with pytest.raises(InputError, match="another model"):
        batch(tmp_path, images, FakeCluster())
    check_counts_on_disk(tmp_path)


def test_an_error_of_a_task_is_the_reason_of_its_images(tmp_path, images, monkeypatch):
    def fail(*task):
        if task[0] == "join":
            return batch_tasks.join_parts(*task[1:])
        raise ZeroDivisionError("by zero")

    class Raising:
        def outcomes(self, function, tasks):
            while tasks:
                task = tasks.popleft()
                try:
                    yield Outcome(task, function(*task), None)
                except ZeroDivisionError as error:
                    yield Outcome(task, None, error)

    monkeypatch.setattr(batch_tasks, "_run", fail)
    result = batch(tmp_path, images[:4], Raising())
    assert result.failed == 4
    for row in rows_of(tmp_path):
        assert row["error"].endswith("the last time ZeroDivisionError (by zero).")
        assert row["width"] is None and row["map"] is None

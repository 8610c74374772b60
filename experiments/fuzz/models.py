"""Readers of weights and models."""

import os
import pathlib
import tempfile

import h5py
import keras
from tensorflow.core.protobuf import saved_model_pb2

from experiments.fuzz import packed
from experiments.fuzz.reader import Reader
from salzoo.models import MODELS
from salzoo.prediction.keras_files import read_keras_file
from salzoo.prediction.saved_models import check_program
from salzoo.training.stored_progress import StoredProgress, read_progress, write_progress
from salzoo.utils.hdf5_files import open_hdf5


def readers() -> list[Reader]:
    with tempfile.TemporaryDirectory() as folder:
        progress = _progress(os.path.join(folder, "last.weights.h5"))
        images = keras.Input((None, None, 3))
        maps = keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(images)
        model = keras.Model(images, maps, name="msinet_lite")
        path = os.path.join(folder, "model.keras")
        model.save(path)
        archive = pathlib.Path(path).read_bytes()
        path = os.path.join(folder, "model.weights.h5")
        model.save_weights(path)
        weights = {"a.h5": pathlib.Path(path).read_bytes(), "b.h5": progress}
    return [
        Reader("progress", "last.weights.h5", {"a.h5": progress}, _read_progress),
        Reader("weights.h5", "model.weights.h5", weights, _open_hdf5),
        Reader("keras file", "m.keras", {"a.keras": archive}, _keras, (packed.mutate_zip,) * 3),
        Reader("saved_model.pb", "saved_model.pb", {"a.pb": _graph()}, _program),
    ]


def _progress(path: str) -> bytes:
    h5py.File(path, "w").close()
    history: list[dict[str, int | float]] = [{"epoch": 1, "step": 5, "val_loss": float("nan")}]
    write_progress(StoredProgress(history, {"loss": 0.25}, [1.5, [1.0]], [[1, 2]], [3, "a"]), path)
    return pathlib.Path(path).read_bytes()


def _read_progress(path: str) -> None:
    progress = read_progress(path, os.path.dirname(path))
    assert all(row["epoch"] is not None for row in progress.history)


def _open_hdf5(path: str) -> None:
    with open_hdf5(path) as file:
        file.visititems(lambda name, item: None)


def _keras(path: str) -> None:
    model = read_keras_file(path)
    assert model.name in MODELS


def _graph() -> bytes:
    """Return a saved_model.pb that is accepted: an object, a variable's absence, functions."""
    saved = saved_model_pb2.SavedModel(saved_model_schema_version=1)
    graph = saved.meta_graphs.add()
    graph.meta_info_def.tags.append("serve")
    graph.asset_file_def.add().filename = "card.json"
    node = graph.object_graph_def.nodes.add()
    node.user_object.identifier = "_generic_user_object"
    child = node.children.add()
    child.local_name, child.node_id = "signatures", 1
    graph.object_graph_def.nodes.add().user_object.identifier = "signature_map"
    function = graph.graph_def.library.function.add()
    function.signature.name = "run"
    for name in ("Conv2D", "BiasAdd", "StatefulPartitionedCall"):
        operation = function.node_def.add()
        operation.name, operation.op = name.lower(), name
        operation.attr["f"].func.name = "run"
    graph.object_graph_def.concrete_functions["run"].canonicalized_input_signature.SetInParent()
    return saved.SerializeToString()


def _program(path: str) -> None:
    check_program(os.path.dirname(path))

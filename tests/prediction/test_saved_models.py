"""SavedModels are programs: only what `salzoo export` writes is run."""

import os
import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from salzoo.models import build_model
from salzoo.prediction.opening import open_source
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.predictor import load_model
from salzoo.prediction.saved_models import OPERATIONS, SAVING
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import write_json
from tests.models.option_cases import OPTIONS
from tests.prediction.small_card import small_card

CARD = "assets/card.json"


class Served(tf.Module):
    """An export in small, with a program of its own in the signature `tensor`."""

    def __init__(self, program, card):
        super().__init__()
        self.variables_ = (tf.Variable(tf.ones([3])),)
        self.card = tf.saved_model.Asset(card)
        self.program = lambda images: program(images) * self.variables_[0][0]

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "images")])
    def from_tensor(self, images):
        return {"saliency": self.program(images)}


def grey(images):
    return tf.reduce_mean(images, -1, keepdims=True)


@pytest.fixture
def save(tmp_path):
    """Save a program as an export; its folder."""

    def write(program=grey, name="export"):
        write_json(tmp_path / "card.json", small_card())
        module = Served(program, str(tmp_path / "card.json"))
        signature = module.from_tensor.get_concrete_function()
        folder = tmp_path / name
        tf.saved_model.save(module, str(folder), {"tensor": signature})
        return folder

    return write


def edit(folder, change):
    """Change the proto of a SavedModel."""
    path = os.path.join(folder, "saved_model.pb")
    saved_model = saved_model_pb2.SavedModel()
    with open(path, "rb") as file:
        saved_model.ParseFromString(file.read())
    change(saved_model)
    with open(path, "wb") as file:
        file.write(saved_model.SerializeToString())


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIONS)
def test_all_networks_have_known_operations_alone(name):
    """Of every model with every option; `exported` is tested in tests/export."""
    for options, _ in [({}, 0), *OPTIONS[name]]:
        for inference in (InferenceOptions(), InferenceOptions(raw=True, fit_mode="stretch")):
            opened = open_source(build_model(name, **options), inference)
            graph = opened.saliency.get_concrete_function().graph.as_graph_def()
            nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
            assert {node.op for node in nodes} <= OPERATIONS | {"Placeholder"}


def test_lists_of_operations_do_not_overlap():
    files = {"ReadFile", "WriteFile", "PyFunc", "EagerPyFunc", "MatchingFiles", "PrintV2"}
    assert not OPERATIONS & SAVING and not (OPERATIONS | SAVING) & files
    assert not OPERATIONS & {"SaveV2", "RestoreV2", "MergeV2Checkpoints", "VarHandleOp"}


def reads(images):
    length = tf.strings.length(tf.io.read_file("/etc/hostname"))
    return grey(images) + tf.cast(length, tf.float32)


def writes(path):
    def program(images):
        with tf.control_dependencies([tf.io.write_file(path, "written")]):
            return tf.identity(grey(images))

    return program


def saves(path):
    def program(images):
        operation = tf.raw_ops.SaveV2(
            prefix=path, tensor_names=["x"], shape_and_slices=[""], tensors=[tf.zeros([])]
        )
        with tf.control_dependencies([operation]):
            return tf.identity(grey(images))

    return program


def in_a_branch(path):
    def program(images):
        written = lambda: writes(path)(images)  # noqa: E731
        return tf.cond(tf.reduce_sum(images) > 1e9, written, lambda: grey(images))

    return program


@pytest.mark.parametrize("kind", ["reads", "writes", "saves", "in_a_branch", "calls_python"])
def test_other_operations_are_refused_before_anything_runs(save, tmp_path, kind):
    path = str(tmp_path / "written")
    ran = []
    programs = {
        "reads": reads,
        "writes": writes(path),
        "saves": saves(path),
        "in_a_branch": in_a_branch(path),
        "calls_python": lambda images: tf.ensure_shape(
            tf.numpy_function(lambda x: (ran.append(1), x[..., :1])[1], [images], tf.float32),
            [None, None, None, 1],
        ),
    }
    folder = save(programs[kind])
    with pytest.raises(InputError, match=r"has the operation \w+, which exports .* a program: op"):
        load_model(folder)
    assert not ran and not any(name.startswith("written") for name in os.listdir(tmp_path))
    if kind == "reads":
        assert load_model(folder, trust=True)(np.zeros((4, 5, 3))).shape == (4, 5)


def initialized(saved_model):
    [graph] = saved_model.meta_graphs
    graph.object_graph_def.nodes[0].children.add(node_id=1, local_name="_initialize")


def resource(saved_model):
    node = saved_model.meta_graphs[0].object_graph_def.nodes[-1]
    node.Clear()
    node.resource.device = ""


def restores_itself(saved_model):
    node = saved_model.meta_graphs[0].object_graph_def.nodes[0]
    node.saveable_objects["x"].save_function = node.saveable_objects["x"].restore_function = 1


def of_another_class(saved_model):
    saved_model.meta_graphs[0].object_graph_def.nodes[0].user_object.identifier = "_tf_keras_model"


def of_version_1(saved_model):
    saved_model.meta_graphs[0].ClearField("object_graph_def")


def two_graphs(saved_model):
    saved_model.meta_graphs.add().CopyFrom(saved_model.meta_graphs[0])


def huge_variable(saved_model):
    for node in saved_model.meta_graphs[0].object_graph_def.nodes:
        if node.WhichOneof("kind") == "variable":
            node.variable.shape.dim[0].size = 10**15


def other_asset(saved_model):
    saved_model.meta_graphs[0].asset_file_def[0].filename = "../../../etc/passwd"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (initialized, "has an object called _initialize"),
        (resource, "has an object of the kind resource"),
        (restores_itself, "has an object that restores itself"),
        (of_another_class, "has an object _tf_keras_model"),
        (of_version_1, "has a graph of TensorFlow 1"),
        (two_graphs, "has 2 graphs"),
        (huge_variable, "its variables have .* of .* bytes; export it again"),
        (other_asset, "has assets beside its card"),
    ],
)
def test_objects_that_act_on_loading_are_refused(save, change, message):
    folder = save()
    edit(folder, change)
    with pytest.raises(InputError, match=message):
        load_model(folder)


def test_the_signature_is_checked(save):
    load_model(save(name="one channel"))
    with pytest.raises(InputError, match="no export of salzoo: its signature `tensor` has"):
        load_model(save(lambda images: images, "three channels"))


def cut(name, length):
    def damage(folder):
        path = next(folder.glob(name))
        path.write_bytes(path.read_bytes()[:length])

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        *(cut("saved_model.pb", 0), cut("saved_model.pb", 5000), cut("variables/*data*", 8)),
        *(cut("variables/*index", 0), cut("variables/*index", 100), cut("variables/*data*", 0)),
        lambda folder: shutil.rmtree(folder / "variables"),
        lambda folder: (folder / "saved_model.pb").write_bytes(os.urandom(999)),
        lambda folder: (folder / "keras_metadata.pb").touch(),
        lambda folder: os.mkfifo(folder / "variables/pipe"),
        lambda folder: (folder / CARD).write_text("[]"),
    ],
)
def test_damaged_exports_are_refused_in_a_sentence(save, damage):
    folder = save()
    damage(folder)
    with pytest.raises(InputError, match="^[^\n]{,500}$"):
        load_model(folder)

"""Readers of the files in which authors released weights."""

import io
import os
import pathlib
import tarfile
import tempfile
import zipfile

import keras
import numpy as np
import tensorflow as tf

from experiments.fuzz import packed
from experiments.fuzz.reader import Reader
from salzoo.models.importers import msinet_graphs, pan_caffe, weight_shapes
from salzoo.models.importers.packed_files import read_packed
from salzoo.models.importers.tensorflow_checkpoints import read_variables
from salzoo.models.importers.torch_files import read_tensors

DATA = "net.ckpt.data-00000-of-00001"
# Of the archives' files.
LIMIT = 2**20


def readers() -> list[Reader]:
    graph = _graph().as_graph_def().SerializeToString()
    index, data = _checkpoint()
    return [
        Reader("frozen graph", "net.pb", {"a.pb": graph}, _read_graph),
        Reader("caffemodel", "net.caffemodel", {"a.caffemodel": _caffemodel()}, _read_caffe),
        Reader("checkpoint", "net.ckpt.index", {"a": index}, _read_checkpoint, beside={DATA: data}),
        Reader("tensors of PyTorch", "net.pth", {"a.pth": _tensors()}, _read_tensors),
        Reader("zip", "net.zip", {"a.zip": _zip(graph)}, _read_packed, (packed.mutate_zip,)),
        Reader("tar", "net.tar.gz", {"a.tar.gz": _tar(graph)}, _read_packed),
    ]


def _network(layer: str) -> keras.Model:
    images = keras.Input((None, None, 3))
    return keras.Model(images, keras.layers.Conv2D(2, 1, name=layer)(images), name="small")


def _graph() -> tf.Graph:
    with tf.Graph().as_default() as graph:
        tf.constant(np.ones((1, 1, 3, 2), "float32"), name="conv1/conv1_1/kernel")
        tf.constant(np.ones(2, "float32"), name="conv1/conv1_1/bias")
    return graph


def _read_graph(path: str) -> None:
    _check(msinet_graphs.read(path, model := _network("block1_conv1")), model)


def _caffemodel() -> bytes:
    """Return a NetParameter: its name, and a layer with a kernel and a bias."""

    def field(number: int, content: bytes) -> bytes:
        key = number << 3 | 2
        start = [key] if key < 128 else [key & 127 | 128, key >> 7]
        return bytes([*start, len(content)]) + content

    def blob(*shape: int) -> bytes:
        values = np.ones(shape, "<f4").tobytes()
        return field(7, field(5, values) + field(7, field(1, bytes(shape))))

    layer = field(1, b"conv1") + field(2, b"Convolution") + blob(2, 3, 1, 1) + blob(2)
    return field(1, b"net") + field(100, layer)


def _read_caffe(path: str) -> None:
    _check(pan_caffe.read(path, model := _network("conv1")), model)


def _check(arrays: dict[str, np.ndarray], model: keras.Model) -> None:
    assert {name: array.shape for name, array in arrays.items()} == weight_shapes(model)


def _checkpoint() -> tuple[bytes, bytes]:
    v1 = tf.compat.v1
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), v1.Session() as session:
        v1.Variable(np.ones((2, 3), "float32"), name="conv1/conv1_1/weights")
        v1.Variable(np.ones(2, "float32"), name="conv1/conv1_1/biases")
        session.run(v1.global_variables_initializer())
        v1.train.Saver().save(session, os.path.join(folder, "net.ckpt"), write_meta_graph=False)
        files = (pathlib.Path(folder, name) for name in ("net.ckpt.index", DATA))
        index, data = (file.read_bytes() for file in files)
    return index, data


def _read_checkpoint(path: str) -> None:
    data = pathlib.Path(os.path.dirname(path), DATA).read_bytes()
    for variable in read_variables(pathlib.Path(path).read_bytes(), data, path):
        assert variable.values().shape == variable.shape


def _tensors() -> bytes:
    """Return a file of one tensor of the shape (2, 3), instruction by instruction."""

    def text(value: str) -> bytes:
        return b"X" + len(value).to_bytes(4, "little") + value.encode()

    def pickled(instructions: bytes) -> bytes:
        return b"\x80\x02" + instructions + b"."

    values = np.ones(6, "<f4").tobytes()
    kind = b"ctorch\nFloatStorage\n"
    storage = b"(" + text("storage") + kind + text("0") + text("cpu") + b"K\x06NtQ"
    numbers = b"K\x00" + b"K\x02K\x03\x86" + b"K\x03K\x01\x86" + b"\x89"
    hooks = b"ccollections\nOrderedDict\n)R"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + numbers + hooks + b"tR"
    magic = b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little")
    parts = (magic, b"M\xe9\x03", b"}", b"}(" + text("a") + tensor + b"u", b"](" + text("0") + b"e")
    return b"".join(map(pickled, parts)) + (6).to_bytes(8, "little") + values


def _read_tensors(path: str) -> None:
    for values in read_tensors(pathlib.Path(path).read_bytes(), path).values():
        assert values.dtype.kind in "fi" and values.nbytes <= LIMIT


def _zip(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/net.pb", content)
        archive.writestr("__MACOSX/._net.pb", b"")
    return file.getvalue()


def _tar(content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo("model/net.pb")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def _read_packed(path: str) -> None:
    assert len(read_packed(path, (".pb",), LIMIT)) <= LIMIT

"""Opening of exported models, whose graphs are read before they are run.

A SavedModel is a program: TensorFlow executes whatever operations its graph has, among them some
that read and write files. `check_program` parses saved_model.pb as data and accepts only what
`salzoo export` writes: the operations in `OPERATIONS`, one graph of TensorFlow 2 without
initializers of its own, variables that are complete. Saving and restoring operations, which
TensorFlow adds to every SavedModel, may stand only where loading and predicting never come.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.regular_files import check_regular, read_bytes

# Largest saved_model.pb. Those of salzoo, without the variables, have less than 10 MB.
GRAPH_LIMIT = 64 * 2**20
FILES = {"assets", "fingerprint.pb", "saved_model.pb", "variables"}
# Kinds, types and names of the Python objects that are made of an export.
KINDS = {"asset", "bare_concrete_function", "function", "user_object", "variable"}
USER_OBJECTS = {"_generic_user_object", "signature_map", "trackable_tuple_wrapper"}
NAMES = re.compile(
    r"card|from_bytes|from_tensor|saliency|serving_default|signatures|tensor|variables_|"
    r"(trace_)?\d+"
)
# Operations of the networks, of what is around them, and of the signature `serving_default`.
# ResizeArea, ResizeBicubic: of exports of earlier versions.
_OPERATIONS = """
Abs AddN AddV2 All Any Assert BatchMatMulV2 BatchToSpaceND BiasAdd BroadcastTo Cast ConcatV2
ConcatenateDataset Const Conv2D Conv2DBackpropInput DatasetToSingleElement DecodeJpeg DecodePng
DecodeRaw DepthwiseConv2dNative DivNoNan EncodePng Equal Exp ExpandDims ExtractJpegShape Floor
FloorDiv FloorMod GatherV2 Greater GreaterEqual Identity IgnoreErrorsDataset Less LessEqual
LogicalAnd LogicalNot LogicalOr MapDataset MatMul Max MaxPool Maximum Mean Min Minimum Mul Neg
NoOp Pack Pad PadV2 PartitionedCall Pow Prod Range ReadVariableOp RealDiv Relu Relu6 Reshape
ResizeArea ResizeBicubic ReverseV2 Round Rsqrt SelectV2 Shape Sigmoid Size Slice SpaceToBatchND
Split Sqrt Square Squeeze StatefulPartitionedCall StatelessIf StridedSlice Sub Substr Sum
TakeDataset Tanh TensorDataset TensorListFromTensor TensorListGetItem TensorListReserve
TensorListSetItem TensorListStack Tile Transpose Unpack While
"""
# Added by TensorFlow to save and restore variables; never executed to load or to predict.
_SAVING = """
AssignVariableOp DisableCopyOnRead MergeV2Checkpoints Placeholder RestoreV2 SaveV2 Select
ShardedFilename StaticRegexFullMatch StringJoin VarHandleOp VarIsInitializedOp
"""
OPERATIONS = frozenset(_OPERATIONS.split())
SAVING = frozenset(_SAVING.split())
IMAGES = ((None, None, None, 3), tf.float32)
MAPS = ((None, None, None, 1), tf.float32)


def open_saved_model(export: str, trust: bool = False) -> Callable[[tf.Tensor], tf.Tensor]:
    """Load the signature `tensor` of an exported model.

    Args:
        export: folder with saved_model.pb.
        trust: load it whatever its graph contains.

    Returns:
        Images float32 (batch, rows, columns, 3) to maps float32 (batch, rows, columns, 1).

    Raises:
        InputError: it is damaged, is no export of salzoo, or has operations that exports do not
            have.
    """
    _check_files(export, trust)
    if not trust:
        check_program(export)
    try:
        loaded = tf.saved_model.load(export)
        signature = loaded.signatures["tensor"]
        _check_signature(export, signature)
    except InputError:
        raise
    except Exception as error:  # TensorFlow raises many kinds for damaged files
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            f"{export} is damaged ({shorten(reason, 200)}); export it again."
        ) from error

    # The variables live as long as the object that loaded them, so it is kept as a default.
    def saliency(images: tf.Tensor, _variables: object = loaded) -> tf.Tensor:
        return signature(images=images)["saliency"]

    return saliency


def check_program(export: str) -> None:
    """Check that the graph of a SavedModel has nothing that `salzoo export` does not write.

    Args:
        export: folder with saved_model.pb.

    Raises:
        InputError: it has; the message names it.
    """
    path = os.path.join(export, "saved_model.pb")
    saved_model = saved_model_pb2.SavedModel()
    try:
        saved_model.ParseFromString(read_bytes(path, GRAPH_LIMIT))
    except DecodeError as error:
        raise InputError(f"{path} is damaged ({error}); export it again.") from None
    if len(saved_model.meta_graphs) != 1:
        raise _refusal(export, f"{len(saved_model.meta_graphs)} graphs")
    [graph] = saved_model.meta_graphs
    if not graph.HasField("object_graph_def"):
        raise _refusal(export, "a graph of TensorFlow 1")
    if [asset.filename for asset in graph.asset_file_def] != ["card.json"]:
        raise _refusal(export, "assets beside its card")
    _check_objects(export, graph.object_graph_def)
    _check_variables(export, graph.object_graph_def)
    functions = {function.signature.name: function for function in graph.graph_def.library.function}
    if graph.graph_def.library.gradient or graph.graph_def.library.registered_gradients:
        raise _refusal(export, "gradients of its own")
    run = _reachable(functions, graph.object_graph_def.concrete_functions)
    for name, function in functions.items():
        allowed = OPERATIONS if name in run else OPERATIONS | SAVING
        _check_nodes(export, function.node_def, allowed)
    _check_nodes(export, graph.graph_def.node, OPERATIONS | SAVING)


def _check_files(export: str, trust: bool) -> None:
    """Check that all files are regular, and which there are."""
    names = {name for name in os.listdir(export) if not name.startswith(".")}
    if not trust and not names <= FILES:
        raise _refusal(export, f"the file {sorted(names - FILES)[0]}")
    for folder, _, files in os.walk(export):
        for name in files:
            check_regular(os.path.join(folder, name))


def _check_objects(export: str, objects: Any) -> None:
    """Check the Python objects that are made while loading: none runs a function of its own."""
    for node in objects.nodes:
        kind = node.WhichOneof("kind")
        if kind not in KINDS:
            raise _refusal(export, f"an object of the kind {kind}")
        if kind == "user_object" and node.user_object.identifier not in USER_OBJECTS:
            raise _refusal(export, f"an object {node.user_object.identifier}")
        if node.saveable_objects or node.registered_saver:
            raise _refusal(export, "an object that restores itself")
        for child in node.children:
            if not NAMES.fullmatch(child.local_name):
                raise _refusal(export, f"an object called {child.local_name}")


def _check_variables(export: str, objects: Any) -> None:
    """Check that the file of the variables is as large as they are."""
    needed = 0
    for node in objects.nodes:
        if node.WhichOneof("kind") == "variable":
            sides = [side.size for side in node.variable.shape.dim]
            if min(sides, default=0) < 0 or node.variable.dtype != tf.float32.as_datatype_enum:
                raise _refusal(export, f"a variable of the shape {sides}")
            needed += 4 * math.prod(sides)
    folder = os.path.join(export, "variables")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    present = sum(os.path.getsize(os.path.join(folder, n)) for n in names if ".data-" in n)
    if needed > present:
        raise InputError(
            f"{export} is damaged: its variables have {present} of {needed} bytes; export it again."
        )


def _check_nodes(export: str, nodes: Iterable[Any], allowed: frozenset[str]) -> None:
    for node in nodes:
        if node.op not in allowed:
            raise _refusal(export, f"the operation {node.op}")


def _reachable(functions: dict[str, Any], roots: Iterable[str]) -> set[str]:
    """Return the names of functions that are called from others, directly or not."""
    found: set[str] = set()
    left = list(roots)
    while left:
        name = left.pop()
        if name in found or name not in functions:
            continue
        found.add(name)
        for node in functions[name].node_def:
            left.append(node.op)
            left.extend(_called(node))
    return found


def _called(node: Any) -> Iterator[str]:
    for value in node.attr.values():
        yield value.func.name
        yield from (function.name for function in value.list.func)


def _check_signature(export: str, signature: Any) -> None:
    """Check names, shapes and types of what the signature takes and gives."""
    inputs = signature.structured_input_signature[1]
    outputs = signature.structured_outputs
    for given, name, expected in ((inputs, "images", IMAGES), (outputs, "saliency", MAPS)):
        found = {key: (tuple(spec.shape), spec.dtype) for key, spec in given.items()}
        if found != {name: expected}:
            raise InputError(
                f"{export} is no export of salzoo: its signature `tensor` has {shorten(found)}, "
                f"not {name} of the shape {expected[0]}."
            )


def _refusal(export: str, what: str) -> InputError:
    return InputError(
        f"{export} has {shorten(what, 100)}, which exports of salzoo do not have. A SavedModel is "
        "a program: open it with `trust` only if you trust who made it."
    )

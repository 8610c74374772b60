"""Writing of files as PyTorch before version 1.6 saved them, by Python's own pickler."""

import collections
import io
import pickle
import sys
import types

import numpy as np

KINDS = {"float32": "FloatStorage", "float16": "HalfStorage", "int64": "LongStorage"}


class _Storage:
    def __init__(self, array):
        self.array = array


class _Tensor:
    def __init__(self, array, transposed):
        # As converters of TensorFlow's arrays leave them: the values are in another order.
        self.stored = array.T.copy() if transposed else array
        self.array, self.transposed = array, transposed


def save(arrays, transposed=()):
    """Return the content of a file.

    Args:
        arrays: names to values.
        transposed: names of tensors whose axes are in reverse order in the file.
    """
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch._utils = utils
    for name in KINDS.values():
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2(*arguments):
        raise AssertionError("nothing of a file is called")

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    storages = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            if not isinstance(value, _Storage):
                return None
            storages.append(value.array)
            kind = getattr(torch, KINDS[value.array.dtype.name])
            return ("storage", kind, str(len(storages) - 1), "cpu", value.array.size, None)

        def reducer_override(self, value):
            if not isinstance(value, _Tensor):
                return NotImplemented
            shape = value.array.shape
            source = value.stored.T if value.transposed else value.stored
            strides = tuple(step // source.itemsize for step in source.strides)
            hooks = collections.OrderedDict()
            return _rebuild_tensor_v2, (_Storage(value.stored), 0, shape, strides, False, hooks)

    file = io.BytesIO()
    modules = {"torch": torch, "torch._utils": utils}
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True, "type_sizes": {}}):
            pickle.dump(value, file, protocol=2)
        tensors = collections.OrderedDict(
            (name, _Tensor(np.asarray(array), name in transposed)) for name, array in arrays.items()
        )
        Pickler(file, protocol=2).dump(tensors)
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    pickle.dump([str(number) for number in range(len(storages))], file, protocol=2)
    for array in storages:
        file.write(array.size.to_bytes(8, "little") + array.tobytes())
    return file.getvalue()

"""LiteRT, the engine that runs a network from a portable file without TensorFlow.

It is imported in hundredths of a second, where TensorFlow takes seconds, and runs msinet_lite in
half the time on a CPU.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.standard_error import without_stderr

# Address of the input and output, and the shape for which memory is laid out.
_Prepared = tuple[Any, int, int]


_start_lock = threading.Lock()
_has_started = False


def has_litert() -> bool:
    """Return whether the package of LiteRT is installed."""
    return importlib.util.find_spec("ai_edge_litert") is not None


class LiteRTNetwork:
    """A network, a function of fitted images; several threads may call it.

    Args:
        content: of a LiteRT file with one input and one output.
        where: it comes from, for messages.
        size: rows and columns of the images that memory is laid out for at first.
        copies: number of images that are computed at the same time, each by its own interpreter.
        threads: of each interpreter; 0: the processor's cores divided by `copies`.

    Raises:
        InputError: LiteRT is not installed, or the file is damaged.
    """

    def __init__(
        self,
        content: bytes,
        where: str,
        size: tuple[int, int],
        copies: int = 1,
        threads: int = 0,
    ) -> None:
        self._content, self._where, self._size, self._copies = content, where, size, copies
        self._threads = threads or max(1, (os.cpu_count() or 1) // copies)
        self._start()
        with self._interpreter():  # a damaged file is found now
            pass

    def _start(self) -> None:
        self._process = os.getpid()
        self._idle: list[_Prepared] = []
        self._free = threading.Semaphore(self._copies)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Run the network.

        Args:
            images: float32 (1, rows, columns, 3).

        Returns:
            Its output, float32 (1, rows, columns, 1).

        Raises:
            InputError: it does not take images of this size.
            MemoryError: there is too little memory.
        """
        with self._interpreter() as (interpreter, input_, output):
            if (*interpreter.get_input_details()[0]["shape"],) != images.shape:
                self._resize(interpreter, input_, images.shape)
            interpreter.set_tensor(input_, np.ascontiguousarray(images, "float32"))
            interpreter.invoke()
            return interpreter.get_tensor(output)

    def _resize(self, interpreter: Any, input_: int, shape: tuple[int, ...]) -> None:
        try:
            interpreter.resize_tensor_input(input_, shape)
            interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            if "alloc" in str(error).lower() and "memory" in str(error).lower():
                raise MemoryError(str(error)) from error
            raise InputError(
                f"{self._where} does not take images of {shape[1]}x{shape[2]} "
                f"({shorten(str(error), 200)})."
            ) from error

    @contextmanager
    def _interpreter(self) -> Iterator[_Prepared]:
        """Lend an interpreter to one thread."""
        if self._process != os.getpid():  # forked: the threads of the interpreters are not here
            self._start()
        idle, free = self._idle, self._free
        with free:
            prepared = idle.pop() if idle else self._open()
            yield prepared
            idle.append(prepared)

    def _open(self) -> _Prepared:
        if not has_litert():
            raise InputError(
                "LiteRT is not installed: pip install ai-edge-litert, or choose the engine "
                "tensorflow."
            )
        from ai_edge_litert.interpreter import Interpreter

        try:
            with _silent_start():
                interpreter = Interpreter(model_content=self._content, num_threads=self._threads)
                [input_] = interpreter.get_input_details()
                [output] = interpreter.get_output_details()
                # Not for the 1x1 pixels of a file for any size, which asnet cannot be laid out for.
                interpreter.resize_tensor_input(input_["index"], (1, *self._size, 3))
                interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise InputError(
                f"{self._where} is damaged or no network ({shorten(str(error), 200)}); export it "
                "again."
            ) from error
        return interpreter, input_["index"], output["index"]


@contextmanager
def _silent_start() -> Iterator[None]:
    """Discard what LiteRT prints about itself when the first interpreter of a process is made."""
    global _has_started
    if _has_started:
        yield
        return
    with _start_lock, without_stderr():
        yield
    _has_started = True

"""Fuzzing of the readers of files: CSV, JSON, maps, pictures, HDF5 and models.

    python -m experiments.fuzzing [--minutes 60] [--seed 0] [--out FOLDER] [--only NAME ...]

Valid files are mutated and read, see `experiments.fuzz`. A
case is fine if the reader returns a value that keeps its promises, or raises an `InputError` of
one line. Anything else is a finding: another exception, a broken promise, the end of the process,
more than 2 s of processor time (or two minutes without an end), more than 1.5 GB. Each batch of
cases runs in a process of its own, forked and limited to 4 GB.

Findings are folders in FOLDER/findings, one for each place where an error arose: the file, and
`report.txt` with the traceback. FOLDER/progress.json counts: the same command continues with the
cases that follow; a case depends only on the seed, the reader and its number.
"""

import argparse
import contextlib
import faulthandler
import hashlib
import json
import logging
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    from experiments.fuzz import Reader

OUT = os.path.join("runs", "fuzzing")
# Longest message of an InputError; longer ones hide what they say.
MESSAGE = 1500
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Limits:
    """What a case may take.

    Attributes:
        processor: seconds of processor time.
        clock: seconds until the process is ended.
        memory: growth of the process in bytes.
        address: growth of its address space, beyond which allocations fail.
        batch: seconds of a process.
    """

    processor: float = 2.0
    clock: float = 120.0
    memory: int = 1_500_000_000
    address: int = 4 * 2**30
    batch: float = 60.0


@dataclass
class Count:
    """Of the cases of a reader.

    Attributes:
        cases: read.
        accepted: of them, those that gave a value.
        findings: of them, those that are one, repetitions included.
        seconds: spent.
    """

    cases: int = 0
    accepted: int = 0
    findings: int = 0
    seconds: float = 0.0


class _Slow(BaseException):
    """The processor time is used up; no reader catches it."""


def make_case(reader: "Reader", seed: int, number: int) -> tuple[str, bytes]:
    """Return the file name and the content of a case.

    Args:
        reader: to read it.
        seed: of all cases.
        number: of the case; the first ones are the valid files themselves.
    """
    names = list(reader.seeds)
    choose = random.Random(f"{seed}/{reader.name}/{number}")
    name = names[number] if number < len(names) else choose.choice(names)
    content = reader.seeds[name]
    if number >= len(names):
        from experiments.fuzz.mutations import mutate_bytes

        mutate = choose.choice((mutate_bytes, *reader.mutate))
        content = mutate(content, list(reader.seeds.values()), choose)
    ending = "" if os.path.splitext(reader.file)[1] else os.path.splitext(name)[1]
    return reader.file + ending, content


def judge(reader: "Reader", path: str, limits: Limits) -> tuple[bool, BaseException | None]:
    """Read a file; return whether it gave a value, and the error that is a finding, if any.

    Args:
        reader: to read it.
        path: of the file.
        limits: of processor time.
    """
    error: BaseException | None
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, limits.processor)
    try:
        reader.read(path)
        accepted, error = True, None
    except InputError as refusal:
        accepted, error = False, None
        message = str(refusal)
        if "\n" in message or not 0 < len(message) <= MESSAGE:
            error = AssertionError(f"a message of {len(message)} characters: {message[:3000]!r}")
            error.__cause__ = refusal
    except BaseException as other:
        documented = type(other).__name__ in reader.errors
        accepted, error = False, None if documented else other
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    used = time.process_time() - start
    if error is None and used > limits.processor:
        error = _Slow(f"{used:.1f} s of processor time")
    return accepted, error


def _run_batch(
    reader: "Reader", seed: int, count: Count, limits: Limits, findings: str, shared: Any
) -> None:
    """Read cases in this process, a fork, until the time of a batch is over."""

    def slow(*_: object) -> None:
        raise _Slow("too much processor time")

    signal.signal(signal.SIGPROF, slow)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    report = open(os.path.join(os.getcwd(), "fault.txt"), "w")  # noqa: SIM115, until the end
    faulthandler.enable(report)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with open(os.devnull, "w") as silent:
        os.dup2(silent.fileno(), 1)
        os.dup2(silent.fileno(), 2)
    generous = Limits(processor=100.0)
    with _written(reader, *make_case(reader, seed, 0)) as path:  # imports are no case
        judge(reader, path, generous)
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    address = pages * resource.getpagesize() + limits.address
    resource.setrlimit(resource.RLIMIT_AS, (address, address))
    # The peak begins anew: that of the process before the fork may be far above what it has now.
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    begun, end = _memory("VmRSS"), time.monotonic() + limits.batch
    number = count.cases
    while time.monotonic() < end:
        shared[0] = number
        name, content = make_case(reader, seed, number)
        with _written(reader, name, content) as path:
            faulthandler.dump_traceback_later(limits.clock, exit=True, file=report)
            accepted, error = judge(reader, path, limits)
            faulthandler.cancel_dump_traceback_later()
            grown = _memory("VmHWM") - begun
            if error is None and grown > limits.memory:
                error = MemoryError(f"{grown / 1e9:.1f} GB")
            if error is not None:
                save_finding(findings, reader.name, number, name, content, error)
                shared[3] += 1
        number += 1
        shared[1], shared[2] = number, shared[2] + accepted
        if grown > limits.memory:
            break


def _memory(kind: str) -> int:
    """Return the memory of the process now (VmRSS) or its peak (VmHWM), in bytes."""
    with open("/proc/self/status") as file:
        (line,) = (line for line in file if line.startswith(f"{kind}:"))
    return int(line.split()[1]) * 1024


@contextlib.contextmanager
def _written(reader: "Reader", name: str, content: bytes) -> Iterator[str]:
    """Write a case and what lies beside it into an empty folder; yield the path of the case."""
    shutil.rmtree("case", ignore_errors=True)
    for path, text in {**reader.beside, name: content}.items():
        place = os.path.join("case", path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(text)
    yield os.path.abspath(os.path.join("case", name))


def save_finding(
    folder: str, reader: str, number: int, name: str, content: bytes, error: BaseException | str
) -> str:
    """Keep the file of a finding, unless there is one of the same kind; return its folder.

    Args:
        folder: of all findings.
        reader: its name.
        number: of the case.
        name: of the file.
        content: of the file.
        error: the exception; or the report of an ended process.
    """
    if isinstance(error, str):
        kind, report = "ended", error
        place = "\n".join(line for line in error.splitlines() if line.startswith("  File"))[:400]
    else:
        kind = type(error).__name__.strip("_")
        report = "".join(traceback.format_exception(error))
        frames = traceback.extract_tb((error.__cause__ or error).__traceback__)
        own = [f"{f.filename}:{f.name}" for f in frames if "salzoo" in f.filename]
        place = f"{own[-1:]}{[f'{f.filename}:{f.name}' for f in frames[-1:]]}"
        if not own:
            place = str(error)[:30] + reader
    key = hashlib.sha256(place.encode()).hexdigest()[:8]
    where = os.path.join(folder, f"{kind}-{reader.replace(' ', '_')}-{key}")
    if not os.path.exists(where):
        os.makedirs(where)
        with open(os.path.join(where, os.path.basename(name)), "wb") as file:
            file.write(content)
        with open(os.path.join(where, "report.txt"), "w", errors="backslashreplace") as file:
            file.write(f"{reader}, case {number}\n\n{report}")
    return where


def run_batch(reader: "Reader", seed: int, count: Count, limits: Limits, findings: str) -> None:
    """Read the next cases of a reader in a new process, and count them.

    Args:
        reader: to read them.
        seed: of all cases.
        count: of the cases so far, which is changed.
        limits: of a case and of the batch.
        findings: folder of the findings.
    """
    shared = FORK.Array("q", [count.cases, count.cases, 0, 0], lock=False)
    start, before = time.monotonic(), os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            arguments = (reader, seed, count, limits, os.path.abspath(findings), shared)
            process = FORK.Process(target=_run_batch, args=arguments)
            process.start()
            process.join(limits.batch + 4 * limits.clock + 60)
            if process.exitcode is None:
                process.kill()
                process.join()
            with open("fault.txt", errors="replace") as file:
                fault = file.read()
        finally:
            os.chdir(before)
    if process.exitcode:
        name, content = make_case(reader, seed, shared[0])
        report = f"exit status {process.exitcode}\n{fault}"
        save_finding(findings, reader.name, shared[0], name, content, report)
        shared[1], shared[3] = shared[0] + 1, shared[3] + 1
    count.cases = shared[1]
    count.accepted += shared[2]
    count.findings += shared[3]
    count.seconds += time.monotonic() - start


def fuzz(
    readers: Sequence["Reader"], minutes: float, seed: int, out: str, limits: Limits | None = None
) -> dict[str, Count]:
    """Fuzz readers, next the one with the least time so far; print counts now and then.

    Args:
        readers: of files.
        minutes: of all of them together, in this call; each has one batch at the least.
        seed: of all cases.
        out: folder for progress and findings.
        limits: of a case.

    Returns:
        {reader: its counts, earlier calls included}.
    """
    findings, path = (
        os.path.abspath(os.path.join(out, "findings")),
        os.path.join(out, "progress.json"),
    )
    os.makedirs(findings, exist_ok=True)
    stored: Mapping[str, Any] = {}
    if os.path.exists(path):
        with open(path) as file:
            stored = json.load(file)
    if stored.get("seed", seed) != seed:
        raise InputError(f"`seed` {seed}: {out} has cases of {stored['seed']}; give another `out`.")
    counts = {name: Count(**values) for name, values in stored.get("counts", {}).items()}
    limits = limits or Limits(batch=min(60.0, minutes * 20 / max(1, len(readers))))
    for reader in readers:
        counts.setdefault(reader.name, Count())
    start, batches = time.monotonic(), 0
    while batches < len(readers) or time.monotonic() < start + minutes * 60:
        reader = min(readers, key=lambda one: counts[one.name].seconds)
        run_batch(reader, seed, counts[reader.name], limits, findings)
        with open(path, "w") as file:
            values = {name: asdict(count) for name, count in counts.items()}
            json.dump({"seed": seed, "counts": values}, file, indent=1)
        batches += 1
        if batches % len(readers) == 0:
            left = max(0.0, minutes - (time.monotonic() - start) / 60)
            kinds = len(os.listdir(findings))
            print(f"{summary(counts)}\n{kinds} kinds of findings; {left:.0f} min left", flush=True)
    return counts


def summary(counts: Mapping[str, Count]) -> str:
    """Return the counts as text, a line for each reader and one for all.

    Args:
        counts: {reader: its counts}.
    """
    columns = zip(*(asdict(count).values() for count in counts.values()), strict=True)
    total = Count(*map(sum, columns))
    lines = [f"{'':16}{'cases':>10}{'accepted':>10}{'findings':>10}{'per s':>8}{'min':>7}"]
    for name, count in {**counts, "all": total}.items():
        speed = count.cases / max(count.seconds, 1e-9)
        lines.append(
            f"{name:16}{count.cases:10}{count.accepted:10}{count.findings:10}{speed:8.0f}"
            f"{count.seconds / 60:7.1f}"
        )
    return "\n".join(lines)


def in_fork(function: Callable[[], Any]) -> Any:
    """Call a function in another process, so that TensorFlow does not start in this one.

    Args:
        function: whose result can be pickled.
    """
    with FORK.Pool(1) as pool:
        return pool.apply(function)


def main() -> int:
    """Run the command line; return 1 if there are findings, else 0."""
    parser = argparse.ArgumentParser(prog="fuzzing", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default=OUT, help=f"folder for findings (default: {OUT})")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names of readers")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from experiments.fuzz import all_readers

    readers = in_fork(all_readers)
    known = [reader.name for reader in readers]
    unknown = sorted({*(arguments.only or ())} - {*known})
    if unknown:
        parser.error(f"there is no reader {unknown[0]}; known: {', '.join(known)}")
    chosen = [reader for reader in readers if not arguments.only or reader.name in arguments.only]
    counts = fuzz(chosen, arguments.minutes, arguments.seed, arguments.out)
    return int(any(count.findings for count in counts.values()))


if __name__ == "__main__":
    sys.exit(main())

"""A folder in which hostile files are tried, and what every command must keep to there."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

import salzoo

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(salzoo.__file__)))
# Folders that a command may change; OUT is what it is told to write to.
OUT, OWN = "out", ("cache", "streams")
BAD_WORDS = ("Traceback", "Segmentation fault", "Fatal Python error", "core dumped", "Aborted")


class Server:
    """The process of tests/hostile/server.py."""

    def __init__(self):
        job_reader, job_writer = os.pipe()
        answer_reader, answer_writer = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.server", str(job_reader), str(answer_writer)],
            cwd=ROOT,
            pass_fds=(job_reader, answer_writer),
            env={**os.environ, "PYTHONPATH": ROOT, "CUDA_VISIBLE_DEVICES": "-1"},
            stderr=subprocess.DEVNULL,  # of the import of TensorFlow
        )
        os.close(job_reader)
        os.close(answer_writer)
        self.jobs, self.answers = os.fdopen(job_writer, "w"), os.fdopen(answer_reader)

    def run(self, **job):
        """Run a job and return its exit status."""
        self.jobs.write(json.dumps(job) + "\n")
        self.jobs.flush()
        return json.loads(self.answers.readline())

    def close(self):
        self.jobs.close()
        self.process.wait(60)
        self.answers.close()


@dataclass
class Result:
    """How a command ended."""

    status: int | None
    out: str
    err: str
    seconds: float

    @property
    def text(self):
        return self.out + self.err


class Sandbox:
    """Runs commands in a folder, with `victim/` in it, and checks what they leave.

    Args:
        root: the folder.
        server: that starts the processes.
    """

    def __init__(self, root, server):
        self.root, self.server = root, server
        for name in ("victim", "home", "tmp", *OWN):
            (root / name).mkdir(exist_ok=True)
        (root / "victim/secret.txt").write_text("SECRET-OF-THE-USER")
        (root / "victim/secret.json").write_text('{"SECRET-OF-THE-USER": 1}')

    def snapshot(self):
        """Return what every file and folder is, except those that commands write."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            if folder == str(self.root):
                folders[:] = [name for name in folders if name not in (OUT, *OWN)]
                names = []
            for name in (*folders, *names):
                path = os.path.join(folder, name)
                status = os.lstat(path)
                found[path] = (status.st_mode, status.st_size, status.st_mtime_ns)
                if not name.startswith("."):  # hard links would change it
                    found[path] += (status.st_ctime_ns,)
        return found

    def run(self, *arguments, statuses=(0, 1, 2), **job):
        """Run a command and check that it keeps to the rules.

        Args:
            *arguments: of the command.
            statuses: exit statuses that are allowed; None among them: killed by the job.
            **job: limits and events, see tests/hostile/server.py.
        """
        result = self.run_freely(*arguments, **job)
        shown = f"{arguments} -> {result}"[:6000]
        assert result.status is not None, f"hangs: {shown}"
        assert result.status in statuses, shown
        check_text(result.text, shown)
        if result.status == 2 and not result.text.startswith("usage"):
            assert result.err.count("\n") <= 20, shown
        return result

    def run_freely(self, *arguments, **job):
        """Run a command; check only that it touches nothing outside its folder."""
        before = self.snapshot()
        result = self.start(*arguments, **job)
        after = self.snapshot()
        changed = [path for path in {*before, *after} if before.get(path) != after.get(path)]
        assert not changed, f"{arguments} touched {sorted(changed)}"
        return result

    def start(self, *arguments, **job):
        """Run a command without any check."""
        begun, streams = time.monotonic(), str(self.root / "streams/last")
        places = {"HOME": "home", "TMPDIR": "tmp", "SALZOO_HOME": "cache"}
        status = self.server.run(
            arguments=[os.fspath(a) if isinstance(a, os.PathLike) else str(a) for a in arguments],
            cwd=str(self.root),
            streams=streams,
            environment={name: str(self.root / place) for name, place in places.items()},
            **job,
        )
        texts = []
        for ending in ("out", "err"):
            with open(f"{streams}.{ending}", "rb") as file:
                texts.append(file.read().decode("utf-8", "surrogateescape"))
        return Result(status, *texts, time.monotonic() - begun)


def check_text(text, shown=None):
    """Check what a person sees on a terminal."""
    for word in BAD_WORDS:
        assert word not in text, shown or text
    control = {c for c in text if c < " " or "\x7f" <= c < "\xa0"} - {"\n"}
    assert not control, f"control characters {control} in {shown or text}"
    assert "SECRET-OF-THE-USER" not in text, shown or text

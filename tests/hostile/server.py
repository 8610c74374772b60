"""Runs commands in processes of limited memory and file sizes.

They are forked from one process that has imported TensorFlow, but has not used it: a command
starts at once and yet is a process of its own, which may crash, hang or be killed.
"""

import importlib
import json
import os
import resource
import runpy
import shutil
import signal
import sys
import time
import types

MEMORY = 6 << 30
# Of processor time: other work on the machine does not count. A process that waits for something
# gets PATIENCE times as long.
SECONDS = 100
PATIENCE = 10


def _limit(kind, size):
    resource.setrlimit(kind, (size, size))


def _stand_by(event):
    """Let something happen at the n-th call of a function, such as "salzoo.api.train"."""
    module, _, names = event["call"].partition(":")
    *owners, name = names.split(".")
    place = importlib.import_module(module)
    for owner in owners:
        place = getattr(place, owner)
    original, calls = getattr(place, name), []

    def watched(*arguments, **named):
        calls.append(1)
        if len(calls) == event.get("count", 1):
            if "free" in event:  # of shutil.disk_usage
                return types.SimpleNamespace(free=event["free"])
            if "remove" in event:
                shutil.rmtree(event["remove"])
            else:
                os.kill(os.getpid(), getattr(signal, event["signal"]))
        return original(*arguments, **named)

    setattr(place, name, watched)


def _work(job):
    """In the new process: run the command to its end."""
    os.setsid()
    os.chdir(job["cwd"])
    for number, name in enumerate(("/dev/null", f"{job['streams']}.out", f"{job['streams']}.err")):
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.update(job["environment"])
    # Tests that run in the background of a shell inherit that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, job.get("seconds", SECONDS))
    if job.get("file_size"):
        _limit(resource.RLIMIT_FSIZE, job["file_size"])
    if job.get("event"):
        _stand_by(job["event"])
    sys.argv = ["salzoo", *job["arguments"]]
    if "module" in job:
        runpy.run_module(job["module"], run_name="__main__")
        sys.exit(0)
    from salzoo.cli import main

    main()


def _wait(pid, seconds):
    """Return the exit status of a process: minus the signal that ended it, None: it waited."""
    end = time.monotonic() + seconds
    hung = False
    while not (done := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() > end:
            hung = True
            os.kill(pid, signal.SIGABRT if hung else signal.SIGKILL)
            time.sleep(1)
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    return None if hung else os.waitstatus_to_exitcode(done[1])


def _serve(jobs, answers):
    for line in jobs:
        job = json.loads(line)
        pid = os.fork()
        if not pid:
            _work(job)  # ends as any program does, by SystemExit
        answers.write(json.dumps(_wait(pid, PATIENCE * job.get("seconds", SECONDS))) + "\n")
        answers.flush()


if __name__ == "__main__":
    import tensorflow  # noqa: F401

    import salzoo.evaluation
    import salzoo.export
    import salzoo.prediction.predictor
    import salzoo.training.loop  # noqa: F401

    _serve(os.fdopen(int(sys.argv[1])), os.fdopen(int(sys.argv[2]), "w"))

"""The worker pool: every result once, errors passed on, no side effects on the caller."""

import os
import subprocess
import sys

import pytest

from salzoo.evaluation.worker_pool import cores, results
from salzoo.utils.errors import InputError

# Worker processes import these by name.


def double(number):
    return 2 * number


def refuse(number):
    raise InputError(f"{number} is bad.")


def die(number):
    os._exit(9)


def tasks(count):
    return ((f"key {number}", (number,)) for number in range(count))


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_result_comes_once(jobs):
    found = list(results(double, tasks(30), jobs))
    assert sorted(found) == sorted((f"key {number}", 2 * number) for number in range(30))


def test_tasks_are_made_only_a_few_ahead():
    made = []

    def counted():
        for number in range(50):
            made.append(number)
            yield number, (number,)

    for taken, _ in enumerate(results(double, counted(), 2), 1):
        assert len(made) <= taken + 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_errors_come_as_they_are(jobs):
    with pytest.raises(InputError, match="^0 is bad.$"):
        list(results(refuse, tasks(1), jobs))


def test_a_worker_that_dies_is_explained():
    with pytest.raises(InputError, match="A worker process died.* lower number of `jobs`"):
        list(results(die, tasks(3), 2))


SCRIPT = """
import os
print("once")
from salzoo.evaluation.worker_pool import results
print(sorted(results(abs, ((n, (n,)) for n in (-2, -1)), 2)))
print(os.environ.get("OMP_NUM_THREADS"))
"""


def test_a_script_needs_no_guard_around_its_main_part(tmp_path):
    """Workers do not run it again; its environment stays."""
    (tmp_path / "script.py").write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    environment.pop("OMP_NUM_THREADS", None)
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py"],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert done.stdout.splitlines() == ["once", "[(-2, 2), (-1, 1)]", "None"], done.stderr


def test_cores():
    assert 1 <= cores() <= os.cpu_count()

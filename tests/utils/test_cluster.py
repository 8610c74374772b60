"""Tasks on a Dask cluster: all of them, whatever happens; and clusters that cannot be used."""

import os
from collections import deque
from types import SimpleNamespace

import pytest

from salzoo.utils import cluster as clusters
from salzoo.utils.cluster import Cluster, Outcome, WorkerDied, connect
from salzoo.utils.errors import InputError

distributed = pytest.importorskip("distributed", reason="salzoo[cluster] is not installed")


@pytest.fixture(scope="module")
def client():
    """A cluster within this process."""
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def divided(number, by):
    return number / by


def test_outcomes(client):
    """Values and errors, each task once; tasks may be added while outcomes are taken."""
    with connect(client) as connection:
        tasks = deque((float(number), 2) for number in range(20))
        tasks.append((1, 0))
        found = []
        for outcome in connection.outcomes(divided, tasks):
            found.append(outcome)
            if outcome.task == (3.0, 2):
                tasks.append((30.0, 3))
    values = {outcome.task: outcome.value for outcome in found if outcome.error is None}
    assert values == {(30.0, 3): 10.0, **{(float(n), 2): n / 2 for n in range(20)}}
    (failed,) = [outcome for outcome in found if outcome.error is not None]
    assert failed.task == (1, 0) and isinstance(failed.error, ZeroDivisionError)
    assert len(found) == 22


def test_tasks_are_given_only_a_few_ahead(client):
    with connect(client) as connection:
        tasks = deque((number, 1) for number in range(30))
        for taken, _ in enumerate(connection.outcomes(divided, tasks), 1):
            assert 30 - len(tasks) <= taken + 2 * connection.threads()


def test_a_lost_scheduler():
    """Nothing is told to be done that is not."""
    gone = SimpleNamespace(status="cancelled")
    connection = Cluster.__new__(Cluster)
    connection.client = SimpleNamespace(status="closed")
    with pytest.raises(InputError, match="connection to the scheduler is lost"):
        connection._outcome(gone, ())


def test_a_worker_that_died():
    killed = type("KilledWorker", (Exception,), {})()
    future = SimpleNamespace(status="error", exception=lambda: killed)
    outcome = Cluster.__new__(Cluster)._outcome(future, (1,))
    assert outcome[:2] == Outcome((1,), None, None)[:2] and isinstance(outcome.error, WorkerDied)


@pytest.mark.parametrize("address", ["127.0.0.1:9", "nonsense", "tcp://", 3])
def test_no_scheduler(monkeypatch, address):
    monkeypatch.setattr(clusters, "CONNECT_SECONDS", 0.3)
    message = "`cluster` .*: no Dask scheduler answers there"
    with pytest.raises(InputError, match=message), connect(address):
        pass


def versions(**workers):
    """A client whose workers have these versions of salzoo."""
    info = {name: {"packages": {"salzoo": version}} for name, version in workers.items()}
    return SimpleNamespace(
        wait_for_workers=lambda number, timeout: None,
        dashboard_link="http://here/status",
        nthreads=lambda: dict.fromkeys(workers, 1),
        scheduler=SimpleNamespace(address="tcp://here:1"),
        get_versions=lambda check, packages: {
            "client": {"packages": {"salzoo": "2.0"}},
            "workers": info,
        },
    )


def test_versions_that_differ_are_told(caplog):
    Cluster(versions(a="2.0", b="2.0"), 1)
    assert not caplog.records
    found = Cluster(versions(a="2.0", b="1.9"), 1)
    assert "the worker b has salzoo 1.9, this process 2.0" in caplog.text
    assert str(found) == "2 workers of tcp://here:1, dashboard http://here/status"
    with pytest.raises(InputError, match=r"worker b has no salzoo; install salzoo\[cluster\] 2.0"):
        Cluster(versions(a="2.0", b=None), 1)


def test_no_worker_comes():
    client = versions()

    def wait(number, timeout):
        raise TimeoutError

    client.wait_for_workers = wait
    with pytest.raises(InputError, match=r"has 0 workers .* not 3; start `dask worker tcp://here"):
        Cluster(client, 3)


def test_the_main_module_comes_back():
    import sys

    main = sys.modules["__main__"]
    with clusters._empty_main():
        assert not hasattr(sys.modules["__main__"], "__file__")
    assert sys.modules["__main__"] is main and os.getpid()

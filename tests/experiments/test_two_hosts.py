"""The commands of the page about several machines are commands of salzoo."""

import argparse
import shlex

import pytest

from experiments.two_hosts import HOSTS, LOSSES, commands_of_page, largest_difference
from salzoo import cli
from salzoo.training.processes import Place, find_place


def test_the_page_has_commands_for_two_machines():
    """The same ones, but for the number of the process."""
    found = []
    for command in commands_of_page():
        parsed = cli._parse(shlex.split(command))
        assert isinstance(parsed, argparse.Namespace)
        assert parsed.command == "train" and parsed.distributed
        found.append(find_place(parsed.coordinator, parsed.processes, parsed.process))
    address = f"{HOSTS['salzoo-a']}:9876"
    assert found == [Place(address, 2, 0), Place(address, 2, 1)] * 2
    starts, resumes = commands_of_page()[:2], commands_of_page()[2:]
    assert all("--backend jax" in command for command in starts)
    assert all("train --resume --run_dir runs/two" in command for command in resumes)
    assert len({command.replace("--process 1", "--process 0") for command in starts}) == 1


def test_histories_are_compared(tmp_path):
    rows = {"one": "1,2.0,0.5,3.0", "other": "1,2.0002,0.6,3.0"}
    for name, row in rows.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "history.csv").write_text(f"epoch,loss,nss,val_loss\n{row}\n")
    folders = tmp_path / "other", tmp_path / "one"
    assert largest_difference(*folders, LOSSES) == pytest.approx(1e-4)
    assert largest_difference(*folders) == pytest.approx(0.2)

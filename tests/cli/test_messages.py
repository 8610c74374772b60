"""Parameters of the library are printed as arguments of the command."""

import argparse

import pytest

from salzoo.cli.messages import render_message


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("-m", "--mix")
    parser.add_argument("--flip", action=argparse.BooleanOptionalAction)
    parser.add_argument("--raw", action="store_true", dest="skip_postprocessing")
    return parser


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("`mix` 1,2: give one number.", "--mix 1,2: give one number."),
        ("leave out `mix` or `flip`.", "leave out --mix or --flip."),
        ("`model` x is unknown.", "model x is unknown."),
        ("`skip_postprocessing` is set.", "--raw is set."),
        ("`sigma` and `mix`.", "`sigma` and --mix."),
        ("Run `salzoo check osie`; see mix.", "Run `salzoo check osie`; see mix."),
        ("`help` and `` and `a", "--help and `` and `a"),
    ],
)
def test_known_parameters_become_arguments(parser, message, expected):
    assert render_message(message, parser) == expected


def test_a_subcommand_prints_flags(inside, tmp_path):
    file = tmp_path / "file"
    file.touch()
    status, _, err = inside("train", "--run_dir", file)
    assert status == 2
    assert err == f"salzoo train: --run_dir {file}: {file} is a file; give a folder.\n"

"""The commands that `pip install` makes, and the scripts of a checkout."""

import configparser
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from seqkit.apps import command_line

ROOT = Path(__file__).parents[2]
APPLICATIONS = ("anomaly", "sentiment", "translate")


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_console_command_is_the_program(name, capsys, monkeypatch):
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    lines = settings["options.entry_points"]["console_scripts"].split("\n")
    commands = dict(line.split(" = ") for line in lines if line)
    module, function = commands[f"seqkit-{name}"].split(":")
    main = getattr(importlib.import_module(module), function)
    monkeypatch.setattr(sys, "argv", [f"/somewhere/bin/seqkit-{name}", "--help"])
    with pytest.raises(SystemExit, match="0"):
        main()
    assert f"usage: seqkit-{name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_script_runs_from_any_folder(name, tmp_path):
    finished = subprocess.run(
        [sys.executable, ROOT / "apps" / f"{name}.py", "--version"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert finished.stdout.strip()


@pytest.mark.parametrize("shape", [(2**62,), (2**31, 2**31)])
@pytest.mark.parametrize("make", [np.zeros, tf.zeros])
def test_too_little_memory_is_said(make, shape, capsys):
    parser = command_line.Parser(prog="program")
    commands = parser.add_subparsers().add_parser("make")
    commands.set_defaults(command=lambda _: make(shape, "int8"), name="make")
    assert command_line.run(parser, ["make"]) == 1
    said = "program make: error: out of memory: smaller sizes or batches need less\n"
    assert capsys.readouterr().err == said


def test_a_package_that_is_missing_is_named(capsys, monkeypatch):
    from seqkit.apps import sentiment

    monkeypatch.setitem(sys.modules, "sklearn.model_selection", None)
    monkeypatch.delitem(
        sys.modules, "seqkit.models.classification.labelled", raising=False
    )
    assert sentiment.main(["crossvalidate"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pip install 'seqkit[apps]'" in error

"""The commands that `pip install` makes, and the scripts of a checkout."""

import configparser
import contextlib
import importlib
import os
import signal
import subprocess
import sys
import time
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


@pytest.fixture(autouse=True)
def heard():
    """Signals are heard, also where what runs the tests ignores them, as nohup does."""
    default = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    before = {number: signal.signal(number, way) for number, way in default.items()}
    yield
    for number, way in before.items():
        signal.signal(number, way)


def run_of(command):
    """Run a program whose one subcommand is a function."""
    parser = command_line.Parser(prog="program")
    added = parser.add_subparsers().add_parser("make")
    added.set_defaults(command=lambda _: command(), name="make")
    return command_line.run(parser, ["make"])


def interrupted(number):
    """Interrupt, and let a library swallow it."""
    try:
        os.kill(os.getpid(), number)
        time.sleep(1)
    except:  # noqa: E722
        pass


def went_on():
    time.sleep(10)


def went_wrong():
    raise TypeError("no result")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("then", [went_on, went_wrong])
def test_an_interrupt_that_is_swallowed(number, then, capsys, monkeypatch):
    monkeypatch.setattr(command_line, "_HEARD", 0.05)
    before = [signal.getsignal(each) for each in (number, signal.SIGALRM)]
    assert run_of(lambda: (interrupted(number), then())) == 130
    assert capsys.readouterr().err == "program make: error: stopped\n"
    assert [signal.getsignal(each) for each in (number, signal.SIGALRM)] == before


def test_an_interrupt_lets_what_it_ends_clean_up(capsys, monkeypatch):
    monkeypatch.setattr(command_line, "_HEARD", 0.05)
    cleaned = []

    def command():
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: (time.sleep(0.3), cleaned.append(True)))
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)

    assert run_of(command) == 130
    assert cleaned
    assert capsys.readouterr().err == "program make: error: stopped\n"


def test_an_interrupt_where_none_can_be_raised(capsys, monkeypatch):
    monkeypatch.setattr(command_line, "_HEARD", 0.05)

    class Thing:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)

    def command():
        Thing()
        time.sleep(10)

    assert run_of(command) == 130
    assert capsys.readouterr().err == "program make: error: stopped\n"


def as_tensorflow_says():
    raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")


@pytest.mark.parametrize("make", [lambda: np.zeros(2**62, "int8"), as_tensorflow_says])
def test_too_little_memory_is_said(make, capsys):
    assert run_of(make) == 1
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

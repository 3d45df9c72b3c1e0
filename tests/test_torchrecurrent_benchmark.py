"""The command python -m benchmarks torchrecurrent."""

import json
from typing import ClassVar

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.torchrecurrent import command


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--networks", "Jordan"], "Jordan"),
        (["--point", "3x4x5"], "3x4x5"),
        (["--rounds", "0"], "positive integer"),
    ],
)
def test_what_is_refused(words, message, capsys):
    with pytest.raises(SystemExit) as error:
        main(["torchrecurrent", *words])
    assert error.value.code == 2
    assert message in capsys.readouterr().err


def test_a_missing_package_is_named(monkeypatch, capsys):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as error:
        main(["torchrecurrent", "--networks", "MGU"])
    assert error.value.code == 2
    assert "needs the package torchrecurrent" in capsys.readouterr().err


class Stand:
    """Stands for a process: outputs that are given, and so many seconds a step."""

    answers: ClassVar = {command.ours: (0.0, 0.002), command.theirs: (0.0, 0.02)}

    def __init__(self, serve):
        self.output, self.seconds = self.answers[serve]

    def ask(self, what, *arguments):
        if what == "train":
            return self.seconds * arguments[0]
        return np.full((2, 3), self.output), {"weights": None}

    def close(self):
        pass


def test_medians_and_ratios(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(command, "find_spec", lambda name: name)
    monkeypatch.setattr(command, "Side", Stand)
    file = tmp_path / "found.json"
    assert main(["torchrecurrent", "--networks", "MGU", "--json", str(file)]) == 0
    (found,) = json.loads(file.read_text())
    assert found["difference"] == 0.0
    assert found["ratio"] == pytest.approx(10.0)
    assert len(found["rounds"]) == 9
    printed = capsys.readouterr().out
    assert "2.00" in printed
    assert "20.00" in printed
    assert "geometric mean of the ratios: 10.0" in printed


@pytest.mark.parametrize("output", [1e-4, float("nan")])
def test_values_that_differ_fail(monkeypatch, capsys, output):
    answers = {**Stand.answers, command.ours: (output, 0.002)}
    monkeypatch.setattr(Stand, "answers", answers)
    monkeypatch.setattr(command, "find_spec", lambda name: name)
    monkeypatch.setattr(command, "Side", Stand)
    assert main(["torchrecurrent", "--networks", "MGU"]) == 1
    assert "differ by more than 1e-05: MGU" in capsys.readouterr().err


@pytest.mark.slow
def test_whole_command(capsys):
    pytest.importorskip("torchrecurrent")
    words = ["--networks", "MGU", "PeepholeLSTM", "--point", "2x4x3x5"]
    words += ["--rounds", "2", "--steps", "1"]
    assert main(["torchrecurrent", *words]) == 0
    assert "PeepholeLSTM" in capsys.readouterr().out

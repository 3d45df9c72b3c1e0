"""The commands over all networks measure what they say, at tiny sizes."""

import json

import pytest
import tensorflow as tf

from benchmarks.__main__ import main


def test_cells(tmp_path, capsys, monkeypatch):
    threads = tf.config.threading  # which are set before TensorFlow has begun
    for name in ("intra", "inter"):
        monkeypatch.setattr(
            threads, f"set_{name}_op_parallelism_threads", lambda _: None
        )
    kept = tmp_path / "cells.json"
    words = ["cells", "--networks", "SimpleRNN", "--point", "2x3x2x2", "--rounds", "2"]
    assert main([*words, "--json", str(kept)]) == 0
    found = json.loads(kept.read_text())["SimpleRNN"]
    assert found["ratio"] == pytest.approx(found["keras"] / found["seqkit"])
    assert len(found["rounds"][0]) == 2
    assert "geometric mean" in capsys.readouterr().out


@pytest.mark.slow
def test_tasks(tmp_path, capsys):
    kept = tmp_path / "tasks.json"
    words = ["tasks", "--networks", "GRU", "--steps", "2", "--units", "3"]
    words += ["--seeds", "2", "--length", "10", "--processes", "1"]
    assert main([*words, "--json", str(kept)]) == 0
    found = json.loads(kept.read_text())
    assert [(each["task"], each["seed"]) for each in found] == [
        ("adding", 0),
        ("adding", 1),
        ("copy", 0),
        ("copy", 1),
    ]
    assert all(each["loss"] > 0 for each in found)
    assert "of blind" in capsys.readouterr().out


@pytest.mark.slow
def test_through_time(tmp_path):
    kept = tmp_path / "costs.json"
    words = ["through-time", "--times", "40", "--batch", "2", "--units", "3"]
    assert main([*words, "--chunk", "10", "--steps", "1", "--json", str(kept)]) == 0
    found = json.loads(kept.read_text())
    assert [each["way"] for each in found] == [
        "keras",
        "full",
        "recompute",
        "truncated",
    ]
    assert all(each["seconds"] > 0 for each in found)

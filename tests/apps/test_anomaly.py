import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import anomaly
import anomaly_run
import anomaly_stream
import numpy as np
import pytest
import tensorflow as tf

from seqkit.models import AnomalyDetector
from seqkit.models.anomaly.data import DATASETS
from seqkit.recurrence import portable
from tests.models.anomaly.conftest import waves

QUICK = [
    *("--network", "gru", "--units", "4", "--window", "16", "--horizon", "2"),
    *("--epochs", "2", "--batch-size", "8", "--learning-rate", "0.02"),
]
APP = Path(anomaly.__file__)
FAULT = 170  # where the readings of `table_file` leap


def table_file(path, length=240, seed=0):
    """A table of times, two channels and labels, with one anomaly."""
    values = waves(length, channels=2, seed=seed)
    values[FAULT, 0] += 4
    times = np.datetime64("2024-01-01T00:00") + np.arange(length) * np.timedelta64(
        5, "m"
    )
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time", "load", "heat", "bad"])
        for row, (when, value) in enumerate(zip(times, values, strict=True)):
            writer.writerow([when, *value, int(row == FAULT)])
    return str(path)


def run(*arguments):
    with portable():
        return anomaly.main([str(each) for each in arguments])


COLUMNS = ["--columns", "load,heat", "--label-column", "bad"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run folder, written by the command itself."""
    folder = tmp_path_factory.mktemp("trained")
    data = table_file(folder / "data.csv")
    assert (
        run("train", "--data", data, *COLUMNS, *QUICK, "--output", folder / "run") == 0
    )
    return folder / "run"


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_run_holds_what_it_should(trained):
    assert sorted(path.name for path in trained.iterdir()) == [
        "1", "config.json", "metrics.json", "model.keras", "plots",
    ]  # fmt: skip
    assert sorted(path.stem for path in (trained / "plots").iterdir()) == [
        "detection", "learning_curves",
    ]  # fmt: skip
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["readings"] == {"training": 120, "after": 120}
    assert "a clean score is above it" in metrics["threshold"]
    assert list(metrics["test"]) == [
        "gru", "untrained network", "random score", "moving mean and deviation",
        "one-step autoregression",
    ]  # fmt: skip
    config = json.loads((trained / "config.json").read_text())
    assert config["channels"] == ["load", "heat"]
    assert config["until"] == "0.5"


def test_detect_writes_what_it_finds(trained, tmp_path, capsys):
    data = table_file(tmp_path / "new.csv", seed=1)
    output = tmp_path / "found"
    assert run("detect", trained, "--data", data, "--output", output) == 0
    printed = capsys.readouterr().out
    assert "Threshold " in printed
    assert {path.name for path in output.iterdir()} == {
        "events.csv", "scores.csv", "detection.png",
    }  # fmt: skip
    when = "2024-01-01 14:10:00"  # of reading 170
    events = rows_of(output / "events.csv")
    [event] = [e for e in events if e["start"] <= when <= e["end"]]
    assert event["channels"].startswith("load")
    assert event["start"] in printed
    scores = rows_of(output / "scores.csv")
    assert len(scores) == 240
    found = AnomalyDetector.load(trained).detect(waves_of(data))
    assert float(scores[FAULT]["score"]) == pytest.approx(found.scores[FAULT], rel=1e-4)
    assert scores[FAULT]["is_anomaly"] == "1"
    assert scores[0]["score"] == ""
    assert run("detect", trained, "--data", data, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["start"] for line in lines if "start" in line] == [
        e["start"] for e in events
    ]


def waves_of(path):
    return np.array([[float(row["load"]), float(row["heat"])] for row in rows_of(path)])


def test_a_stream_gives_the_alarms_of_detect(trained, tmp_path, capsys, monkeypatch):
    data = table_file(tmp_path / "new.csv", seed=1)
    lines = [",".join(list(row.values())[:3]) for row in rows_of(data)]
    found = AnomalyDetector.load(trained).detect(waves_of(data))
    expected = np.flatnonzero(found.is_anomaly)

    def stream(lines, *options):
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
        assert run("stream", trained, "--json", *options) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    alarms = stream(lines)
    assert [alarm["time"] for alarm in alarms] == [
        lines[i].split(",")[0] for i in expected
    ]
    assert alarms[0]["score"] == pytest.approx(found.scores[expected[0]], rel=1e-4)
    assert sum(alarms[0]["channels"].values()) == pytest.approx(1)
    every = stream(["time,load,heat", *lines[:30]], "--every")
    assert len(every) == 30
    assert every[0]["score"] is None
    state = tmp_path / "state.json"
    parts = [
        *stream(lines[:100], "--state", state),
        *stream(lines[100:], "--state", state),
    ]
    assert parts == alarms


@pytest.mark.slow
def test_a_stream_with_the_calendar(tmp_path, capsys, monkeypatch):
    data = table_file(tmp_path / "data.csv")
    options = ["--columns", "load", "--calendar", *QUICK, "--output", tmp_path / "run"]
    assert run("train", "--data", data, *options, "--until", "0.6") == 0
    found = tmp_path / "found"
    assert run("detect", tmp_path / "run", "--data", data, "--output", found) == 0
    expected = [
        r["time"] for r in rows_of(found / "scores.csv") if r["is_anomaly"] == "1"
    ]
    lines = [f"{row['time']},{row['load']}\n" for row in rows_of(data)]
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(lines)))
    assert run("stream", tmp_path / "run", "--json") == 0
    alarms = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [alarm["time"].replace("T", " ") for alarm in alarms] == [
        when[:16] for when in expected
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("1.0\n"))
    assert run("stream", tmp_path / "run") == 2
    assert "must have a time before its readings" in the_line(capsys, "stream")


def test_a_stream_reads_a_file_that_grows(tmp_path):
    path = tmp_path / "growing.csv"
    path.write_text("1,2\n3,")
    with anomaly_stream.lines_of(str(path), follow=True) as lines:
        lines = iter(lines)
        assert next(lines) == "1,2\n"
        with open(path, "a", encoding="utf-8") as file:
            file.write("4\n")
        assert next(lines) == "3,4\n"


def test_evaluate(trained, tmp_path, capsys):
    assert run("evaluate", trained, "--json") == 0
    again = json.loads(capsys.readouterr().out)
    metrics = json.loads((trained / "metrics.json").read_text())
    assert again == metrics["test"]
    data = table_file(tmp_path / "new.csv", seed=1)
    answers = []
    windows = {"set/new.csv": [["2024-01-01 14:10:00", "2024-01-01 14:10:00"]]}
    (tmp_path / "windows.json").write_text(json.dumps(windows))
    (tmp_path / "points.txt").write_text("2024-01-01 14:10\n")
    for labels in (
        ["--label-column", "bad"],
        ["--labels", tmp_path / "windows.json"],
        ["--labels", tmp_path / "points.txt"],
    ):
        assert run("evaluate", trained, "--data", data, *labels, "--json") == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1] == answers[2]
    assert run("evaluate", trained) == 0
    assert "random score" in capsys.readouterr().out


def test_export_writes_the_savedmodel_again(trained, tmp_path):
    output = tmp_path / "served" / "7"
    assert run("export", trained, "--output", output) == 0
    values = tf.constant(waves(60, channels=2))
    both = [
        tf.saved_model.load(str(folder)).signatures["serving_default"](values=values)
        for folder in (output, trained / "1")
    ]
    np.testing.assert_allclose(both[0]["score"], both[1]["score"], rtol=1e-6)


def test_the_data_sets_are_those_there_are():
    assert anomaly_run.DATASETS == DATASETS


def the_line(capsys, command="train"):
    """What was said: one line on standard error, nothing else there."""
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"anomaly.py {command}: error: ")
    return lines[0]


BAD_DATA = {
    "missing file": (None, "there is no such file"),
    "empty": ("", "is empty"),
    "header only": ("time,load,heat,bad\n", "no rows below the header"),
    "wrong column": ("time,a,b\n1,2,3\n", "no column 'bad'; it has: time, a, b"),
    "text in numbers": ("load,heat,bad\n1,2,0\nhot,2,0\n", "row 2 has 'hot'"),
    "all missing": ("load,heat,bad\n1,,0\n2,,0\n", "'heat' has no reading: all 2 are"),
    "too short": (
        "load,heat,bad\n" + "1,2,0\n" * 20, "training needs at least 18 readings",
    ),
    "unsorted": ("time,load,heat,bad\n2,1,1,0\n1,1,1,0\n", "time must increase; row 2"),
    "repeated": ("time,load,heat,bad\n1,1,1,0\n1,1,1,0\n", "is there twice"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(BAD_DATA))
def test_bad_data(case, tmp_path, capsys):
    text, message = BAD_DATA[case]
    if text is not None:
        (tmp_path / "data.csv").write_text(text)
    data = ["--data", tmp_path / "data.csv", *COLUMNS]
    assert run("train", *data, *QUICK, "--output", tmp_path / "run") == 2
    assert message in the_line(capsys)
    assert {path.name for path in tmp_path.iterdir()} <= {"data.csv"}


@pytest.mark.slow
def test_a_constant_channel_is_no_error(tmp_path, capsys):
    rows = [f"{np.sin(t / 4):.4f},7,{t == 150:d}" for t in range(200)]
    (tmp_path / "data.csv").write_text("load,heat,bad\n" + "\n".join(rows))
    data = ["--data", tmp_path / "data.csv", *COLUMNS]
    assert run("train", *data, *QUICK, "--output", tmp_path / "run") == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--until", "2"], "until must be above 0 and at most 1; got 2"),
        (["--until", "1999-01-01"], "until must be after 2024-01-01"),
        (["--units", "0"], "units must be at least 1; got 0"),
        (["--network", "Transformer"], "network must be one of"),
    ],
)
def test_bad_options(options, message, tmp_path, capsys):
    data = ["--data", table_file(tmp_path / "data.csv"), *COLUMNS]
    assert run("train", *data, *QUICK, *options, "--output", tmp_path / "run") == 2
    assert message in the_line(capsys)


def test_other_bad_input(trained, tmp_path, capsys, monkeypatch):
    def said(command, *options):
        assert run(command, *options) == 2
        return the_line(capsys, command)

    assert "go with --data" in said("train", "--columns", "a")
    assert "there is no such folder" in said("stream", tmp_path / "none")
    other = tmp_path / "other.csv"
    other.write_text("time,load\n1,2\n2,3\n")
    assert "no column 'heat'" in said("detect", trained, "--data", other)
    data = table_file(tmp_path / "new.csv")
    assert "no anomaly is labelled" in said("evaluate", trained, "--data", data)
    (tmp_path / "points.txt").write_text("2030-01-01\n")
    points = ["--labels", tmp_path / "points.txt"]
    assert "1 points are at no reading" in said(
        "evaluate", trained, "--data", data, *points
    )
    for line, message in (
        ("1,2,3,4", "line 1 must have 2 readings (load, heat)"),
        ("hot,2", "line 1 must have numbers; got 'hot'"),
    ):
        monkeypatch.setattr(sys, "stdin", io.StringIO(line + "\n"))
        assert message in said("stream", trained)
    (tmp_path / "state.json").write_text("[1, 2]")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert "state must be of" in said(
        "stream", trained, "--state", tmp_path / "state.json"
    )


def test_help_is_quick_and_has_examples():
    finished = subprocess.run(
        [sys.executable, str(APP), "--help"], capture_output=True, text=True, check=True
    )
    assert "examples:" in finished.stdout
    loads = "import sys, anomaly; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", loads], cwd=APP.parent, check=True)

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from seqkit.apps import anomaly_run, anomaly_source
from seqkit.apps.anomaly_labels import read_labels
from seqkit.errors import InputError
from seqkit.models import AnomalyDetector
from seqkit.models.anomaly.datasets import DATASETS
from seqkit.series import TimeSeries
from tests.apps.anomaly_runs import (
    APP,
    COLUMNS,
    FAULT,
    QUICK,
    rows_of,
    run,
    series_of,
    table_file,
    the_line,
)
from tests.models.anomaly.conftest import waves


def test_a_run_holds_what_it_should(anomaly_run):
    assert sorted(path.name for path in anomaly_run.iterdir()) == [
        "1", "config.json", "fitted.npz", "metrics.json", "plots",
    ]  # fmt: skip
    assert [path.stem for path in (anomaly_run / "plots").iterdir()] == ["detection"]
    metrics = json.loads((anomaly_run / "metrics.json").read_text())
    assert metrics["readings"] == {"training": 120, "test": 120}
    assert "clean scores" in metrics["threshold"]
    assert metrics["network"].endswith("no recurrent network, as was asked for")
    assert list(metrics["test"])[:2] == ["seqkit", "forecast alone"]
    assert list(metrics["test"])[-1] == "random score"
    config = json.loads((anomaly_run / "config.json").read_text())
    assert config["channels"] == ["load", "heat"]
    assert config["data"]["until"] == "0.5"


def test_detect_writes_what_it_finds(anomaly_run, tmp_path, capsys):
    data = table_file(tmp_path / "new.csv", seed=1)
    output = tmp_path / "found"
    assert (
        run("detect", "--model", anomaly_run, "--data", data, "--output", output) == 0
    )
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
    found = AnomalyDetector.load(anomaly_run).detect(series_of(data))
    assert float(scores[FAULT]["severity"]) > 1
    assert float(scores[FAULT]["score"]) == pytest.approx(found.scores[FAULT], rel=1e-4)
    assert scores[FAULT]["is_anomaly"] == "1"
    assert scores[0]["score"] == ""
    assert run("detect", "--model", anomaly_run, "--data", data, "--json") == 0
    said = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert [event["start"] for event in said["events"]] == [e["start"] for e in events]
    assert said["readings"] == 240
    assert said["threshold"] in printed
    assert said["remarks"] == ["time: a reading every 0 days 00:05:00"]


def test_evaluate(anomaly_run, tmp_path, capsys):
    assert run("evaluate", "--model", anomaly_run, "--json") == 0
    again = json.loads(capsys.readouterr().out)
    metrics = json.loads((anomaly_run / "metrics.json").read_text())
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
        assert (
            run("evaluate", "--model", anomaly_run, "--data", data, *labels, "--json")
            == 0
        )
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1] == answers[2]
    assert run("evaluate", "--model", anomaly_run) == 0
    assert "random score" in capsys.readouterr().out


def test_export_writes_the_savedmodel_again(anomaly_run, tmp_path):
    output = tmp_path / "served" / "7"
    assert run("export", "--model", anomaly_run, "--output", output) == 0
    values = tf.constant(waves(60, channels=2))
    both = [
        tf.saved_model.load(str(folder)).signatures["serving_default"](values=values)
        for folder in (output, anomaly_run / "1")
    ]
    np.testing.assert_allclose(both[0]["score"], both[1]["score"], rtol=1e-6)


def test_the_data_sets_are_those_there_are():
    assert anomaly_source.DATASETS == DATASETS


BAD_DATA = {
    "missing file": (None, "there is no such file"),
    "empty": ("", "is empty"),
    "header only": ("time,load,heat,bad\n", "no rows below the header"),
    "wrong column": ("time,a,b\n1,2,3\n", "no column 'bad'; it has: time, a, b"),
    "text in numbers": ("load,heat,bad\n1,2,0\nhot,2,0\n", "row 2 has 'hot'"),
    "all missing": ("load,heat,bad\n1,,0\n2,,0\n", "'heat' has no reading among the 1"),
    "too short": ("load,heat,bad\n" + "1,2,0\n" * 6, "training needs at least 4 read"),
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
        (["--until", "0"], "until must be above 0 and at most 1; got 0"),
        (
            ["--until", "1999-01-01"],
            "until must be after the first reading, 2024-01-01",
        ),
        (["--units", "0"], "units must be at least 1; got 0"),
        (["--network", "Transformer"], "network must be"),
    ],
)
def test_bad_options(options, message, tmp_path, capsys):
    data = ["--data", table_file(tmp_path / "data.csv"), *COLUMNS]
    assert run("train", *data, *QUICK, *options, "--output", tmp_path / "run") == 2
    assert message in the_line(capsys)


def test_other_bad_input(anomaly_run, tmp_path, capsys):
    def said(command, *options):
        assert run(command, *options) == 2
        return the_line(capsys, command)

    for option in (["--columns", "a"], ["--calendar"]):
        assert "go with --data" in said("train", *option)
    assert "there is no such folder" in said("stream", "--model", tmp_path / "none")
    other = tmp_path / "other.csv"
    other.write_text("time,load\n1,2\n2,3\n")
    assert "no column 'heat'" in said("detect", "--model", anomaly_run, "--data", other)
    data = table_file(tmp_path / "new.csv")
    assert "no anomaly is labelled" in said(
        "evaluate", "--model", anomaly_run, "--data", data
    )
    (tmp_path / "points.txt").write_text("2030-01-01\n")
    points = ["--labels", tmp_path / "points.txt"]
    assert "1 time at no reading, the first is '2030-01-01'; the readings are" in said(
        "evaluate", "--model", anomaly_run, "--data", data, *points
    )
    (tmp_path / "windows.json").write_text('{"a/new.csv": [["2024-01-01"')
    windows = ["--labels", tmp_path / "windows.json"]
    assert "not points or windows" in said(
        "evaluate", "--model", anomaly_run, "--data", data, *windows
    )
    (tmp_path / "early.txt").write_text("2024-01-01 00:10\n")
    assert "all readings that are labelled were trained on" in said(
        "evaluate", "--model", anomaly_run, "--labels", tmp_path / "early.txt"
    )
    assert "no column 'worse'" in said(
        "evaluate", "--model", anomaly_run, "--label-column", "worse"
    )
    assert "false_alarms must be more than 0" in said("train", "--false-alarms", "0")


def test_columns_are_taken_by_name(anomaly_run, tmp_path, capsys):
    data = table_file(tmp_path / "new.csv", seed=1)
    rows = rows_of(data)
    with open(tmp_path / "turned.csv", "w", encoding="utf-8") as file:
        file.write("heat,more,load,time\n")
        for row in rows:
            file.write(f"{row['heat']},9,{row['load']},{row['time']}\n")
    answers = []
    for path in (data, tmp_path / "turned.csv"):
        assert run("detect", "--model", anomaly_run, "--data", path, "--json") == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert answers[0]["events"]


def test_detect_says_what_keeps_it_from_judging(anomaly_run, tmp_path, capsys):
    short = tmp_path / "short.csv"
    rows = "".join(f"2024-01-01 00:0{row},1,\n" for row in range(5))
    short.write_text("time,load,heat\n" + rows)
    assert run("detect", "--model", anomaly_run, "--data", short) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:4] == [
        "heat: all readings are missing",
        "time: a reading every 0 days 00:05:00; 100% of distances are uneven",
        "time: trained on one every 0 days 00:05:00, not 0 days 00:01:00",
        "no reading has a score: 8 come before the first (lags)",
    ]
    assert printed[-1] == "Events in 5 readings: 0"


def test_a_run_goes_on_without_its_data(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table_file(tmp_path / "data.csv")
    options = [*COLUMNS, *QUICK, "--output", "run"]
    assert run("train", "--data", "data.csv", *options) == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert (
        run("evaluate", "--model", tmp_path / "run", "--json") == 0
    )  # the file is found
    (tmp_path / "data.csv").unlink()
    assert run("export", "--model", tmp_path / "run", "--output", "1") == 0
    new = table_file(tmp_path / "new.csv", seed=1)
    assert run("detect", "--model", tmp_path / "run", "--data", new) == 0
    capsys.readouterr()
    labels = ["--label-column", "bad"]
    assert run("evaluate", "--model", tmp_path / "run", "--data", new, *labels) == 2
    assert "the readings trained on are needed, for the baselines" in the_line(
        capsys, "evaluate"
    )


def test_names_of_columns_may_have_spaces_and_commas(tmp_path, capsys):
    text = Path(table_file(tmp_path / "data.csv")).read_text(encoding="utf-8")
    text = text.replace("time,load,heat,bad", 'time,"load, cpu", heat , bad', 1)
    (tmp_path / "data.csv").write_text(text)
    data = ["--data", tmp_path / "data.csv"]
    options = [*QUICK, "--label-column", "bad"]
    assert run("train", *data, *options, "--output", tmp_path / "run") == 0
    assert run("detect", "--model", tmp_path / "run", *data) == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["channels"] == ["load, cpu", "heat"]
    assert run("evaluate", "--model", tmp_path / "run", "--json") == 0


def test_the_readings_that_were_trained_on_must_be_there(tmp_path, capsys):
    data = table_file(tmp_path / "data.csv")
    options = [*COLUMNS, *QUICK, "--output", tmp_path / "run"]
    assert run("train", "--data", data, *options) == 0
    rows = Path(data).read_text(encoding="utf-8").splitlines()
    (tmp_path / "data.csv").write_text("\n".join([rows[0], *rows[21:]]))
    capsys.readouterr()
    assert (
        run("evaluate", "--model", tmp_path / "run") == 0
    )  # fewer, but up to the same reading
    assert "120 readings, 1 of them anomalous" in capsys.readouterr().out
    (tmp_path / "data.csv").write_text("\n".join([rows[0], *rows[150:]]))
    assert run("evaluate", "--model", tmp_path / "run") == 2
    assert "the last reading trained on, 2024-01-01 09:55:00, is not there" in the_line(
        capsys, "evaluate"
    )


def test_an_output_folder_behind_a_link(anomaly_run, tmp_path, capsys):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    data = ["--data", table_file(tmp_path / "new.csv")]
    assert (
        run("detect", "--model", anomaly_run, *data, "--output", tmp_path / "link") == 0
    )
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "events.csv").is_file()
    assert {p.name for p in tmp_path.iterdir()} == {"real", "link", "new.csv"}


def test_labels_without_times(tmp_path):
    series = TimeSeries(np.zeros((10, 1)), ("a",))
    path = tmp_path / "points.txt"
    path.write_text("3\n5\n")
    assert np.flatnonzero(read_labels(str(path), series, None)).tolist() == [3, 5]
    for bad in ("10", "-1", "soon"):
        path.write_text(bad)
        with pytest.raises(
            InputError, match=f"numbers of readings, 0 to 9; got '{bad}'"
        ):
            read_labels(str(path), series, None)


def test_the_best_of_a_column_is_above_nothing():
    each = {"f1": 0.0, "false": 0}
    kinds = ("events", "alarms", "ranges", "affiliation_above_chance")
    of = {**dict.fromkeys(kinds, each), "vus_pr": 0.0}
    laid_out = anomaly_run.summary({"seqkit": {**of, "delay": None}}).splitlines()
    assert "*" not in laid_out[1]


@pytest.mark.slow
def test_a_network_that_earns_its_place_is_there(tmp_path):
    values = np.empty(600)
    values[0] = 0.3
    for t in range(1, 600):
        values[t] = 3.8 * values[t - 1] * (1 - values[t - 1])
    (tmp_path / "data.csv").write_text("load\n" + "\n".join(map(str, values)))
    options = ["--network", "gru", "--units", 8, "--window", 32, "--until", 0.9]
    data, folder = ["--data", tmp_path / "data.csv"], tmp_path / "run"
    assert run("train", *data, *options, "--output", folder) == 0
    assert (folder / "model.keras").is_file()
    assert (folder / "plots" / "learning_curves.png").is_file()
    assert run("detect", "--model", folder, *data) == 0


def test_what_was_found_in_the_file_is_said_before_training(tmp_path, capsys):
    rows = [f"{t};{np.sin(t / 4):.3f};{t % 2}".replace(".", ",") for t in range(60)]
    rows[30] = rows[30].split(";")[0] + ";-9999;0"
    (tmp_path / "data.csv").write_text("id;load;label\n" + "\n".join(rows))
    data = ["--data", tmp_path / "data.csv", "--until", "1"]
    assert run("train", *data, *QUICK, "--output", tmp_path / "run") == 0
    said = capsys.readouterr().out
    for expected in (
        "cells are separated by semicolons", "decimal commas in load",
        "id: counts the rows; not trained on", "label: looks like labels; not trained",
        "load: judged, 60 readings from -9999 to", "1 extreme reading (-9999) left out",
    ):  # fmt: skip
        assert expected in said
    assert json.loads((tmp_path / "run/config.json").read_text())["channels"] == [
        "load"
    ]


def test_help_is_quick_and_has_examples():
    finished = subprocess.run(
        [sys.executable, str(APP), "--help"], capture_output=True, text=True, check=True
    )
    assert "examples:" in finished.stdout
    loads = "import sys, anomaly; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", loads], cwd=APP.parent, check=True)

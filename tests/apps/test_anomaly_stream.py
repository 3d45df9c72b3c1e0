import io
import json
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from seqkit.models import AnomalyDetector
from seqkit.series.lines import lines_of as open_lines
from tests.apps.anomaly_runs import (
    APP,
    FAULT,
    QUICK,
    rows_of,
    run,
    series_of,
    table_file,
    the_line,
)
from tests.models.anomaly.conftest import waves


def lines_of(path):
    """The lines of a table below its header, without labels."""
    return [",".join(list(row.values())[:3]) for row in rows_of(path)]


@pytest.fixture
def stream(anomaly_run, capsys, monkeypatch):
    """The command on some lines: what it printed, line by line."""

    def answers(lines, *options, folder=anomaly_run):
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
        assert run("stream", "--model", folder, "--json", *options) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return answers


def test_a_stream_gives_the_events_of_detect(anomaly_run, tmp_path, stream):
    data = table_file(tmp_path / "new.csv", seed=1)
    lines = lines_of(data)
    detector = AnomalyDetector.load(anomaly_run)
    found = detector.detect(series_of(data))
    every = stream(["time,load,heat", *lines], "--every")
    assert [each["is_anomaly"] for each in every] == found.is_anomaly.tolist()
    assert every[FAULT]["score"] == pytest.approx(found.scores[FAULT], rel=1e-4)
    assert sum(every[FAULT]["channels"].values()) == pytest.approx(1)
    config = json.loads((anomaly_run / "config.json").read_text())
    config["settings"]["gap"] = config["fitted"]["judgement"]["alarm"]["gap"] = 5
    again = tmp_path / "again"
    shutil.copytree(anomaly_run, again)
    (again / "config.json").write_text(json.dumps(config))
    events = AnomalyDetector.load(again).detect(series_of(data)).events()
    said = stream(lines, folder=again)
    begins, ended = (
        [each for each in said if each["event"] == what] for what in ("begins", "ended")
    )
    whens = [line.split(",")[0] for line in lines]
    assert [each["start"] for each in begins] == [whens[e.start] for e in events]
    over = [e for e in events if e.end + 5 < len(lines)]
    assert over
    assert [each["end"] for each in ended] == [whens[e.end - 1] for e in over]
    for each, event in zip(ended, over, strict=True):
        assert each["readings"] == event.end - event.start
        assert each["severity"] == pytest.approx(event.severity, rel=1e-4)
        assert each["peak"] == whens[event.peak]
    state = tmp_path / "state.json"
    parts = [
        *stream(lines[:FAULT], "--state", state, folder=again),
        *stream(lines[FAULT : FAULT + 3], "--state", state, folder=again),
        *stream(lines[FAULT + 3 :], "--state", state, folder=again),
    ]
    assert parts == said


@pytest.mark.slow
def test_a_stream_with_the_calendar(tmp_path, capsys, monkeypatch):
    data = table_file(tmp_path / "data.csv")
    options = ["--columns", "load", "--calendar", *QUICK, "--output", tmp_path / "run"]
    assert run("train", "--data", data, *options, "--until", "0.6") == 0
    found = tmp_path / "found"
    assert (
        run("detect", "--model", tmp_path / "run", "--data", data, "--output", found)
        == 0
    )
    expected = [
        r["time"] for r in rows_of(found / "scores.csv") if r["is_anomaly"] == "1"
    ]
    lines = [f"{row['time']},{row['load']}\n" for row in rows_of(data)]
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(lines)))
    assert run("stream", "--model", tmp_path / "run", "--json", "--every") == 0
    every = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["time"].replace("T", " ") for each in every if each["is_anomaly"]] == [
        when[:16] for when in expected
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("1.0\n"))
    assert run("stream", "--model", tmp_path / "run") == 2
    assert "line 1 must have a time, for the calendar" in capsys.readouterr().err


def test_a_stream_reads_a_file_that_grows(tmp_path):
    path = tmp_path / "growing.csv"
    path.write_text("1,2\n3,")
    with open_lines(str(path), follow=True) as lines:
        lines = iter(lines)
        assert next(lines) == "1,2\n"
        with open(path, "a", encoding="utf-8") as file:
            file.write("4\n")
        assert next(lines) == "3,4\n"


def test_a_gap_in_the_times_is_missing_readings(anomaly_run, tmp_path, stream, capsys):
    lines = lines_of(table_file(tmp_path / "new.csv", seed=1))
    del lines[60:70]
    (tmp_path / "gap.csv").write_text("\n".join(["time,load,heat", *lines]))
    found = tmp_path / "found"
    options = ["--data", tmp_path / "gap.csv", "--output", found]
    assert run("detect", "--model", anomaly_run, *options) == 0
    capsys.readouterr()
    expected = rows_of(found / "scores.csv")
    every = stream(lines, "--every")
    assert len(every) == len(expected) == 240
    assert [each["score"] for each in every] == [
        pytest.approx(float(row["score"]), rel=1e-4) if row["score"] else None
        for row in expected
    ]
    assert [each["time"].replace("T", " ") for each in every[58:72]] == [
        row["time"][:16] for row in expected[58:72]
    ]
    very_long = [*lines[:30], "2030" + lines[30][4:], *lines[31:33]]
    assert len(stream(very_long, "--every")) == 30 + 1000 + 1  # the last two are late


def test_lines_that_are_late_are_left_out(tmp_path, stream, monkeypatch, capsys):
    lines = lines_of(table_file(tmp_path / "new.csv", seed=1))
    expected = stream(lines[:40], "--every")
    assert stream([*lines[:20], lines[3], *lines[15:40]], "--every") == expected
    state = tmp_path / "state.json"
    stream(lines[:25], "--state", state)
    assert stream(lines[:40], "--state", state, "--every") == expected[25:]


def test_what_was_left_out_is_said(anomaly_run, tmp_path, capsys, monkeypatch):
    lines = lines_of(table_file(tmp_path / "new.csv"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*lines[:2], lines[0]])))
    assert run("stream", "--model", anomaly_run) == 0
    said = capsys.readouterr().err
    assert said == "1 line left out: not later than the one before\n"


def test_the_header_says_where_readings_are(tmp_path, stream):
    data = table_file(tmp_path / "new.csv", seed=1)
    expected = stream(lines_of(data)[:40], "--every")
    turned = [
        f"{row['heat']},more,{row['load']},{row['time']}" for row in rows_of(data)[:40]
    ]
    assert stream(["heat,other,load,time", *turned], "--every") == expected


def test_without_times_readings_are_numbered_as_detect_numbers_them(tmp_path, stream):
    lines = [line.split(",", 1)[1] for line in lines_of(table_file(tmp_path / "a.csv"))]
    state = tmp_path / "state.json"
    first = stream(lines[:20], "--state", state, "--every")
    second = stream(lines[20:40], "--state", state, "--every")
    assert [each["time"] for each in first + second] == [str(n) for n in range(40)]


def test_an_open_quotation_mark_ends_with_its_line(stream):
    assert len(stream(['1,"2', "3,4"], "--every")) == 2


def test_a_mark_before_the_text_and_empty_lines_change_nothing(tmp_path, stream):
    lines = ["time,load,heat", *lines_of(table_file(tmp_path / "a.csv"))[:30]]
    expected = stream(lines, "--every")
    assert len(expected) == 30
    assert stream(["\ufeff" + lines[0], "", *lines[1:], "", ""], "--every") == expected


def test_tabs_in_a_tsv_file(anomaly_run, tmp_path, stream, capsys):
    lines = ["time,load,heat", *lines_of(table_file(tmp_path / "a.csv"))[:30]]
    tabs = tmp_path / "a.tsv"
    tabs.write_text("\n".join(lines).replace(",", "\t"))
    expected = stream(lines, "--every")
    assert stream([], "--every", "--file", tabs) == expected


def test_times_off_the_grid_leave_the_gaps_as_they_are(
    anomaly_run, tmp_path, stream, capsys
):
    lines = lines_of(table_file(tmp_path / "a.csv", seed=1))
    lines[50] = lines[50].replace("T04:10", "T04:10:20")
    del lines[60:70]
    (tmp_path / "off.csv").write_text("\n".join(["time,load,heat", *lines]))
    options = ["--data", tmp_path / "off.csv", "--output", tmp_path / "found"]
    assert run("detect", "--model", anomaly_run, *options) == 0
    capsys.readouterr()
    expected = rows_of(tmp_path / "found" / "scores.csv")
    every = stream(lines, "--every")
    assert len(every) == len(expected) == 240
    for one, other in zip(every, expected, strict=True):
        assert (one["score"] is None) == (other["score"] == "")
        assert one["score"] is None or one["score"] == pytest.approx(
            float(other["score"]), rel=1e-4
        )


def test_a_day_that_is_first_stays_first(tmp_path, capsys, monkeypatch):
    """Dates that could be read both ways are read as those of the training."""
    times = np.datetime64("2024-03-01T00:00") + np.arange(240) * np.timedelta64(6, "h")
    written = [time.astype(object).strftime("%d/%m/%Y %H:%M") for time in times]
    values = waves(240)[:, 0]
    rows = [f"{when},{value:.4f}" for when, value in zip(written, values, strict=True)]
    (tmp_path / "all.csv").write_text("\n".join(["time,load", *rows]))
    (tmp_path / "april.csv").write_text("\n".join(["time,load", *rows[124:160]]))
    folder = tmp_path / "run"
    options = [*QUICK, "--until", "11/04/2024", "--output", folder]
    assert run("train", "--data", tmp_path / "all.csv", *options) == 0
    assert "164 readings for training" in capsys.readouterr().out
    assert run("detect", "--model", folder, "--data", tmp_path / "april.csv") == 0
    assert "Events in 36 readings" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(rows[124:160])))
    assert run("stream", "--model", folder, "--every") == 0
    assert len(capsys.readouterr().out.splitlines()) == 36
    options = [*QUICK, "--output", tmp_path / "other"]
    assert run("train", "--data", tmp_path / "april.csv", *options) == 2
    assert "may have the day or the month first" in the_line(capsys)


def test_an_empty_line_after_one_channel_with_times(tmp_path, capsys, monkeypatch):
    data, folder = table_file(tmp_path / "data.csv"), tmp_path / "run"
    options = ["--columns", "load", *QUICK, "--output", folder]
    assert run("train", "--data", data, *options) == 0
    lines = [f"{row['time']},{row['load']}" for row in rows_of(data)[:20]]
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*lines, "", ""])))
    assert run("stream", "--model", folder, "--every") == 0
    assert len(capsys.readouterr().out.splitlines()) == 20


def test_a_file_that_begins_anew_is_read_anew(tmp_path):
    path = tmp_path / "growing.csv"
    path.write_text("1,2\n3,4\n")
    with open_lines(str(path), follow=True) as lines:
        lines = iter(lines)
        assert [next(lines), next(lines)] == ["1,2\n", "3,4\n"]
        path.write_text("5,6\n")
        assert next(lines) == "5,6\n"
        (tmp_path / "new.csv").write_text("7,8\n9,10\n")
        (tmp_path / "new.csv").replace(path)
        assert next(lines) == "7,8\n"


def said_of(lines, anomaly_run, capsys, monkeypatch, code):
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    assert run("stream", "--model", anomaly_run, "--every") == code
    return capsys.readouterr()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["when,load,heat"], "the column of times must be named 'time', for training"),
        (["1,2,3,4"], "line 1 must have 2 readings (load, heat), after a time or not"),
        (["hot,2"], "line 1 must have numbers; got 'hot'"),
        (["soon,1,2"], "line 1 must have a time; got 'soon'"),
    ],
)
def test_a_stream_of_which_nothing_can_be_read(
    lines, message, anomaly_run, capsys, monkeypatch
):
    assert message in said_of(lines, anomaly_run, capsys, monkeypatch, code=2).err


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("hot,2", "left out: line 3 must have numbers; got 'hot'"),
        (
            "1",
            "left out: line 3 must have 2 readings (load, heat), after a time or not",
        ),
        ("1,2,3,4", "must have 2 readings"),
        ("1e39,2", "must have numbers; got '1e39'"),
        ('1,"2" 3 "', "1 line left out that could not be read, first: line 3"),
    ],
)
def test_one_bad_line_is_left_out_and_said(
    bad, message, anomaly_run, capsys, monkeypatch
):
    lines = ["1,2", "2,3", bad, "3,4"]
    said = said_of(lines, anomaly_run, capsys, monkeypatch, code=0)
    assert len(said.out.splitlines()) == 3
    assert message in said.err


def test_a_second_header_is_no_bad_line(anomaly_run, capsys, monkeypatch):
    lines = [
        "time,load,heat",
        "2024-01-01T00:00,1,2",
        "heat,time,load",
        "4,2024-01-01T00:05,3",
    ]
    said = said_of(lines, anomaly_run, capsys, monkeypatch, code=0)
    assert len(said.out.splitlines()) == 2
    assert said.err == ""


def test_a_rotated_file_is_read_to_its_end(tmp_path):
    path = tmp_path / "growing.csv"
    path.write_text("1,2\n")
    with open_lines(str(path), follow=True) as lines:
        lines = iter(lines)
        assert next(lines) == "1,2\n"
        old = path.open("a")
        path.rename(tmp_path / "growing.csv.1")
        old.write("3,4\n5,6")
        old.close()
        path.write_text("load,heat\n7,8\n")
        assert [next(lines) for _ in range(4)] == [
            "3,4\n", "5,6", "load,heat\n", "7,8\n"
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "not a state of a detector"),
        ("{", "not a state of a detector"),
        (
            '{"training": "x", "state": [], "readings": 0, "time": null}',
            "of another training",
        ),
    ],
)
def test_bad_states(text, message, anomaly_run, tmp_path, capsys, monkeypatch):
    (tmp_path / "state.json").write_text(text)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert (
        run("stream", "--model", anomaly_run, "--state", tmp_path / "state.json") == 2
    )
    assert message in the_line(capsys, "stream")
    assert (tmp_path / "state.json").read_text() == text
    assert (
        run("stream", "--model", anomaly_run, "--state", tmp_path / "no" / "state.json")
        == 2
    )
    assert "cannot be written" in the_line(capsys, "stream")


def process(anomaly_run, *options):
    each = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = [
        sys.executable,
        str(APP),
        "stream",
        "--model",
        str(anomaly_run),
        *map(str, options),
    ]
    return subprocess.Popen(command, text=True, **each)


@pytest.mark.slow
def test_a_stream_that_is_stopped_loses_nothing(anomaly_run, tmp_path):
    state, lines = tmp_path / "state.json", lines_of(table_file(tmp_path / "new.csv"))
    options = ["--state", state, "--every", "--state-seconds", "0"]
    with process(anomaly_run, *options) as stopped:
        stopped.stdin.write("\n".join(lines[:20]) + "\n")
        stopped.stdin.flush()
        for _ in range(20):
            stopped.stdout.readline()
        stopped.stdin.write("\n".join(lines[20:120]) + "\n")
        stopped.stdin.flush()
        stopped.stdout.readline()  # it is among them
        assert json.loads(state.read_text())["readings"] >= 19  # before the end, too
        stopped.terminate()
        rest = stopped.stdout.read().splitlines()
        assert stopped.wait(30) == 128 + signal.SIGTERM
    assert json.loads(state.read_text())["readings"] == 120
    assert len(rest) == 99
    assert not (tmp_path / "state.json.part").exists()


@pytest.mark.slow
def test_a_reader_who_has_had_enough_is_no_error(anomaly_run, tmp_path):
    lines = lines_of(table_file(tmp_path / "new.csv"))
    with process(anomaly_run, "--every") as reading:
        reading.stdin.write("\n".join(lines[:3]) + "\n")
        reading.stdin.flush()
        reading.stdout.readline()
        reading.stdout.close()
        reading.stdin.write("\n".join(lines[3:]) + "\n")
        reading.stdin.close()
        assert reading.wait(30) == 1
        assert reading.stderr.read() == ""


@pytest.mark.slow
def test_a_season_begins_where_the_position_says(tmp_path, capsys, monkeypatch):
    day = np.random.default_rng(0).normal(size=24)
    values = np.tile(day, 20) + 0.05 * np.random.default_rng(1).normal(size=480)
    (tmp_path / "all.csv").write_text("\n".join(["load", *map(str, values)]))
    (tmp_path / "new.csv").write_text("\n".join(["load", *map(str, values[367:])]))
    folder = tmp_path / "run"
    options = ["--recurrent", "never", "--no-shapes", "--until", "0.75"]
    data = tmp_path / "all.csv"
    assert run("train", "--data", data, *options, "--output", folder) == 0
    new = ["--data", tmp_path / "new.csv"]
    capsys.readouterr()
    assert run("detect", "--model", folder, *new) == 0
    assert "--position says where these readings begin" in capsys.readouterr().out
    assert run("detect", "--model", folder, *new, "--position", "367") == 0
    assert "--position" not in capsys.readouterr().out
    lines = "\n".join(map(str, values[367:420])) + "\n"
    scores = []
    for position in ([], ["--position", "367"]):
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        assert run("stream", "--model", folder, "--every", "--json", *position) == 0
        said = capsys.readouterr().out.splitlines()
        scores.append([json.loads(line)["score"] for line in said])
    found = AnomalyDetector.load(folder).detect(values[367:420, None], first=367)
    known = [None if np.isnan(score) else score for score in found.scores]
    assert scores[1] == pytest.approx(known, rel=1e-4)
    assert scores[0] != scores[1]


def test_what_spoils_one_line_spoils_no_other(anomaly_run, tmp_path, capsys):
    lines = lines_of(table_file(tmp_path / "new.csv", seed=1))[:40]
    options = ["--every", "--json", "--file"]
    path = tmp_path / "some.csv"
    path.write_text("\n".join(lines) + "\n")
    assert run("stream", "--model", anomaly_run, *options, path) == 0
    expected = capsys.readouterr().out
    for separator in ";\t|":  # with decimal commas, units and an empty row below
        other = [line.replace(",", separator).replace(".", ",") for line in lines]
        units = separator.join(["", "kW", "°C"])
        header, empty = separator.join(["time", "load", "heat"]), 2 * separator
        path.write_text("\n".join([header, units, *other, empty]) + "\n")
        assert run("stream", "--model", anomaly_run, *options, path) == 0
        assert capsys.readouterr().out == expected
    cut = "".join(f"{line}\n" for line in lines[1:]).encode()
    head = lines[0].encode()
    for bad in (
        lines[0].rsplit(",")[-1].encode(),
        b"2024-01-01T00:00,\xff\xfe,1",
        b"# a remark",
    ):
        path.write_bytes(bad + b"\n" + head + b"\n" + cut)
        assert run("stream", "--model", anomaly_run, *options, path) == 0
        assert capsys.readouterr().out == expected


def test_options_that_would_do_nothing(capsys):
    assert run("stream", "--state-seconds", "1") == 2
    assert "--state-seconds goes with --state" in capsys.readouterr().err
    assert run("evaluate", "--labels", "a", "--label-column", "b") == 2
    assert "--labels and --label-column exclude each other" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        run("stream", "--separator", "xx")
    assert "must be one character; got 'xx'" in capsys.readouterr().err

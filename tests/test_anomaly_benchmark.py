"""The benchmark of the anomaly detector reads its sets and counts as it says."""

import io
import json
import tarfile

import numpy as np

from benchmarks.anomaly import sets, tables
from benchmarks.anomaly.sets import Labelled
from seqkit.models.anomaly.evaluation import Decided


def labelled(length, windows, **fields):
    values = np.zeros((length, 1))
    return Labelled("set/name", values, values, 1, windows, **fields)


def answer(length, alarms):
    flags = np.zeros(length, bool)
    flags[alarms] = True
    return Decided(flags * 2.0, flags * 2.0, flags)


def test_events_are_counted_after_the_first_reading_that_counts(capsys):
    each = labelled(400, [(150, 160)], first=20)
    everything = [(each, {"one": answer(400, [10, 155, 380]), "none": answer(400, [])})]
    one, none = tables.event_table(everything)
    assert one["alarm_counts"] == one["event_counts"] == "1 / 0 / 1"
    assert none["event_counts"] == "0 / 1 / 0"
    assert "| one | **0.667** | **0.667** |" in capsys.readouterr().out


def test_alarms_at_short_distances_are_one_event_and_many_alarms():
    each = labelled(8000, [(4000, 4100)])
    [found] = tables.event_table([(each, {"one": answer(8000, range(0, 8000, 90))})])
    assert found["event_f1"] == 1
    assert found["alarm_f1"] < 0.03
    assert found["range_f1"] < 0.03


def test_an_alarm_soon_after_a_fault_is_not_false():
    each = labelled(1000, [(100, 110)], kinds=("spike",))
    [found] = tables.fault_table([(each, {"one": answer(1000, [112, 125, 500])})])
    assert found["spike"] == 1
    assert found["false"] == 20  # the one at 500, in 1,000 readings


def test_the_spread_over_seeds(capsys):
    figures = [[{"method": "one", "f1": value}] for value in (0.2, 0.6)]
    tables.spread_table("f1", figures)
    assert "| one | 0.400 | 0.200 | 0.600 |" in capsys.readouterr().out


def test_every_set_has_settings_a_table_and_a_headline():
    assert set(sets.SETS) == set(sets.SETTINGS) == set(tables.TABLES)
    assert set(sets.SETS) == set(tables.HEADLINES)


def test_a_machine_is_trained_on_its_clean_part():
    each = next(sets.machine())
    assert each.first == len(each.training) == 3000
    assert min(start for start, _ in each.windows) >= 3000


def test_numenta_is_trained_on_what_it_does_not_judge(tmp_path):
    (tmp_path / "data" / "kind").mkdir(parents=True)
    lines = [f"2024-01-01 00:{minute:02}:00,{minute}" for minute in range(40)]
    text = "\n".join(["timestamp,value", *lines])
    (tmp_path / "data" / "kind" / "one.csv").write_text(text)
    windows = {"kind/one.csv": [["2024-01-01 00:20:00", "2024-01-01 00:25:00"]]}
    windows["kind/not_provided.csv"] = []
    (tmp_path / "combined_windows.json").write_text(json.dumps(windows))
    [each] = sets.nab(tmp_path)
    assert each.training.ravel().tolist() == [0, 1, 2, 3, 4, 5]
    assert each.windows == [(20, 26)]
    assert each.first == 6


def test_telemetry_comes_from_the_archive(tmp_path):
    (tmp_path / "labeled_anomalies.csv").write_text(
        'chan_id,anomaly_sequences\nA-1,"[[5, 7], [2, 3]]"\n'
    )
    with tarfile.open(tmp_path / "MSL.tar.gz", "w:gz") as archive:
        for part, length in (("train", 30), ("test", 20)):
            file = io.BytesIO()
            np.save(file, np.full((length, 3), length))
            entry = tarfile.TarInfo(f"MSL/{part}/A-1.npy")
            entry.size = file.tell()
            file.seek(0)
            archive.addfile(entry, file)
    [each] = sets.msl(tmp_path)
    assert each.training.shape == (30, 3)
    assert each.values.shape == (20, 3)
    assert each.windows == [(2, 4), (5, 8)]
    [training] = sets.msl_training(tmp_path)
    assert training.shape == (30, 3)

"""The benchmark command measures what it says: tiny sizes, real processes."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import contestants, data, measure, summary
from benchmarks.__main__ import main
from benchmarks.measure import Measurement
from benchmarks.points import FitPoint, LayerPoint
from benchmarks.processes import WorkerError
from benchmarks.results import FASTER_KERAS, Results
from benchmarks.settings import OtherPrograms, machine_seconds
from benchmarks.tables import Table

ROOT = Path(__file__).parents[1]


def layer(contestant, seconds, mode="gradients", network="LSTM", **fields):
    fields = {"check": [1.0], **fields}
    return Measurement(
        "layers", contestant, network, mode, "1x2x3x4", seconds=seconds, **fields
    )


def step(contestant, seconds, point, **fields):
    return Measurement(
        "fit", contestant, "GRU", "step", point, seconds=seconds, **fields
    )


class TestPoints:
    def test_reads_what_it_prints(self):
        assert str(LayerPoint.parse("32x100x64x128")) == "32x100x64x128"

    @pytest.mark.parametrize("text", ["1x2x3", "1x2x3x0", "1x2x3xfour", ""])
    def test_names_the_rule(self, text):
        with pytest.raises(ValueError, match=f"four positive integers.*{text!r}"):
            LayerPoint.parse(text)

    def test_buckets_divide_the_time(self):
        assert FitPoint("LSTM", 128, "bucketed", 1).bucket_ends == [32, 64, 96, 128]
        with pytest.raises(ValueError, match="multiple of its 4 buckets; received 6"):
            FitPoint("LSTM", 6, "bucketed", 1)


class TestData:
    def test_bucketed_batches_are_those_of_tf_data(self):
        from benchmarks.keras_tasks import bucketed_dataset

        point = FitPoint("LSTM", 8, "bucketed", steps=5, batch=6)
        piped = list(bucketed_dataset(point).as_numpy_iterator())
        ours = list(data.bucketed_batches(point))
        assert len(piped) == len(ours) > 5
        order = lambda batch: (batch[0].shape[1], -len(batch[0]), *batch[0][0])  # noqa: E731
        for theirs, mine in zip(
            sorted(piped, key=order), sorted(ours, key=order), strict=True
        ):
            np.testing.assert_array_equal(theirs[0], mine[0])
            np.testing.assert_array_equal(theirs[1], mine[2])

    def test_padding_is_zero_and_nothing_else_is(self):
        tokens, lengths, _ = data.fit_rows(FitPoint("LSTM", 8, "bucketed", 3))
        np.testing.assert_array_equal((tokens != 0).sum(1), lengths)
        assert len(set(lengths)) > 4


class FakeWorkers:
    """Answers at once; one contestant fails at its second turn."""

    def __init__(self, failing):
        self.failing, self.asked = failing, []

    def ask(self, contestant, do, **_):
        self.asked.append(contestant)
        if contestant == self.failing and self.asked.count(contestant) == 2:
            raise WorkerError("out of memory")
        compiled = {"count": 1, "seconds": 0.5}
        return {"seconds": 6.0, "compiled": compiled, "idle_processor": 0.25}


class TestTurns:
    def test_order_reverses_and_a_failure_stays_alone(self):
        workers = FakeWorkers(failing="torch")
        group = [layer("seqkit", []), layer("torch", []), layer("keras-tf", [])]
        calls = {item.contestant + item.task: 1 for item in group}
        measure.take_turns(workers, group, 3, calls, steps=3, warm=0)
        assert workers.asked == [
            *("seqkit", "torch", "keras-tf"),
            *("keras-tf", "torch", "seqkit"),
            *("seqkit", "keras-tf"),
        ]
        assert [item.seconds for item in group] == [[2.0] * 3, [], [2.0] * 3]
        assert [item.error for item in group] == [None, "out of memory", None]
        assert group[0].compiled_later == 3
        assert group[0].idle_processor == 0.75

    def test_other_computations_are_refused(self):
        group = [
            layer("seqkit", [], check=[1.0, 2.1]),
            layer("keras-tf", [], check=[1.0, 2.0]),
            layer("torch", [], check=[1.0, float("nan")]),
        ]
        measure.agree(group, tolerance=1e-2)
        assert [item.error is None for item in group] == [False, True, False]
        assert "seqkit computes something else than keras-tf" in group[0].error


class TestSummary:
    RESULTS = Results(
        [
            layer("seqkit", [0.1, 0.2, 0.9]),
            layer("keras-tf", [0.5]),
            layer("keras-tf-jit", [0.3]),
            layer("seqkit", [0.1], network="SimpleRNN"),
            layer("seqkit", [0.17], network="Jordan"),
            step("seqkit", [1.0], "32 static"),
            step("keras-tf", [1.0], "32 static"),
            step("torch", [9.0], "32 static"),
            step("seqkit", [1.0], "128 static"),
            step("keras-tf", [4.0], "128 static"),
            step("keras-jax", [3.0], "128 static"),
            step("torch", [2.0], "128 static"),
            step(
                "seqkit",
                [1.0],
                "128 bucketed",
                compiled={"count": 7, "seconds": 1.0},
                compiled_later=2,
            ),
            step("keras-tf", [2.0], "128 bucketed"),
            step("torch", [], "128 bucketed", error="failed"),
        ]
    )

    def test_ratios_are_of_medians_to_the_fastest(self):
        row = "layers", "gradients", "LSTM", "1x2x3x4"
        assert self.RESULTS.speedup(*row, FASTER_KERAS) == pytest.approx(1.5)
        assert self.RESULTS.speedup(*row, ["torch"]) is None

    def test_every_floor(self):
        lines = summary.summary(self.RESULTS)
        reached = [
            (None if line.reached is None else round(line.reached, 6), line.met)
            for line in lines
        ]
        assert reached == [
            (1.0, False),  # fit, worst point
            (2.0, True),  # fit, geometric mean of 1, 4, 2
            (2.0, True),  # fit at time 128 against the best other
            (1.5, True),  # layers with gradients, worst point
            (1.5, False),  # the same, geometric mean
            (None, None),  # inference: not measured
            (1.7, False),  # Jordan against SimpleRNN
            (9, False),  # compilations, later ones included
            (1, False),  # failures
        ]
        assert lines[0].where == "GRU 32 static"
        table = summary.summary_table(lines)
        assert table.note.startswith("Not measured in this run: inference")
        assert len(table.rows) == 8


def test_table_as_text_and_markdown():
    table = Table("T", ["name", "ms"], [["a", "1.00"], ["bcd", "-"]], "note", labels=1)
    title, rule, *lines = table.text().splitlines()
    assert (title, rule) == ("T", "----------")
    assert lines == ["name    ms", rule, "a     1.00", "bcd      -", "note"]
    assert "| name | ms |\n| --- | ---: |\n| a | 1.00 |" in table.markdown()


def test_what_is_not_installed_is_left_out(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "torch" else find(name),
    )
    assert contestants.available(["torch", "keras-tf"]) == (["keras-tf"], ["torch"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["speed"], "must be one of fit, layers, memory, not speed"),
        (["--points", "3"], "BATCHxTIMExFEATURESxUNITS"),
        (["--steps", "0"], "must be a positive integer, not '0'"),
        (["fit", "--times", "6"], "multiple of its 4 buckets; received 6"),
        (["--networks", "Transformer"], "invalid choice: 'Transformer'"),
    ],
)
def test_bad_arguments(arguments, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert message in capsys.readouterr().err


def test_reading_something_else(tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    with pytest.raises(SystemExit, match=r"wrong\.json: not what --json wrote"):
        main(["--read", str(wrong)])


def run(folder, *arguments):
    """Run the command; what it wrote with --json, --markdown, and printed."""
    record, page = folder / "record.json", folder / "page.md"
    outputs = "--json", record, "--markdown", page
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, (*arguments, *outputs))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    fields = json.loads(record.read_text())["measurements"]
    return [Measurement(**f) for f in fields], record, page, done


NAMES = ["seqkit", "keras-tf-jit", "torch"]


def test_whole_command(tmp_path, capsys):
    """Contestants agree, and compilations are counted."""
    able, missing = contestants.available(NAMES)
    sizes = "--times 4 --feeds static --steps 2 --points 2x3x4x5 --repetitions 2"
    networks = "--networks", "SimpleRNN", "Jordan"
    measurements, record, page, done = run(
        tmp_path,
        *("fit", "layers", "--quick", *networks, *sizes.split()),
        *("--contestants", *NAMES),
    )
    for name in missing:
        assert f"left out: {name} (" in done.stderr
    assert re.search(r"\[\d+:\d\d\] fit SimpleRNN 4 static\n", done.stderr)
    for item in measurements:
        assert len(item.seconds) == 2
        assert min(item.seconds) > 0
        assert item.first > 0

    fit = {m.contestant: m for m in measurements if m.section == "fit"}
    assert list(fit) == able
    assert fit["keras-tf-jit"].compiled["count"] == 1
    assert 0 < fit["keras-tf-jit"].compiled["seconds"] < fit["keras-tf-jit"].first
    assert fit["keras-tf-jit"].compiled_later == 0
    assert isinstance(fit["seqkit"].compiled["count"], int)
    layers = {(m.network, m.contestant) for m in measurements if m.section == "layers"}
    assert layers == {("SimpleRNN", name) for name in able} | {("Jordan", "seqkit")}

    for text in (done.stdout, page.read_text()):
        assert "A training step inside fit: ms" in text
        assert "Targets, and what was reached" in text
    assert str(tmp_path) not in page.read_text()
    assert main(["--read", str(record)]) == 0
    assert capsys.readouterr().out == done.stdout


@pytest.mark.slow
def test_compilations_of_every_shape(tmp_path):
    """Keras with XLA compiles once for each shape of batch, without XLA never."""
    sizes = "--times 8 --feeds bucketed --steps 4 --repetitions 1 --networks GRU"
    names = ["keras-tf", "keras-tf-jit", "keras-jax", "torch"]
    measurements, *_ = run(
        tmp_path, "fit", "--quick", *sizes.split(), "--contestants", *names
    )
    fit = {m.contestant: m for m in measurements}
    assert list(fit) == contestants.available(names)[0]
    assert fit["keras-tf-jit"].compiled["count"] == fit["keras-tf-jit"].batch_shapes > 3
    assert fit["keras-tf"].compiled["count"] == 0


@pytest.mark.slow
def test_memory_of_a_layer(tmp_path):
    """A larger batch has a higher peak, by at least what its outputs weigh."""
    points = "--points", "8x4x8x64", "8192x4x8x64"
    measurements, *_ = run(
        tmp_path, "memory", *points, "--networks", "SimpleRNN", "--contestants", *NAMES
    )
    peaks = {(m.contestant, m.mode, m.point): m.megabytes for m in measurements}
    for name in contestants.available(NAMES)[0]:
        for mode in ("inference", "gradients"):
            small, large = (peaks[name, mode, point] for point in points[1:])
            assert large > small + 8192 * 4 * 64 * 4 / 2**20


def test_other_programs_are_told_from_our_own():
    """One core is busy for a second: first in our child, then in a stranger."""
    spin = (
        "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: 0"
    )

    def watched(*command):
        others, started, busy = OtherPrograms(), time.monotonic(), machine_seconds()
        subprocess.run(command, check=True)
        elapsed = (time.monotonic() - started) * os.cpu_count()
        theirs = others.share() * elapsed
        return theirs, machine_seconds() - busy - theirs

    _, ours = watched(sys.executable, "-c", spin)
    assert ours > 0.5
    # The inner shell ends at once: nobody of ours will have waited for its child.
    theirs, ours = watched("sh", "-c", f"('{sys.executable}' -c '{spin}' &); sleep 2")
    assert ours < 0.5 < theirs


def test_peak_memory_is_above_the_start_and_sees_what_was_freed():
    program = (
        "from benchmarks.memory import Peak\n"
        "before = b'x' * 200_000_000\n"
        "del before\n"
        "peak = Peak()\n"
        "during = b'x' * 50 * 2**20\n"
        "del during\n"
        "print(peak.megabytes())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) == pytest.approx(50, abs=1)


def test_the_benchmark_of_a_gpu(monkeypatch, capsys):
    """Its rows, on the CPU; where there is no GPU it says so."""
    from benchmarks import gpu
    from seqkit.recurrence import devices

    monkeypatch.setattr(gpu, "POINTS", (LayerPoint(2, 3, 2, 2),))
    monkeypatch.setattr(gpu, "STEPS_OF_FIT", 1)
    if not devices.has_gpu():
        with pytest.raises(SystemExit):
            gpu.main(["--networks", "SimpleRNN"])
        assert "no GPU" in capsys.readouterr().err
    monkeypatch.setattr(devices, "has_gpu", lambda: True)
    assert gpu.main(["--networks", "Elman", "--rounds", "1"]) == 0
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(" | ")[:2] for row in rows] == [
        ["| layer", "Elman"],
        ["| fit", "Elman"],
    ]

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sentiment
import tensorflow as tf

from seqkit.models import SentimentClassifier
from seqkit.recurrence import portable
from tests.models.classification.conftest import reviews

QUICK = [
    *("--network", "gru", "--no-bidirectional", "--units", "4", "--embedding", "4"),
    *("--epochs", "4", "--learning-rate", "0.05", "--minimum-count", "1"),
    *("--dropout", "0", "--batch-size", "8", "--max-length", "16"),
]
APP = Path(sentiment.__file__)


def write_table(path, rows, separator=","):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return str(path)


def review_file(path, count=100, separator=","):
    rows = list(zip(*reviews(count), strict=True))
    return write_table(path, [("review", "stars"), *rows], separator)


def columns(path):
    return ["--data", path, "--text-column", "review", "--label-column", "stars"]


def run(*arguments):
    with portable():
        return sentiment.main([str(each) for each in arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run folder, written by the command itself."""
    folder = tmp_path_factory.mktemp("trained")
    data = review_file(folder / "reviews.tsv", separator="\t")
    assert run("train", *columns(data), *QUICK, "--output", folder / "run") == 0
    return folder / "run"


def test_a_run_holds_what_it_should(trained):
    assert sorted(path.name for path in trained.iterdir()) == [
        "1", "config.json", "metrics.json", "model.keras", "plots",
    ]  # fmt: skip
    assert sorted(path.stem for path in (trained / "plots").iterdir()) == [
        "accuracy_by_length", "attribution", "confusion_matrix", "learning_curves",
        "reliability",
    ]  # fmt: skip
    metrics = json.loads((trained / "metrics.json").read_text())
    assert set(metrics["baselines"]) == {"majority class", "bag of words and pairs"}
    assert {"accuracy", "macro_f1", "ece_before", "ece_after"} <= set(metrics["test"])
    assert metrics["test"]["texts"] == np.sum(metrics["test"]["confusion"])
    config = json.loads((trained / "config.json").read_text())
    assert config["settings"]["units"] == 4
    assert config["settings"]["network"] == "gru"
    assert config["data"]["text_column"] == "review"
    assert config["classes"] == ["negative", "positive"]


def test_the_command_the_object_and_the_savedmodel_say_the_same(trained, capsys):
    texts = ["a great film", "dull and flat", "", "👍🏽 很好"]
    assert run("predict", "--model", trained, "--json", *texts) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [{"text", "label", "score"}] * 4
    answers = SentimentClassifier.load(trained)(texts)
    served = tf.saved_model.load(str(trained / "1")).signatures["serving_default"]
    given = served(text=tf.constant(texts))
    for number, (line, answer) in enumerate(zip(lines, answers, strict=True)):
        assert line["text"] == texts[number]
        assert line["label"] == answer.label == given["label"][number].numpy().decode()
        assert line["score"] == pytest.approx(answer.score, abs=1e-5)
        assert line["score"] == pytest.approx(float(given["score"][number]), abs=1e-5)


def test_predict_prints_a_table(trained, capsys):
    assert run("predict", "--model", trained, "a great film", "so dull") == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["label", "score", "text"]
    assert [row.split(maxsplit=2)[2] for row in rows] == ["a great film", "so dull"]


def test_predict_reads_files_and_standard_input(trained, tmp_path, capsys, monkeypatch):
    lines = "\ufeffa great film\n\n很好\r\nlast".encode()
    (tmp_path / "texts.txt").write_bytes(lines)
    arguments = ["predict", "--model", trained, "--json"]
    assert run(*arguments, "--file", tmp_path / "texts.txt") == 0
    from_file = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert run(*arguments) == 0
    assert capsys.readouterr().out == from_file
    texts = [json.loads(line)["text"] for line in from_file.splitlines()]
    assert texts == ["a great film", "", "很好", "last"]


def test_evaluate_repeats_the_test_of_the_training(trained, capsys):
    assert run("evaluate", "--model", trained, "--json") == 0
    again = json.loads(capsys.readouterr().out)
    metrics = json.loads((trained / "metrics.json").read_text())
    assert again["test"] == metrics["test"]
    assert again["baselines"] == metrics["baselines"]


def test_evaluate_on_another_file(trained, tmp_path, capsys):
    data = review_file(tmp_path / "more.csv", 20)
    assert run("evaluate", "--model", trained, *columns(data)) == 0
    printed = capsys.readouterr().out
    assert "On 20 texts that were not trained on" in printed
    assert "majority class             0.500" in printed


def test_export_writes_the_savedmodel_again(trained, tmp_path, capsys):
    output = tmp_path / "served" / "7"
    assert run("export", "--model", trained, "--output", output) == 0
    both = [
        tf.saved_model.load(str(folder)).signatures["serving_default"](
            text=tf.constant(["a great film", ""])
        )["probabilities"]
        for folder in (output, trained / "1")
    ]
    np.testing.assert_allclose(*both, rtol=1e-6)


def test_crossvalidate(tmp_path, capsys):
    data = review_file(tmp_path / "reviews.csv", 60)
    arguments = ["crossvalidate", *columns(data), *QUICK, "--epochs", 1]
    assert run(*arguments, "--folds", 2, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["folds"] == 2
    assert {name: len(each) for name, each in found["accuracy"].items()} == {
        "gru": 2,
        "majority class": 2,
        "bag of words and pairs": 2,
    }


def table_of(rows):
    return lambda path: write_table(path / "data.csv", rows)


def bytes_of(content, name="data.csv"):
    def write(path):
        (path / name).write_bytes(content)
        return str(path / name)

    return write


HEAD = ("review", "stars")
GOOD = list(zip(*reviews(40), strict=True))
BAD_DATA = {
    "missing file": (lambda path: str(path / "none.csv"), "there is no such file"),
    "a folder": (lambda path: str(path), "must end in .csv or .tsv"),
    "another kind of file": (bytes_of(b"a", "data.xls"), "must end in .csv or .tsv"),
    "empty file": (bytes_of(b""), "is empty"),
    "header only": (bytes_of(b"review,stars\n"), "no rows below the header"),
    "wrong encoding": (bytes_of(b"review,stars\ncaf\xe9,1\n"), "not UTF-8 (byte 0xe9)"),
    "utf-16": (bytes_of("review,stars\na,b\n".encode("utf-16")), "is not UTF-8"),
    "missing text column": (
        table_of([("text", "stars"), *GOOD]),
        "no column 'review'; it has: text, stars",
    ),
    "missing label column": (
        table_of([("review", "label"), *GOOD]),
        "no column 'stars'; it has: review, label",
    ),
    "more cells than columns": (
        bytes_of(b"review,stars\na,b\na,b,c\n"),
        "row 2 below it has 3",
    ),
    "a quote that never ends": (
        bytes_of(b'review,stars\n"a,b\n'),
        "cannot be read as a table",
    ),
    "one class only": (
        table_of([HEAD, *((text, "5") for text, _ in GOOD)]),
        "labels must be of two classes or more; all are '5'",
    ),
    "empty text": (
        table_of([HEAD, *GOOD, (" ", "positive")]),
        "column 'review' is empty in 1 of 41 rows: 41 ",
    ),
    "missing label": (
        table_of([HEAD, ("a", ""), *GOOD, ("b", "NaN")]),
        "column 'stars' is empty in 2 of 42 rows: 1, 42 ",
    ),
    "short row": (
        bytes_of(b"review,stars\nalone\n"),
        "row 1 below it has 1",
    ),
    "a class too small": (
        table_of([HEAD, *GOOD, ("once", "neutral")]),
        "class 'neutral' has 1 different texts; at least 3",
    ),
    "too few texts": (
        table_of([HEAD, *GOOD[:12]]),
        "2 classes need at least 20 different texts",
    ),
}


def the_line(capsys, command="train"):
    """What was said: one line on standard error, nothing else there."""
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    assert lines[0].startswith(f"sentiment.py {command}: error: ")
    return lines[0]


@pytest.mark.parametrize("case", list(BAD_DATA))
def test_bad_data(case, tmp_path, capsys):
    write, message = BAD_DATA[case]
    before = sorted(tmp_path.iterdir())
    data = write(tmp_path)
    output = tmp_path / "run"
    assert run("train", *columns(data), *QUICK, "--output", output) == 2
    assert message in the_line(capsys)
    left = {path for path in tmp_path.iterdir() if not path.name.startswith("data.")}
    assert left == set(before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--units", "0"], "units must be at least 1; got 0"),
        (["--dropout", "1.7"], "dropout must be less than 1; got 1.7"),
        (["--learning-rate", "-1"], "learning_rate must be more than 0; got -1.0"),
        (["--vocabulary", "1"], "vocabulary must be at least 3; got 1"),
        (["--network", "Transformer"], "network must be one of "),
    ],
)
def test_bad_settings(options, message, tmp_path, capsys):
    data = review_file(tmp_path / "data.csv", 40)
    output = tmp_path / "run"
    arguments = ["train", *columns(data), *QUICK, *options, "--output", output]
    assert run(*arguments) == 2
    assert message in the_line(capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.parametrize(
    "options",
    [
        ["--units", "many"],
        ["--pooling", "sum"],
        ["--unit", "3"],
        ["--dataset", "unknown"],
        ["--dataset", "imdb", "--data", "a.csv"],
    ],
)
def test_bad_options(options, capsys):
    with pytest.raises(SystemExit) as left:
        run("train", *options)
    assert left.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "error: " in lines[0]


def test_columns_without_a_file(tmp_path, capsys):
    assert run("train", "--text-column", "review", "--output", tmp_path / "run") == 2
    assert "go with --data" in the_line(capsys)


def test_folds_that_cannot_be(tmp_path, capsys):
    data = review_file(tmp_path / "data.csv", 40)
    assert run("crossvalidate", *columns(data), "--folds", 1) == 2
    assert "folds must be at least 2; got 1" in the_line(capsys, "crossvalidate")
    assert run("crossvalidate", *columns(data), "--folds", 30) == 2
    assert "different texts; at least 30" in the_line(capsys, "crossvalidate")


def test_a_folder_that_is_no_run_is_not_replaced(tmp_path, capsys):
    data = review_file(tmp_path / "data.csv", 40)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert run("train", *columns(data), *QUICK, "--output", tmp_path / "mine") == 2
    assert "holds something else" in the_line(capsys)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_a_run_that_fails_leaves_the_former(trained, tmp_path, capsys):
    before = (trained / "config.json").stat()
    bad = write_table(tmp_path / "data.csv", [HEAD, ("a", "b")])
    assert run("train", *columns(bad), *QUICK, "--output", trained) == 2
    the_line(capsys)
    assert (trained / "config.json").stat() == before
    assert not [path for path in trained.parent.iterdir() if path.name[0] == "."]


@pytest.mark.parametrize("command", ["predict", "evaluate", "export"])
@pytest.mark.parametrize(
    ("name", "message"),
    [("none", "there is no such folder"), ("empty", "no config.json")],
)
def test_bad_model_folder(command, name, message, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    texts = ["a text"] if command == "predict" else []
    assert run(command, "--model", tmp_path / name, *texts) == 2
    assert message in the_line(capsys, command)


def test_bad_texts(trained, tmp_path, capsys, monkeypatch):
    def said(*arguments):
        assert run("predict", "--model", trained, *arguments) == 2
        return the_line(capsys, "predict")

    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    assert "cannot be read: No such file" in said("--file", tmp_path / "none")
    assert "is empty" in said("--file", tmp_path / "empty")
    assert "is not UTF-8" in said("--file", tmp_path / "latin")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "standard input: is empty" in said()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert "no texts: give them as arguments" in said()


def in_its_own_process(*arguments):
    return subprocess.run(
        [sys.executable, str(APP), *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_bad_input_as_the_shell_sees_it(tmp_path):
    """No start-up messages of TensorFlow beside the one line."""
    data = review_file(tmp_path / "data.csv", 40)
    options = [*columns(data), "--network", "none", "--output", tmp_path / "run"]
    finished = in_its_own_process("train", *options)
    assert finished.returncode == 2
    assert len(finished.stderr.splitlines()) == 1, finished.stderr
    assert "Traceback" not in finished.stderr


def test_help_is_quick_and_has_examples():
    finished = in_its_own_process("--help")
    assert finished.returncode == 0
    assert "examples:" in finished.stdout
    loads = "import sys, sentiment; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", loads], cwd=APP.parent, check=True)

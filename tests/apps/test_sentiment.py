import contextlib
import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from seqkit.apps import sentiment
from seqkit.apps.sentiment_data import TextSource
from seqkit.models import SentimentClassifier
from seqkit.models.classification.training import Training
from seqkit.recurrence import portable
from tests.models.classification.conftest import reviews

QUICK = [
    *("--network", "gru", "--no-bidirectional", "--units", "4", "--embedding", "4"),
    *("--epochs", "2", "--learning-rate", "0.05", "--dropout", "0"),
    *("--batch-size", "8", "--stretch", "8", "--averaging", "0.9"),
]
APP = Path(__file__).parents[2] / "apps" / "sentiment.py"


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
        "1", "config.json", "metrics.json", "model.keras", "ngrams.npz", "plots",
    ]  # fmt: skip
    assert sorted(path.stem for path in (trained / "plots").iterdir()) == [
        "accuracy_by_length", "attribution", "confusion_matrix", "learning_curves",
        "reliability",
    ]  # fmt: skip
    metrics = json.loads((trained / "metrics.json").read_text())
    assert set(metrics["baselines"]) == {"majority class", "n-grams alone"}
    assert metrics["trained_on"] == 0
    assert metrics["texts"] == {"training": 80, "validation": 10, "test": 10}
    assert {"accuracy", "macro_f1", "ece_before", "ece_after"} <= set(metrics["test"])
    assert metrics["test"]["texts"] == np.sum(metrics["test"]["confusion"])
    config = json.loads((trained / "config.json").read_text())
    assert config["settings"]["units"] == 4
    assert config["settings"]["network"] == "gru"
    assert config["data"]["text_column"] == "review"
    assert config["task"] == "sentiment"
    assert not list(trained.parent.glob("*unfinished*"))
    assert config["classes"] == ["negative", "positive"]


def test_the_command_the_object_and_the_savedmodel_say_the_same(trained, capsys):
    texts = ["a great film", "dull and flat", "", "👍🏽 很好"]
    assert run("predict", "--model", trained, "--json", *texts) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [
        {"text", "label", "score", "probabilities"}
    ] * 4
    answers = SentimentClassifier.load(trained)(texts)
    served = tf.saved_model.load(str(trained / "1")).signatures["serving_default"]
    given = served(text=tf.constant(texts))
    for number, (line, answer) in enumerate(zip(lines, answers, strict=True)):
        assert line["text"] == texts[number]
        assert max(line["probabilities"].values()) == line["score"]
        assert sum(line["probabilities"].values()) == pytest.approx(1)
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


def test_evaluate_on_another_file(trained, tmp_path, capsys, monkeypatch):
    """Without the file that was trained on, from another folder."""
    texts, labels = reviews(20, seed=5)
    texts[0] = reviews(100)[0][0].upper() + " "
    names = {"negative": "1", "positive": "5"}
    rows = [HEAD, *((t, names[n]) for t, n in zip(texts, labels, strict=True))]
    write_table(tmp_path / "more.csv", rows, ";")
    monkeypatch.chdir(tmp_path)
    renaming = ["--label-map", "1=negative", "5=positive"]
    data = columns("more.csv")
    config = trained / "config.json"
    before = config.read_text()
    config.write_text(before.replace("reviews.tsv", "gone.tsv"))
    try:
        assert run("evaluate", "--model", trained, *data, *renaming) == 0
        printed = capsys.readouterr().out
        assert "majority class             0.500" in printed or "0.500" in printed
        assert run("evaluate", "--model", trained, *data, *renaming, "--json") == 0
        metrics = json.loads(capsys.readouterr().out)
        assert metrics["test"]["texts"] == 20
        known = SentimentClassifier.load(trained).trained_on(texts)
        assert metrics["trained_on"] == known
        assert f"{known or 'none'} of which" in printed
        assert run("evaluate", "--model", trained, *data) == 2
        assert "labels must be of the model's classes, negative, positive; got al" in (
            the_line(capsys, "evaluate")
        )
    finally:
        config.write_text(before)


def test_validation_and_test_of_their_own(tmp_path, capsys):
    data = review_file(tmp_path / "data.csv", 60)
    valid = review_file(tmp_path / "valid.csv", 20)  # the same as the first 20
    texts, labels = reviews(30, seed=4)
    test = write_table(tmp_path / "test.csv", [HEAD, *zip(texts, labels, strict=True)])
    options = [*columns(data), "--valid-data", valid, "--test-data", test]
    more = ["--unlabelled", tmp_path / "more.txt"]
    (tmp_path / "more.txt").write_text("a splendid film\n\na splendid plot\n")
    output = tmp_path / "run"
    arguments = [*options, *more, *QUICK, "--epochs", 1, "--output", output]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SentimentClassifier, "export", lambda self, folder: None)
        assert run("train", *arguments) == 0
    metrics = json.loads((output / "metrics.json").read_text())
    assert metrics["texts"]["validation"] == len({t.lower() for t in reviews(20)[0]})
    assert metrics["texts"]["test"] == len(set(texts))
    assert metrics["trained_on"] == 0
    config = json.loads((output / "config.json").read_text())
    assert "splendid" in config["codec"]["entries"]


def test_a_run_that_is_stopped_goes_on(tmp_path, capsys, monkeypatch):
    data = review_file(tmp_path / "data.csv", 60)
    train = ["train", *columns(data), *QUICK, "--output", tmp_path / "run"]
    monkeypatch.setattr(SentimentClassifier, "export", lambda self, folder: None)
    judge, judged = Training.judge, []

    def stopped(training):
        judged.append(1)
        if len(judged) == 2:
            raise KeyboardInterrupt
        return judge(training)

    monkeypatch.setattr(Training, "judge", stopped)
    assert run(*train) == 130
    assert "The same command goes on" in capsys.readouterr().out
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["data.csv", "run.unfinished"]
    assert run(*train) == 0
    assert "Going on after epoch 1" in capsys.readouterr().out
    assert len(judged) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "run"]


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
        "n-grams and gru": 2,
        "majority class": 2,
        "n-grams alone": 2,
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
    "a folder": (lambda path: str(path), "cannot be read: Is a directory"),
    "another kind of file": (bytes_of(b"a", "data.xls"), "must end in .csv, .tsv"),
    "empty file": (bytes_of(b""), "is empty"),
    "header only": (bytes_of(b"review,stars\n"), "no rows below the header"),
    "wrong encoding": (
        bytes_of(b"review,stars\ncaf\xe9,1\n"),
        "line 2: is not UTF-8 (byte 0xe9)",
    ),
    "utf-16": (bytes_of("review,stars\na,b\n".encode("utf-16")), "is not UTF-8"),
    "missing text column": (
        table_of([("text", "stars"), *GOOD]),
        "no column 'review'; it has: text, stars",
    ),
    "missing label column": (
        table_of([("review", "label"), *GOOD]),
        "no column 'stars'; it has: review, label",
    ),
    "two columns of one name": (
        table_of([("review", "review"), *GOOD]),
        "columns must have names of their own; twice: review",
    ),
    "more cells than columns": (
        bytes_of(b"review,stars\na,b\na,b,c\n"),
        "line 3: must have 2 cells, as the first row has; got 3: 'a,b,c'",
    ),
    "a tab too many": (
        bytes_of(b"review\tstars\na\tb\na\tb\tc\n", "data.tsv"),
        "line 3: must have 2 cells",
    ),
    "a quote that never ends": (
        bytes_of(b'review,stars\n"a,b\n'),
        "line 2: is no row of a table",
    ),
    "one class only": (
        table_of([HEAD, *((text, "5") for text, _ in GOOD)]),
        "labels must be of two classes or more; all are '5'",
    ),
    "empty text": (
        table_of([HEAD, *GOOD, (" ", "positive")]),
        "column 'review' is empty in 1 of 41 rows: line 42",
    ),
    "invisible text": (
        table_of([HEAD, *GOOD, ("\u200b\u00ad", "positive")]),
        "column 'review' is empty in 1 of 41 rows: line 42",
    ),
    "missing label": (
        table_of([HEAD, ("a", ""), *GOOD, ("b", "NaN")]),
        "column 'stars' is empty in 2 of 42 rows: lines 2, 43",
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
        (["--vocabulary", "1"], "vocabulary must be at least 5; got 1"),
        (["--level", "char", "--vectors", "x"], "vectors go with level 'word'"),
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


def test_files_as_they_are(tmp_path, capsys):
    """Quotation marks, separators, no header, bad rows, duplicates, long cells."""
    plain = tmp_path / "a.tsv"
    plain.write_text('review\tstars\n"two, says he\tbad\nand "three"\tgood\n')
    assert TextSource(data="", text_column="review", label_column="stars").read(
        str(plain)
    ) == (['"two, says he', 'and "three"'], ["bad", "good"])
    long = "word " * 40000
    for name, content, options in (
        ("b.csv", f'review;stars\n"{long};";bad\n', {}),
        ("c.csv", f"review|stars\n{long};|bad\n", {}),
        ("d.txt", f"{long};\tbad\n", {"header": False}),
        ("e.csv", f'"{long};",bad\n', {"header": False}),
    ):
        path = tmp_path / name
        path.write_text(content)
        by_number = {"text_column": "1", "label_column": "2"}
        by_name = {"text_column": "review", "label_column": "stars"}
        source = TextSource(data="", **(by_number if options else by_name), **options)
        texts, labels = source.read(str(path))
        assert [text.strip() for text in texts] == [f"{long};".strip()]
        assert labels == ["bad"]
    zipped = tmp_path / "g.csv.gz"
    zipped.write_bytes(gzip.compress(b"text,label\na,b\nc\n ,d\ne,f\n"))
    assert TextSource(data="", skip_bad_rows=True).read(str(zipped)).texts == ["a", "e"]
    assert "2 bad rows left out" in capsys.readouterr().err
    twice = tmp_path / "h.csv"
    twice.write_text("text,label\nCafe\u0301 x,b\ncaf\u00e9 x<br />,b\nc,b\n")
    assert len(TextSource(data=str(twice)).everything().texts) == 2
    assert "1 duplicate left out" in capsys.readouterr().err


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
    [
        ("none", "there is no such folder"),
        ("empty", "no config.json"),
        ("other", "must be a run of sentiment; it is one of anomaly"),
    ],
)
def test_bad_model_folder(command, name, message, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    config = {"seqkit": "1", "task": "anomaly"}
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    texts = ["a text"] if command == "predict" else []
    assert run(command, "--model", tmp_path / name, *texts) == 2
    assert message in the_line(capsys, command)


def test_bad_texts(trained, tmp_path, capsys, monkeypatch):
    def said(*arguments):
        assert run("predict", "--model", trained, *arguments) == 2
        return the_line(capsys, "predict")

    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    assert "there is no such file" in said("--file", tmp_path / "none")
    assert "is empty" in said("--file", tmp_path / "empty")
    assert "is not UTF-8" in said("--file", tmp_path / "latin")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "standard input: is empty" in said()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert "no texts: give them as arguments" in said()
    assert "TEXT and --file exclude each other" in said("a", "--file", "b")


def test_tables_show_control_characters(trained, capsys):
    assert run("predict", "--model", trained, "two\nlines \x1b[31m\u202ered") == 0
    assert (
        capsys.readouterr()
        .out.splitlines()[1]
        .endswith("two\\nlines \\x1b[31m\\u202ered")
    )


def test_what_cannot_be_written_is_said_in_one_line(trained, tmp_path, capsys):
    with open("/dev/full", "w") as full, contextlib.redirect_stdout(full):
        assert run("predict", "--model", trained, "a text") == 1
    assert "No space left on device" in the_line(capsys, "predict")


def test_a_signal_to_terminate_ends_a_run_as_ctrl_c_does(tmp_path, capsys, monkeypatch):
    data = review_file(tmp_path / "data.csv", 60)

    def terminated(*_, **__):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)

    monkeypatch.setattr(SentimentClassifier, "fit", terminated)
    assert run("train", *columns(data), "--output", tmp_path / "run") == 130
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


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

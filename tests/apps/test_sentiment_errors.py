"""What the sentiment application says of bad input: one line, and nothing is left."""

import io
import json
import os
import shutil
import sys

import keras
import pytest
import tensorflow as tf

from seqkit.apps.sentiment_data import TextSource
from seqkit.models import SentimentClassifier
from tests.apps.bad_files import bytes_of, is_refused
from tests.apps.sentiment_runs import (
    HEAD,
    QUICK,
    columns,
    review_file,
    run,
    the_line,
    write_table,
)
from tests.models.classification.conftest import reviews


def table_of(rows):
    return lambda path: write_table(path / "data.csv", rows)


GOOD = list(zip(*reviews(40), strict=True))
BAD_DATA = {
    "missing file": (lambda path: str(path / "none.csv"), "there is no such file"),
    "a folder": (lambda path: str(path), "cannot be read: Is a directory"),
    "another kind of file": (bytes_of(b"a", "data.xls"), "must end in .csv, .tsv"),
    "empty file": (bytes_of(b"", "data.csv"), "is empty"),
    "header only": (
        bytes_of(b"review,stars\n", "data.csv"),
        "no rows below the header",
    ),
    "wrong encoding": (
        bytes_of(b"review,stars\ncaf\xe9,1\n", "data.csv"),
        "line 2: is not UTF-8 (byte 0xe9)",
    ),
    "utf-16": (
        bytes_of("review,stars\na,b\n".encode("utf-16"), "data.csv"),
        "is not UTF-8",
    ),
    "missing text column": (
        table_of([("text", "stars"), *GOOD]),
        "no column 'review'; it has: text, stars",
    ),
    "missing label column": (
        table_of([("review", "label"), *GOOD]),
        "no column 'stars'; it has: review, label",
    ),
    "names with control characters": (
        bytes_of(b'"a\n\x1b[31mb",stars\nx,y\n', "data.csv"),
        "no column 'review'; it has: a\\n\\x1b[31mb, stars",
    ),
    "two columns of one name": (
        table_of([("review", "review"), *GOOD]),
        "columns must have names of their own; twice: review",
    ),
    "more cells than columns": (
        bytes_of(b"review,stars\na,b\na,b,c\n", "data.csv"),
        "line 3: must have 2 cells, as the first row has; got 3: 'a,b,c'",
    ),
    "a tab too many": (
        bytes_of(b"review\tstars\na\tb\na\tb\tc\n", "data.tsv"),
        "line 3: must have 2 cells",
    ),
    "a quote that never ends": (
        bytes_of(b'review,stars\n"a,b\n', "data.csv"),
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
    "a class with a long name": (
        table_of([HEAD, *GOOD, ("once", "n" * 2000)]),
        f"class 'nnn{'n' * 26} … {'n' * 24}' has 1 different texts; at least 3",
    ),
    "too few texts": (
        table_of([HEAD, *GOOD[:12]]),
        "2 classes need at least 20 different texts",
    ),
}


@pytest.mark.parametrize("case", list(BAD_DATA))
def test_bad_data(case, tmp_path, capsys):
    def train(data, output):
        return run("train", *columns(data), *QUICK, "--output", output)

    write, message = BAD_DATA[case]
    assert is_refused(train, write, tmp_path)
    assert message in the_line(capsys)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--units", "0"], "units must be at least 1; got 0"),
        (["--dropout", "1.7"], "dropout must be less than 1; got 1.7"),
        (["--learning-rate", "-1"], "learning_rate must be more than 0; got -1.0"),
        (["--vocabulary", "1"], "vocabulary must be at least 5; got 1"),
        (["--level", "char", "--vectors", "x"], "vectors go with level 'word'"),
        (["--vectors", "x"], "embedding goes without a file of vectors"),
        (["--vectors", "x", "--embedding", "128"], "x: there is no such file"),
        (["--level", "bpe", "--vocabulary", "100"], "vocabulary must be at least 260"),
        (["--seed", "4294967296"], "seed must be at most 4294967295; got 4294967296"),
        (["--learning-rate", "inf"], "learning_rate must be a finite number; got inf"),
        (["--label-column", "review"], "texts and labels must be two columns"),
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


@pytest.mark.parametrize(
    "options",
    [
        ["--text-column", "review"], ["--label-column", "stars"], ["--no-header"],
        ["--separator", "tab"], ["--skip-bad-rows"], ["--test-data", "x"],
        ["--unlabelled", "x", "--label-column", "stars"],
    ],
)  # fmt: skip
def test_options_of_files_without_a_file(options, tmp_path, capsys):
    assert run("train", *options, "--output", tmp_path / "run") == 2
    assert "go with --data" in the_line(capsys)


def test_columns_of_texts_without_labels():
    source = TextSource(unlabelled=("x.csv",), text_column="review", header=False)
    assert source.text_column == "review"


def test_labels_of_a_data_set_that_are_not_there(capsys):
    source = TextSource(dataset="movie-sentences", label_map=(("1", "good"),))
    source.splits(1)
    assert capsys.readouterr().err == "movie-sentences: no label 1 to rename\n"


@pytest.mark.parametrize("command", ["predict", "explain"])
def test_an_argument_that_is_not_utf_8(command, sentiment_run, capsys):
    with pytest.raises(SystemExit, match="2"):
        run(command, "--model", sentiment_run, os.fsdecode(b"caf\xe9"))
    assert "must be UTF-8; got 'caf\\udce9'" in capsys.readouterr().err


def test_the_root_is_no_folder_to_write(tmp_path, capsys):
    data = review_file(tmp_path / "data.csv", 40)
    assert run("train", *columns(data), *QUICK, "--output", "/") == 2
    assert "/: holds something else than this program writes" in the_line(capsys)


def test_a_page_that_cannot_be_written(tmp_path, capsys):
    for path, message in (
        (tmp_path, "must be a file; got the folder"),
        (tmp_path / "none" / "page.html", "must be in a folder that is there"),
    ):
        with pytest.raises(SystemExit, match="2"):
            run("explain", "--output", path, "a text")
        assert message in capsys.readouterr().err


def test_labels_are_checked_before_training(tmp_path, capsys, monkeypatch):
    def never(*_, **__):
        raise AssertionError("trained")

    monkeypatch.setattr(SentimentClassifier, "fit", never)
    data = review_file(tmp_path / "data.csv", 40)
    other = write_table(tmp_path / "other.csv", [HEAD, ("a text", "neutral")])
    train = ["train", *columns(data), *QUICK, "--output", tmp_path / "run"]
    for name in ("--test-data", "--valid-data"):
        assert run(*train, name, other) == 2
        assert "got also neutral (--label-map gives them other names)" in the_line(
            capsys
        )
        assert run(*train, name, data) == 2
        assert "every text is in --valid-data or --test-data" in (
            capsys.readouterr().err
        )
    both = ["--valid-data", data, "--test-data", data]
    assert run(*train, *both) == 2
    assert "every text is in --test-data" in capsys.readouterr().err


def test_names_of_labels_that_cannot_be(sentiment_run, tmp_path, capsys):
    evaluate = ["evaluate", "--model", sentiment_run, "--label-map"]
    assert run(*evaluate, "a=b", "a=c") == 2
    assert "must name each label once; got twice: a" in the_line(capsys, "evaluate")
    assert run(*evaluate, "a=b") == 2
    assert "--label-map goes with --data" in the_line(capsys, "evaluate")
    data = review_file(tmp_path / "data.csv", 20)
    assert run(*evaluate, "5=good", *columns(data)) == 0
    assert "no label 5 to rename" in capsys.readouterr().err


def test_evaluate_says_what_is_missing(sentiment_run, tmp_path, capsys):
    folder = tmp_path / "run"
    shutil.copytree(sentiment_run, folder)
    config = folder / "config.json"
    config.write_text(config.read_text().replace("reviews.tsv", "gone.tsv"))
    assert run("evaluate", "--model", folder) == 2
    assert "gone.tsv: there is no such file (what the run was measured on; --data" in (
        the_line(capsys, "evaluate")
    )


def test_a_network_of_another_run_is_refused(sentiment_run, tmp_path, capsys):
    folder = tmp_path / "run"
    shutil.copytree(sentiment_run, folder)
    inputs = keras.Input((3,))
    keras.Model(inputs, keras.layers.Dense(2)(inputs)).save(folder / "model.keras")
    assert run("predict", "--model", folder, "a text") == 2
    assert "model.keras: is not the network that config.json is of" in (
        the_line(capsys, "predict")
    )


def one_network(config):
    """As written when the network added to the scores of the n-grams."""
    config["temperature"] = 1.0
    del config["weights"]


def members(config):
    """As written when it could have several."""
    config["settings"]["members"] = 1


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain", "export"])
@pytest.mark.parametrize(
    ("earlier", "missing"), [(one_network, "weights"), (members, "members")]
)
def test_a_run_of_an_earlier_form(
    command, earlier, missing, sentiment_run, tmp_path, capsys
):
    folder = tmp_path / "run"
    shutil.copytree(sentiment_run, folder)
    config = json.loads((folder / "config.json").read_text())
    earlier(config)
    (folder / "config.json").write_text(json.dumps(config))
    texts = ["a text"] if command in ("predict", "explain") else []
    assert run(command, "--model", folder, *texts) == 2
    line = the_line(capsys, command)
    assert "config.json: not the configuration of a classifier, as seqkit" in line
    assert missing in line


def test_a_network_of_an_earlier_form(sentiment_run, tmp_path, capsys):
    """It took the scores of the n-grams besides ids."""
    folder = tmp_path / "run"
    shutil.copytree(sentiment_run, folder)
    network = keras.saving.load_model(folder / "model.keras", compile=False)
    scores = keras.Input((2,), name="scores")
    logits = keras.layers.Add()([network.output, scores])
    keras.Model([network.input, scores], logits).save(folder / "model.keras")
    assert run("predict", "--model", folder, "a text") == 2
    assert "model.keras: is not the network that config.json is of" in (
        the_line(capsys, "predict")
    )


def test_a_disk_that_is_full(sentiment_run, tmp_path, capsys, monkeypatch):
    """The training is not lost, and nothing half-written is left."""

    def full(*_, **__):
        raise tf.errors.ResourceExhaustedError(None, None, "a/b; No space left")

    data = review_file(tmp_path / "data.csv", 40)
    train = ["train", *columns(data), *QUICK, "--epochs", 1]
    train += ["--output", tmp_path / "run"]
    with monkeypatch.context() as patch:
        patch.setattr(tf.saved_model, "save", full)
        assert run(*train) == 1
    printed = capsys.readouterr()
    assert printed.err.endswith("cannot be written: No space left\n")
    assert "The same command goes on" in printed.out
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "data.csv", "run.unfinished",
    ]  # fmt: skip


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


def test_a_run_that_fails_leaves_the_former(sentiment_run, tmp_path, capsys):
    before = (sentiment_run / "config.json").stat().st_mtime_ns
    bad = write_table(tmp_path / "data.csv", [HEAD, ("a", "b")])
    assert run("train", *columns(bad), *QUICK, "--output", sentiment_run) == 2
    the_line(capsys)
    assert (sentiment_run / "config.json").stat().st_mtime_ns == before
    assert not [path for path in sentiment_run.parent.iterdir() if path.name[0] == "."]


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


def test_bad_texts(sentiment_run, tmp_path, capsys, monkeypatch):
    def said(*arguments):
        assert run("predict", "--model", sentiment_run, *arguments) == 2
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

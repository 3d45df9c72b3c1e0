import contextlib
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf

from seqkit.apps.sentiment_data import TextSource
from seqkit.models import SentimentClassifier
from seqkit.models.classification.training import Training
from tests.apps.sentiment_runs import (
    APP,
    HEAD,
    QUICK,
    columns,
    review_file,
    run,
    the_line,
    write_table,
)
from tests.models.classification.conftest import reviews


def test_a_run_holds_what_it_should(sentiment_run):
    assert sorted(path.name for path in sentiment_run.iterdir()) == [
        "1", "config.json", "metrics.json", "model.keras", "ngrams.npz", "plots",
    ]  # fmt: skip
    assert sorted(path.stem for path in (sentiment_run / "plots").iterdir()) == [
        "accuracy_by_length", "attribution", "confusion_matrix", "learning_curves",
        "reliability",
    ]  # fmt: skip
    metrics = json.loads((sentiment_run / "metrics.json").read_text())
    assert set(metrics["baselines"]) == {"majority class", "n-grams alone"}
    assert metrics["trained_on"] == 0
    assert metrics["texts"] == {"training": 80, "validation": 10, "test": 10}
    assert {"accuracy", "macro_f1", "ece_before", "ece_after"} <= set(metrics["test"])
    assert metrics["test"]["texts"] == np.sum(metrics["test"]["confusion"])
    config = json.loads((sentiment_run / "config.json").read_text())
    assert config["settings"]["units"] == 4
    assert config["settings"]["network"] == "gru"
    assert config["data"]["text_column"] == "review"
    assert config["task"] == "sentiment"
    assert not list(sentiment_run.parent.glob("*unfinished*"))
    assert config["classes"] == ["negative", "positive"]


def test_the_command_the_object_and_the_savedmodel_say_the_same(sentiment_run, capsys):
    texts = ["a great film", "dull and flat", "", "👍🏽 很好"]
    assert run("predict", "--model", sentiment_run, "--json", *texts) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [
        {"text", "label", "score", "probabilities"}
    ] * 4
    answers = SentimentClassifier.load(sentiment_run)(texts)
    served = tf.saved_model.load(str(sentiment_run / "1")).signatures["serving_default"]
    given = served(text=tf.constant(texts))
    for number, (line, answer) in enumerate(zip(lines, answers, strict=True)):
        assert line["text"] == texts[number]
        assert max(line["probabilities"].values()) == line["score"]
        assert sum(line["probabilities"].values()) == pytest.approx(1)
        assert line["label"] == answer.label == given["label"][number].numpy().decode()
        assert line["score"] == pytest.approx(answer.score, abs=1e-5)
        assert line["score"] == pytest.approx(float(given["score"][number]), abs=1e-5)


def test_predict_prints_a_table(sentiment_run, capsys):
    assert run("predict", "--model", sentiment_run, "a great film", "so dull") == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["label", "score", "text"]
    assert [row.split(maxsplit=2)[2] for row in rows] == ["a great film", "so dull"]


def test_predict_reads_files_and_standard_input(
    sentiment_run, tmp_path, capsys, monkeypatch
):
    lines = "\ufeffa great film\n\n很好\r\nlast".encode()
    (tmp_path / "texts.txt").write_bytes(lines)
    arguments = ["predict", "--model", sentiment_run, "--json"]
    assert run(*arguments, "--file", tmp_path / "texts.txt") == 0
    from_file = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert run(*arguments) == 0
    assert capsys.readouterr().out == from_file
    texts = [json.loads(line)["text"] for line in from_file.splitlines()]
    assert texts == ["a great film", "", "很好", "last"]


def test_evaluate_repeats_the_test_of_the_training(sentiment_run, capsys):
    assert run("evaluate", "--model", sentiment_run, "--json") == 0
    again = json.loads(capsys.readouterr().out)
    metrics = json.loads((sentiment_run / "metrics.json").read_text())
    assert again["test"] == metrics["test"]
    assert again["baselines"] == metrics["baselines"]


def test_evaluate_on_another_file(sentiment_run, tmp_path, capsys, monkeypatch):
    """Without the file that was trained on, from another folder."""
    texts, labels = reviews(20, seed=5)
    texts[0] = reviews(100)[0][0].upper() + " "
    names = {"negative": "1", "positive": "5"}
    rows = [HEAD, *((t, names[n]) for t, n in zip(texts, labels, strict=True))]
    write_table(tmp_path / "more.csv", rows, ";")
    monkeypatch.chdir(tmp_path)
    renaming = ["--label-map", "1=negative", "5=positive"]
    data = columns("more.csv")
    config = sentiment_run / "config.json"
    before = config.read_text()
    config.write_text(before.replace("reviews.tsv", "gone.tsv"))
    try:
        assert run("evaluate", "--model", sentiment_run, *data, *renaming) == 0
        printed = capsys.readouterr().out
        assert "majority class             0.500" in printed or "0.500" in printed
        assert (
            run("evaluate", "--model", sentiment_run, *data, *renaming, "--json") == 0
        )
        metrics = json.loads(capsys.readouterr().out)
        assert metrics["test"]["texts"] == 20
        alone = ["--data", "more.csv", *renaming, "--json"]  # columns of the training
        assert run("evaluate", "--model", sentiment_run, *alone) == 0
        assert json.loads(capsys.readouterr().out) == metrics
        known = SentimentClassifier.load(sentiment_run).trained_on(texts)
        assert metrics["trained_on"] == known
        assert f"{known or 'none'} of which" in printed
        assert run("evaluate", "--model", sentiment_run, *data) == 2
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


def test_export_writes_the_savedmodel_again(sentiment_run, tmp_path, capsys):
    output = tmp_path / "served" / "7"
    assert run("export", "--model", sentiment_run, "--output", output) == 0
    both = [
        tf.saved_model.load(str(folder)).signatures["serving_default"](
            text=tf.constant(["a great film", ""])
        )["probabilities"]
        for folder in (output, sentiment_run / "1")
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


def test_tables_show_control_characters(sentiment_run, capsys):
    assert run("predict", "--model", sentiment_run, "two\nlines \x1b[31m\u202ered") == 0
    assert (
        capsys.readouterr()
        .out.splitlines()[1]
        .endswith("two\\nlines \\x1b[31m\\u202ered")
    )


def test_what_cannot_be_written_is_said_in_one_line(sentiment_run, tmp_path, capsys):
    with open("/dev/full", "w") as full, contextlib.redirect_stdout(full):
        assert run("predict", "--model", sentiment_run, "a text") == 1
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

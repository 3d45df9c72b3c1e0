"""What the translation application says of bad input: one line, nothing is left."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from seqkit.models import Translator
from tests.apps.bad_files import bytes_of, is_refused
from tests.apps.translate_runs import (
    QUICK,
    aligned_files,
    load_once,
    pair_file,
    run,
    sentences,
    the_line,
)


@pytest.fixture(autouse=True)
def models_are_loaded_once(monkeypatch):
    """Tracing a search takes seconds: keep what was traced."""
    monkeypatch.setattr(Translator, "load", lambda folder: load_once(Path(folder)))


GOOD = "".join(f"{source}\t{target}\n" for source, target in sentences(20)).encode()
BAD_DATA = {
    "missing file": (lambda path: str(path / "none.tsv"), "there is no such file"),
    "a folder": (lambda path: str(path), "cannot be read: Is a directory"),
    "another kind of file": (bytes_of(GOOD, "data.xls"), "must end in .csv, .tsv"),
    "a tab too many": (
        bytes_of(GOOD + b"the\tnumber 5\tis here\n", "data.tsv"),
        "line 21: must have 2 cells, as the first row has; got 3",
    ),
    "empty file": (bytes_of(b"", "data.tsv"), "is empty"),
    "wrong encoding": (
        bytes_of(GOOD + b"caf\xe9\tcoffee\n", "data.tsv"),
        "line 21: is not UTF-8 (byte 0xe9)",
    ),
    "utf-16": (bytes_of("a\tb\n".encode("utf-16"), "data.tsv"), "line 1: is not UTF-8"),
    "one column": (
        bytes_of(GOOD + b"alone\n", "data.tsv"),
        "line 21: must have 2 cells, as the first row has; got 1: 'alone'",
    ),
    "commas": (
        bytes_of(b"one,un\ntwo,deux\n", "data.tsv"),
        "line 1: must have 2 columns",
    ),
    "no source": (
        bytes_of(GOOD + b" \tun\n", "data.tsv"),
        "column 1 is empty in 1 of 21 rows: line 21",
    ),
    "no target": (
        bytes_of(GOOD + b"one\t\n", "data.tsv"),
        "column 2 is empty in 1 of 21 rows: line 21",
    ),
    "too few": (
        bytes_of(GOOD[: GOOD.find(b"\n")], "data.tsv"),
        "at least 10 different sources",
    ),
    "one source": (
        bytes_of(b"".join(b"one\t%d\n" % n for n in range(40)), "data.tsv"),
        "at least 10 different sources are needed to train, validate and test; got 1",
    ),
    "not gzipped": (
        bytes_of(GOOD, "data.tsv.gz"),
        "cannot be read: Not a gzipped file",
    ),
    "half a gzipped file": (
        bytes_of(gzip.compress(GOOD)[:-20], "data.tsv.gz"),
        "cannot be read: Compressed file ended",
    ),
}


@pytest.mark.parametrize("case", list(BAD_DATA))
def test_bad_data(case, tmp_path, capsys):
    def train(data, output):
        return run("train", "--data", data, *QUICK, "--output", output)

    write, message = BAD_DATA[case]
    assert is_refused(train, write, tmp_path)
    assert message in the_line(capsys)


def test_bad_aligned_files(tmp_path, capsys):
    pairs = sentences(20)
    source, target = aligned_files(tmp_path, "all", pairs)
    short, _ = aligned_files(tmp_path, "short", pairs[1:])

    def said(*options):
        assert run("train", *options, *QUICK, "--output", tmp_path / "run") == 2
        assert not (tmp_path / "run").exists()
        return the_line(capsys)

    both = ["--source", source, "--target", target]
    assert "must have as many lines; got 20 and 19" in said(
        "--source", source, "--target", short
    )
    valid = ["--valid-source", source, "--valid-target", short]
    assert "must have as many lines" in said(*both, *valid)
    assert "no such file" in said(*both, "--valid-data", tmp_path / "none")
    # Everything is in the validation, so there is nothing to train on.
    valid = ["--valid-source", source, "--valid-target", target]
    assert run("train", *both, *valid, *QUICK, "--output", tmp_path / "run") == 2
    left_out, line = capsys.readouterr().err.splitlines()
    assert left_out.startswith("20 pairs whose source is in validation or test")
    assert "training" in line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--units", "0"], "units must be at least 1; got 0"),
        (["--dropout", "1.7"], "dropout must be less than 1; got 1.7"),
        (["--learning-rate", "-1"], "learning_rate must be more than 0; got -1.0"),
        (["--encoder", "Transformer"], "encoder must be one of "),
        (["--decoder", "Transformer"], "must be one of "),
        (["--tied", "all", "--no-joint"], "tied='all' needs joint=True"),
        (["--attention", "none", "--input-feeding"], "input_feeding goes with"),
        (
            ["--columns", "1", "3", "--skip-lines", "-1"],
            "skip_lines must be at least 0",
        ),
        (["--columns", "0", "1"], "columns must be two, counted from 1; got (0, 1)"),
        (["--columns", "1", "4"], "line 1: must have 4 columns or more"),
        (["--skip-lines", "60"], "has no row after the 60 lines to skip"),
        (["--seed", "4294967296"], "seed must be at most 4294967295; got 4294967296"),
        (["--level", "bpe", "--vocabulary", "259"], "vocabulary must be at least 260"),
        (["--target", "x"], "--source and --target go together"),
        (["--valid-target", "x"], "--valid-source and --valid-target go together"),
    ],
)
def test_bad_settings(options, message, tmp_path, capsys):
    data = pair_file(tmp_path / "data.tsv")
    output = tmp_path / "run"
    assert run("train", "--data", data, *QUICK, *options, "--output", output) == 2
    assert message in the_line(capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["data.tsv"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dataset", "unknown"], "dataset must be one of jupyterlab-fr"),
        (["--dataset", "numbers-xx"], "got 'xx'"),
        (["--dataset", "jupyterlab-xx"], "needs the package jupyterlab-language-pack"),
        (["--columns", "2", "1"], "--columns, --skip-lines and --separator go with"),
        (["--skip-bad-rows"], "--skip-bad-rows goes with --data or --source"),
        (["--valid-data", "a"], "--valid-... goes with --data or --source"),
    ],
)
def test_bad_data_sets(options, message, tmp_path, capsys):
    assert run("train", *options, *QUICK, "--output", tmp_path / "run") == 2
    assert message in the_line(capsys)
    assert not list(tmp_path.iterdir())


def test_a_download_without_network(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "seqkit.models.translation.datasets._TATOEBA", "http://127.0.0.1:9/{}-eng.zip"
    )
    options = ["--dataset", "tatoeba-deu", "--output", tmp_path / "run"]
    assert run("train", *options) == 2
    line = the_line(capsys)
    assert "http://127.0.0.1:9/deu-eng.zip: cannot be downloaded: " in line
    assert "a file that you have already can be given instead" in line
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--units", "many"],
        ["--attention", "all"],
        ["--unit", "3"],
        ["--columns", "1"],
        ["--dataset", "dates", "--data", "a.tsv"],
        ["--data", "a.tsv", "--source", "a"],
        ["--data", "a.tsv", "--valid-data", "a", "--valid-source", "b"],
    ],
)
def test_bad_options(options, capsys):
    with pytest.raises(SystemExit) as left:
        run("train", *options)
    assert left.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "error: " in lines[0]


def test_a_folder_that_is_no_run_is_not_replaced(tmp_path, capsys):
    data = pair_file(tmp_path / "data.tsv")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert run("train", "--data", data, *QUICK, "--output", tmp_path / "mine") == 2
    assert "holds something else" in the_line(capsys)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize("command", ["translate", "evaluate", "export"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", "there is no such folder"),
        ("empty", "no config.json"),
        ("other", "config.json: not the configuration of a translator"),
        ("another task", "must be a run of translation; it is one of sentiment"),
    ],
)
def test_bad_model_folder(command, name, message, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    data = {"columns": [1, 2]}
    config = {"seqkit": "1", "settings": {"network": "GRU"}, "data": data}
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    (tmp_path / "another task").mkdir()
    config["task"] = "sentiment"
    (tmp_path / "another task" / "config.json").write_text(json.dumps(config))
    texts = ["a text"] if command == "translate" else []
    assert run(command, "--model", tmp_path / name, *texts) == 2
    assert message in the_line(capsys, command)


def test_bad_texts_and_options_of_translate(
    translation_run, plain_translation_run, tmp_path, capsys, monkeypatch
):
    def said(*arguments, model=translation_run):
        assert run("translate", "--model", model, *arguments) == 2
        return the_line(capsys, "translate")

    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    assert "there is no such file" in said("--file", tmp_path / "none")
    assert "is empty" in said("--file", tmp_path / "empty")
    assert "is not UTF-8" in said("--file", tmp_path / "latin")
    assert "--n-best must be at least 1; got 0" in said("--n-best", 0, "one")
    assert "--beam must be at least 1; got 0" in said("--beam", 0, "one")
    assert "--n-best must be at most --beam" in said("--n-best", 3, "--beam", 2, "one")
    assert "alignments need an attention" in said(
        "--alignment", "un", model=plain_translation_run
    )
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "standard input: is empty" in said()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert "no texts: give them as arguments" in said()
    assert "TEXT and --file exclude each other" in said("one", "--file", "a")


def test_bad_files_of_evaluate(translation_run, tmp_path, capsys):
    def said(*arguments):
        assert run("evaluate", "--model", translation_run, *arguments) == 2
        return the_line(capsys, "evaluate")

    assert "there is no such file" in said("--data", tmp_path / "none")
    assert "go together" in said("--source", tmp_path / "none")
    assert "there is no such folder" in said("--beside", tmp_path / "none")

import functools
import gzip
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from seqkit.apps import translate
from seqkit.models import Translation, Translator
from seqkit.models.translation.training import Training
from seqkit.recurrence import portable

QUICK = [
    *("--level", "word", "--units", "8", "--embedding", "8", "--decoder-layers", "1"),
    *("--dropout", "0", "--epochs", "2", "--learning-rate", "0.05", "--warmup", "0"),
    *("--monitor", "loss", "--max-length", "12", "--beam", "2"),
    *("--encoder", "Elman", "--no-bidirectional"),
]
APP = Path(__file__).parents[2] / "apps" / "translate.py"
WORDS = {"one": "un", "two": "deux", "three": "trois", "four": "quatre", "five": "cinq"}


def sentences(count, seed=0):
    """Different sentences of a few words, and their translations word by word."""
    generator, found = random.Random(seed), {}
    while len(found) < count:
        words = generator.choices(list(WORDS), k=generator.randrange(1, 7))
        found[" ".join(words)] = " ".join(WORDS[word] for word in words)
    return list(found.items())


def pair_file(path, count=60, seed=0):
    lines = [f"{source}\t{target}\tby me" for source, target in sentences(count, seed)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def aligned_files(folder, name, pairs):
    paths = []
    for side in (0, 1):
        paths.append(folder / f"{name}.{'ab'[side]}.gz")
        text = "".join(pair[side] + "\n" for pair in pairs)
        paths[-1].write_bytes(gzip.compress(text.encode()))
    return paths


def run(*arguments):
    with portable():
        return translate.main([str(each) for each in arguments])


load_once = functools.cache(Translator.load)


@pytest.fixture(autouse=True)
def models_are_loaded_once(monkeypatch):
    """Tracing a search takes seconds: keep what was traced."""
    monkeypatch.setattr(Translator, "load", lambda folder: load_once(Path(folder)))


@pytest.fixture
def unproven(monkeypatch):
    """Export nothing, which takes long."""
    monkeypatch.setattr(Translator, "export", lambda self, folder: folder.mkdir())


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run folder, written by the command itself."""
    folder = tmp_path_factory.mktemp("trained")
    data = pair_file(folder / "pairs.tsv")
    assert run("train", "--data", data, *QUICK, "--output", folder / "run") == 0
    return folder / "run"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A run without attention, in the other direction, of aligned files."""
    folder = tmp_path_factory.mktemp("plain")
    pairs = sentences(60)
    files = [
        *aligned_files(folder, "train", pairs),
        *aligned_files(folder, "valid", pairs[:8]),
    ]
    names = ("--source", "--target", "--valid-source", "--valid-target")
    given = [each for both in zip(names, files, strict=True) for each in both]
    options = [*QUICK, "--attention", "none", "--reverse", "--epochs", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Translator, "export", lambda self, folder: folder.mkdir())
        assert run("train", *given, *options, "--output", folder / "run") == 0
    return folder / "run"


def test_a_run_holds_what_it_should(trained):
    assert sorted(path.name for path in trained.iterdir()) == [
        "1", "config.json", "metrics.json", "model.keras", "plots",
    ]  # fmt: skip
    assert sorted(path.stem for path in (trained / "plots").iterdir()) == [
        "alignments", "bleu_by_length", "learning_curves",
    ]  # fmt: skip
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["pairs"] == {"training": 48, "validation": 6, "test": 6}
    assert metrics["measured_on"] == "test"
    assert set(metrics["baselines"]) == {"word by word", "copy"}
    assert metrics["baselines"]["word by word"]["exact"] == 100
    for scores in (metrics["scores"], *metrics["baselines"].values()):
        assert {"bleu", "bleu_interval", "chrf", "exact", "bleu_signature"} <= set(
            scores
        )
        assert (
            scores["pairs"] == sum(group["pairs"] for group in scores["by_length"]) == 6
        )
    assert metrics["training_seconds"] > 0
    for sample in metrics["samples"]:
        assert (
            " ".join(WORDS[w] for w in sample["source"].split()) == sample["reference"]
        )
    config = json.loads((trained / "config.json").read_text())
    assert config["settings"]["units"] == 8
    assert config["task"] == "translation"
    assert config["data"]["columns"] == [1, 2]
    assert not list(trained.parent.glob("*unfinished*"))


def test_a_run_without_attention_and_without_a_test(plain):
    metrics = json.loads((plain / "metrics.json").read_text())
    assert metrics["pairs"] == {"training": 52, "validation": 8, "test": 0}
    assert metrics["measured_on"] == "validation"
    assert sorted(path.stem for path in (plain / "plots").iterdir()) == [
        "bleu_by_length", "learning_curves",
    ]  # fmt: skip
    assert metrics["network"] == "Elman to GRU, no attention"
    assert set(metrics["samples"][0]["source"].split()) <= set(WORDS.values())


def test_the_command_the_object_and_the_savedmodel_say_the_same(trained, capsys):
    texts = ["one two", "", "five", "👍🏽 很好", "four three one"]
    assert run("translate", "--model", trained, "--json", *texts) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [{"source", "translation", "score"}] * 5
    answers = load_once(trained)(texts)
    served = tf.saved_model.load(str(trained / "1")).signatures["serving_default"]
    given = served(text=tf.constant(texts))
    for number, (line, answer) in enumerate(zip(lines, answers, strict=True)):
        assert line["source"] == texts[number]
        served_text = given["translation"][number].numpy().decode()
        assert line["translation"] == answer.text == served_text
        assert line["score"] == pytest.approx(answer.score, abs=1e-5)
        assert line["score"] == pytest.approx(float(given["score"][number]), abs=1e-5)


def test_translate_prints_a_line_for_each(trained, capsys):
    texts = ["one", "", "two three"]
    assert run("translate", "--model", trained, *texts) == 0
    expected = [answer.text for answer in load_once(trained)(texts)]
    assert capsys.readouterr().out.split("\n") == [*expected, ""]


def test_translate_reads_files_and_standard_input(
    trained, tmp_path, capsys, monkeypatch
):
    lines = "\ufeffone two\n\n很好\u2028好\r\nlast".encode()
    (tmp_path / "texts.txt").write_bytes(lines)
    arguments = ["translate", "--model", trained, "--json"]
    assert run(*arguments, "--file", tmp_path / "texts.txt") == 0
    from_file = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert run(*arguments) == 0
    assert capsys.readouterr().out == from_file
    texts = [json.loads(line)["source"] for line in from_file.split("\n")[:-1]]
    assert texts == ["one two", "", "很好\u2028好", "last"]


def test_the_order_is_kept_over_chunks(trained, capsys, monkeypatch):
    monkeypatch.setattr("seqkit.apps.translate_measures._CHUNK", 3)
    texts = [source for source, _ in sentences(10, seed=5)]
    assert run("translate", "--model", trained, "--json", *texts) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["source"] for line in lines] == texts
    expected = [answer.text for answer in load_once(trained)(texts)]
    assert [line["translation"] for line in lines] == expected


def test_n_best_and_alignment(trained, capsys):
    options = ["--n-best", 2, "--alignment", "one two"]
    assert run("translate", "--model", trained, "--json", *options) == 0
    line = json.loads(capsys.readouterr().out)
    assert line["n_best"][0] == {key: line[key] for key in ("translation", "score")}
    assert len(line["n_best"]) == 2
    assert line["n_best"][0]["score"] >= line["n_best"][1]["score"]
    tokens = line["alignment"]["target"]
    assert "".join(tokens).replace("</s>", "").strip() == line["translation"]
    weights = np.array(line["alignment"]["weights"])
    assert weights.shape == (len(tokens), len(line["alignment"]["source"]))
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-3)
    assert run("translate", "--model", trained, *options) == 0
    first, second, *aligned = capsys.readouterr().out.splitlines()
    for printed, best in zip((first, second), line["n_best"], strict=True):
        assert printed == f"{best['score']:.3f}\t{best['translation']}"
    assert len(aligned) == len(tokens)
    for printed, token, row in zip(aligned, tokens, weights, strict=True):
        _, target, source, weight = printed.split("\t")
        assert target == token.strip()
        assert source == line["alignment"]["source"][row.argmax()].strip()
        assert float(weight) == pytest.approx(row.max(), abs=0.01)


def test_as_many_lines_as_texts_whatever_the_model_writes(trained, capsys, monkeypatch):
    def n_best(self, texts, *_):
        return [[Translation("two\nlines\r\u2028\x0b", -1.0)] for _ in texts]

    monkeypatch.setattr(Translator, "n_best", n_best)
    assert run("translate", "--model", trained, "one", "two " * 20) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert "1 text of 2 read in part: the first 12 tokens" in printed.err
    assert run("translate", "--model", trained, "--json", "two " * 20) == 0
    line = json.loads(capsys.readouterr().out)
    assert line["read"] == "the first 12 tokens"


def test_the_beam_can_be_chosen(trained, capsys):
    assert run("translate", "--model", trained, "--beam", 1, "one two three") == 0
    (expected,) = load_once(trained)(["one two three"], beam=1)
    assert capsys.readouterr().out == expected.text + "\n"


@pytest.mark.parametrize("which", ["trained", "plain"])
def test_evaluate_repeats_what_the_training_measured(which, request, capsys):
    folder = request.getfixturevalue(which)
    assert run("evaluate", "--model", folder, "--json") == 0
    again = json.loads(capsys.readouterr().out)
    metrics = json.loads((folder / "metrics.json").read_text())
    for name in ("network", "scores", "baselines", "samples", "measured_on"):
        assert again[name] == metrics[name]


def test_evaluate_on_another_file_beside_another_model(
    trained, plain, tmp_path, capsys
):
    data = pair_file(tmp_path / "more.tsv", 20, seed=9)
    options = ["--data", data, "--beside", plain]
    assert run("evaluate", "--model", trained, *options) == 0
    printed = capsys.readouterr().out
    assert "On 20 pairs, " in printed
    assert f"Elman to GRU, no attention ({plain})" in printed
    assert "words in the source" in printed
    assert "case:mixed" in printed
    assert run("evaluate", "--model", trained, *options, "--ignore-case", "--json") == 0
    metrics = json.loads(capsys.readouterr().out)
    assert "case:lc" in metrics["scores"]["bleu_signature"]
    trained_on = {source for source, _ in sentences(60)}
    of_file = {source for source, _ in sentences(20, seed=9)}
    assert metrics["trained_on"] <= len(trained_on & of_file)
    assert metrics["baselines"]["word by word"]["exact"] == 100


def test_export_writes_the_savedmodel_again(trained, tmp_path, capsys, monkeypatch):
    written = []
    monkeypatch.setattr(Translator, "export", lambda _, folder: written.append(folder))
    assert run("export", "--model", trained) == 0
    assert run("export", "--model", trained, "--output", tmp_path / "7") == 0
    assert list(map(str, written)) == [str(trained / "1"), str(tmp_path / "7")]
    assert "a fresh process gave the same answers" in capsys.readouterr().out


def test_a_run_that_is_stopped_can_go_on(
    trained, unproven, tmp_path, capsys, monkeypatch
):
    train = ["train", "--data", pair_file(tmp_path / "pairs.tsv"), *QUICK]
    train += ["--output", tmp_path / "run"]
    unfinished, found = tmp_path / "run.unfinished", []

    def stopped(*arguments):
        arguments[-1].mkdir(exist_ok=True)
        raise KeyboardInterrupt

    def finished(*arguments):
        found.append(arguments[-1].exists())
        translator = load_once(trained)
        translator.history = {"loss": [1.0]}
        return translator

    monkeypatch.setattr(Translator, "fit", stopped)
    assert run(*train) == 130
    assert "The same command goes on" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [
        unfinished.name
    ]
    monkeypatch.setattr(Translator, "fit", finished)
    for options, goes_on in ([], True), ([], False), (["--fresh"], False):
        assert run(*train, *options) == 0
        metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
        assert (metrics["training_seconds"] is None) == found[-1] == goes_on
        assert not unfinished.exists()
        if not goes_on:
            unfinished.mkdir()


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_and_is_the_same(
    trained, unproven, tmp_path, capsys, monkeypatch
):
    class Killed(BaseException):
        pass

    def killed(training, epoch):
        if epoch == 2:
            raise Killed
        run_epoch(training, epoch)

    output, run_epoch = tmp_path / "run", Training._epoch
    data = pair_file(tmp_path / "pairs.tsv")
    train = ["train", "--data", data, *QUICK, "--output", output]
    monkeypatch.setattr(Training, "_epoch", killed)
    with pytest.raises(Killed):
        run(*train)
    assert (tmp_path / "run.unfinished").is_dir()
    assert not output.exists()
    monkeypatch.setattr(Training, "_epoch", run_epoch)
    capsys.readouterr()
    # Another run would not go on from there, and does not take it away.
    assert run(*train, "--units", 9) == 2
    assert "run.unfinished: holds the checkpoint of a run with other" in the_line(
        capsys
    )
    assert run(*train) == 0
    weights, expected = (
        load_once(folder).network.get_weights() for folder in (output, trained)
    )
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    once, again = (
        json.loads((folder / "metrics.json").read_text())
        for folder in (trained, output)
    )
    assert once["history"] == again["history"]
    assert once["scores"] == again["scores"]


def the_line(capsys, command="train"):
    """What was said: one line on standard error, nothing else there."""
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    assert lines[0].startswith(f"translate.py {command}: error: ")
    return lines[0]


def bytes_of(content, name="data.tsv"):
    def write(path):
        (path / name).write_bytes(content)
        return str(path / name)

    return write


GOOD = "".join(f"{source}\t{target}\n" for source, target in sentences(20)).encode()
BAD_DATA = {
    "missing file": (lambda path: str(path / "none.tsv"), "there is no such file"),
    "a folder": (lambda path: str(path), "cannot be read: Is a directory"),
    "another kind of file": (bytes_of(GOOD, "data.xls"), "must end in .csv, .tsv"),
    "a tab too many": (
        bytes_of(GOOD + b"the\tnumber 5\tis here\n"),
        "line 21: must have 2 cells, as the first row has; got 3",
    ),
    "empty file": (bytes_of(b""), "is empty"),
    "wrong encoding": (
        bytes_of(GOOD + b"caf\xe9\tcoffee\n"),
        "line 21: is not UTF-8 (byte 0xe9)",
    ),
    "utf-16": (bytes_of("a\tb\n".encode("utf-16")), "line 1: is not UTF-8"),
    "one column": (
        bytes_of(GOOD + b"alone\n"),
        "line 21: must have 2 cells, as the first row has; got 1: 'alone'",
    ),
    "commas": (bytes_of(b"one,un\ntwo,deux\n"), "line 1: must have 2 columns"),
    "no source": (
        bytes_of(GOOD + b" \tun\n"),
        "column 1 is empty in 1 of 21 rows: line 21",
    ),
    "no target": (
        bytes_of(GOOD + b"one\t\n"),
        "column 2 is empty in 1 of 21 rows: line 21",
    ),
    "too few": (bytes_of(GOOD[: GOOD.find(b"\n")]), "at least 10 different sources"),
    "one source": (
        bytes_of(b"".join(b"one\t%d\n" % n for n in range(40))),
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
    write, message = BAD_DATA[case]
    before = sorted(tmp_path.iterdir())
    data = write(tmp_path)
    assert run("train", "--data", data, *QUICK, "--output", tmp_path / "run") == 2
    assert message in the_line(capsys)
    left = {path for path in tmp_path.iterdir() if not path.name.startswith("data.")}
    assert left == set(before)


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
        (["--columns", "2", "1"], "--columns, --skip-lines, --separator and --skip-"),
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
    trained, plain, tmp_path, capsys, monkeypatch
):
    def said(*arguments, model=trained):
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
    assert "alignments need an attention" in said("--alignment", "un", model=plain)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "standard input: is empty" in said()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert "no texts: give them as arguments" in said()
    assert "TEXT and --file exclude each other" in said("one", "--file", "a")


def test_bad_files_of_evaluate(trained, tmp_path, capsys):
    def said(*arguments):
        assert run("evaluate", "--model", trained, *arguments) == 2
        return the_line(capsys, "evaluate")

    assert "there is no such file" in said("--data", tmp_path / "none")
    assert "go together" in said("--source", tmp_path / "none")
    assert "there is no such folder" in said("--beside", tmp_path / "none")


def in_its_own_process(*arguments):
    return subprocess.run(
        [sys.executable, str(APP), *map(str, arguments)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_bad_input_as_the_shell_sees_it(tmp_path):
    """No start-up messages of TensorFlow beside the one line."""
    data = pair_file(tmp_path / "data.tsv")
    options = ["--data", data, "--encoder", "none", "--output", tmp_path / "run"]
    finished = in_its_own_process("train", *options)
    assert finished.returncode == 2
    assert len(finished.stderr.splitlines()) == 1, finished.stderr
    assert "Traceback" not in finished.stderr


def test_help_is_quick_and_has_examples():
    finished = in_its_own_process("--help")
    assert finished.returncode == 0
    assert "examples:" in finished.stdout
    assert "data sets (--dataset):" in finished.stdout
    loads = "import sys, translate; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", loads], cwd=APP.parent, check=True)

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from seqkit.apps.translate_data import PairSource
from seqkit.models import Translation, Translator
from seqkit.models.translation.training import Training
from tests.apps.translate_runs import (
    APP,
    QUICK,
    WORDS,
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


@pytest.fixture
def unproven(monkeypatch):
    """Export nothing, which takes long."""
    monkeypatch.setattr(Translator, "export", lambda self, folder: folder.mkdir())


def test_a_run_holds_what_it_should(translation_run):
    assert sorted(path.name for path in translation_run.iterdir()) == [
        "1", "config.json", "metrics.json", "model.keras", "plots", "training.npz",
    ]  # fmt: skip
    assert sorted(path.stem for path in (translation_run / "plots").iterdir()) == [
        "alignments", "bleu_by_length", "learning_curves",
    ]  # fmt: skip
    metrics = json.loads((translation_run / "metrics.json").read_text())
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
    config = json.loads((translation_run / "config.json").read_text())
    assert config["settings"]["units"] == 8
    assert config["task"] == "translation"
    assert config["data"]["columns"] == [1, 2]
    assert not list(translation_run.parent.glob("*unfinished*"))


def test_a_run_without_attention_and_without_a_test(plain_translation_run):
    metrics = json.loads((plain_translation_run / "metrics.json").read_text())
    assert metrics["pairs"] == {"training": 52, "validation": 8, "test": 0}
    assert metrics["measured_on"] == "validation"
    plots = plain_translation_run / "plots"
    assert {path.stem for path in plots.iterdir()} == {
        "bleu_by_length", "learning_curves",
    }  # fmt: skip
    assert metrics["network"] == "Elman to GRU, no attention"
    assert set(metrics["samples"][0]["source"].split()) <= set(WORDS.values())


def test_the_command_the_object_and_the_savedmodel_say_the_same(
    translation_run, capsys
):
    texts = ["one two", "", "five", "👍🏽 很好", "four three one"]
    assert run("translate", "--model", translation_run, "--json", *texts) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(line) for line in lines] == [{"source", "translation", "score"}] * 5
    answers = load_once(translation_run)(texts)
    served = tf.saved_model.load(str(translation_run / "1")).signatures[
        "serving_default"
    ]
    given = served(text=tf.constant(texts))
    for number, (line, answer) in enumerate(zip(lines, answers, strict=True)):
        assert line["source"] == texts[number]
        served_text = given["translation"][number].numpy().decode()
        assert line["translation"] == answer.text == served_text
        assert line["score"] == pytest.approx(answer.score, abs=1e-5)
        assert line["score"] == pytest.approx(float(given["score"][number]), abs=1e-5)


def test_translate_prints_a_line_for_each(translation_run, capsys):
    texts = ["one", "", "two three"]
    assert run("translate", "--model", translation_run, *texts) == 0
    expected = [answer.text for answer in load_once(translation_run)(texts)]
    assert capsys.readouterr().out.split("\n") == [*expected, ""]


def test_translate_reads_files_and_standard_input(
    translation_run, tmp_path, capsys, monkeypatch
):
    lines = "\ufeffone two\n\n很好\u2028好\r\nlast".encode()
    (tmp_path / "texts.txt").write_bytes(lines)
    arguments = ["translate", "--model", translation_run, "--json"]
    assert run(*arguments, "--file", tmp_path / "texts.txt") == 0
    from_file = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert run(*arguments) == 0
    assert capsys.readouterr().out == from_file
    texts = [json.loads(line)["source"] for line in from_file.split("\n")[:-1]]
    assert texts == ["one two", "", "很好\u2028好", "last"]


def test_the_order_is_kept_over_chunks(translation_run, capsys, monkeypatch):
    monkeypatch.setattr("seqkit.apps.translate_measures._CHUNK", 3)
    texts = [source for source, _ in sentences(10, seed=5)]
    assert run("translate", "--model", translation_run, "--json", *texts) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["source"] for line in lines] == texts
    expected = [answer.text for answer in load_once(translation_run)(texts)]
    assert [line["translation"] for line in lines] == expected


def test_n_best_and_alignment(translation_run, capsys):
    options = ["--n-best", 2, "--alignment", "one two"]
    assert run("translate", "--model", translation_run, "--json", *options) == 0
    line = json.loads(capsys.readouterr().out)
    assert line["n_best"][0] == {key: line[key] for key in ("translation", "score")}
    assert len(line["n_best"]) == 2
    assert line["n_best"][0]["score"] >= line["n_best"][1]["score"]
    tokens = line["alignment"]["target"]
    assert "".join(tokens).replace("</s>", "").strip() == line["translation"]
    weights = np.array(line["alignment"]["weights"])
    assert weights.shape == (len(tokens), len(line["alignment"]["source"]))
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-3)
    assert run("translate", "--model", translation_run, *options) == 0
    first, second, *aligned = capsys.readouterr().out.splitlines()
    for printed, best in zip((first, second), line["n_best"], strict=True):
        assert printed == f"{best['score']:.3f}\t{best['translation']}"
    assert len(aligned) == len(tokens)
    for printed, token, row in zip(aligned, tokens, weights, strict=True):
        _, target, source, weight = printed.split("\t")
        assert target == token.strip()
        assert source == line["alignment"]["source"][row.argmax()].strip()
        assert float(weight) == pytest.approx(row.max(), abs=0.01)


def test_as_many_lines_as_texts_whatever_the_model_writes(
    translation_run, capsys, monkeypatch
):
    def n_best(self, texts, *_):
        return [[Translation("two\nlines\r\u2028\x0b", -1.0)] for _ in texts]

    monkeypatch.setattr(Translator, "n_best", n_best)
    assert run("translate", "--model", translation_run, "one", "two " * 20) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert "1 text of 2 read in part: the first 12 tokens" in printed.err
    assert run("translate", "--model", translation_run, "--json", "two " * 20) == 0
    line = json.loads(capsys.readouterr().out)
    assert line["read"] == "the first 12 tokens"


def test_the_beam_can_be_chosen(translation_run, capsys):
    assert (
        run("translate", "--model", translation_run, "--beam", 1, "one two three") == 0
    )
    (expected,) = load_once(translation_run)(["one two three"], beam=1)
    assert capsys.readouterr().out == expected.text + "\n"


@pytest.mark.parametrize("which", ["translation_run", "plain_translation_run"])
def test_evaluate_repeats_what_the_training_measured(which, request, capsys):
    folder = request.getfixturevalue(which)
    assert run("evaluate", "--model", folder, "--json") == 0
    again = json.loads(capsys.readouterr().out)
    metrics = json.loads((folder / "metrics.json").read_text())
    for name in ("network", "scores", "baselines", "samples", "measured_on"):
        assert again[name] == metrics[name]


def test_evaluate_on_another_file_beside_another_model(
    translation_run, plain_translation_run, tmp_path, capsys, monkeypatch
):
    """Without the file that was trained on, from another folder."""
    monkeypatch.setattr(PairSource, "splits", None)
    monkeypatch.chdir(tmp_path)
    data = pair_file(tmp_path / "more.tsv", 20, seed=9)
    options = ["--data", data, "--beside", plain_translation_run]
    assert run("evaluate", "--model", translation_run, *options) == 0
    printed = capsys.readouterr().out
    assert "On 20 pairs, " in printed
    assert f"Elman to GRU, no attention ({plain_translation_run})" in printed
    assert "words in the source" in printed
    assert "case:mixed" in printed
    assert (
        run("evaluate", "--model", translation_run, *options, "--ignore-case", "--json")
        == 0
    )
    metrics = json.loads(capsys.readouterr().out)
    assert "case:lc" in metrics["scores"]["bleu_signature"]
    trained_on = {source for source, _ in sentences(60)}
    of_file = {source for source, _ in sentences(20, seed=9)}
    assert metrics["trained_on"] <= len(trained_on & of_file)
    assert metrics["baselines"]["word by word"]["exact"] == 100


def test_export_writes_the_savedmodel_again(
    translation_run, tmp_path, capsys, monkeypatch
):
    written = []
    monkeypatch.setattr(Translator, "export", lambda _, folder: written.append(folder))
    assert run("export", "--model", translation_run) == 0
    assert run("export", "--model", translation_run, "--output", tmp_path / "7") == 0
    assert list(map(str, written)) == [str(translation_run / "1"), str(tmp_path / "7")]
    assert "a fresh process gave the same answers" in capsys.readouterr().out


def test_a_run_that_is_stopped_can_go_on(
    translation_run, unproven, tmp_path, capsys, monkeypatch
):
    train = ["train", "--data", pair_file(tmp_path / "pairs.tsv"), *QUICK]
    train += ["--output", tmp_path / "run"]
    unfinished, found = tmp_path / "run.unfinished", []

    def stopped(*arguments):
        arguments[-1].mkdir(exist_ok=True)
        raise KeyboardInterrupt

    def finished(*arguments):
        found.append(arguments[-1].exists())
        translator = load_once(translation_run)
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
    translation_run, unproven, tmp_path, capsys, monkeypatch
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
        load_once(folder).network.get_weights() for folder in (output, translation_run)
    )
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    once, again = (
        json.loads((folder / "metrics.json").read_text())
        for folder in (translation_run, output)
    )
    assert once["history"] == again["history"]
    assert once["scores"] == again["scores"]


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

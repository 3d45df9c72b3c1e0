"""The table of the text classifier over seeds."""

import json

import pytest

from benchmarks import sentiment
from seqkit.models.classification.labelled import LabelledTexts
from seqkit.recurrence import portable
from tests.apps.sentiment_runs import QUICK, columns, review_file


def run(*arguments):
    with portable():
        return sentiment.main([str(each) for each in arguments])


def test_accuracy_of_each_seed_beside_simple_models(tmp_path, capsys):
    data = review_file(tmp_path / "data.csv", 60)
    arguments = [*columns(data), *QUICK, "--epochs", 1, "--seeds", 1, 2]
    assert run(*arguments, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["seed"] for each in found["seeds"]] == [1, 2]
    for each in found["seeds"]:
        assert list(each["accuracy"]) == [
            "n-grams and network", "n-grams alone", "naive Bayes",
            "logistic regression",
        ]  # fmt: skip
        assert all(0 <= value <= 1 for value in each["accuracy"].values())
        assert each["texts"] == {"training": 48, "validation": 6, "test": 6}


def test_what_cannot_be_is_said_in_one_line(tmp_path, capsys):
    assert run("--data", tmp_path / "none.csv") == 2
    assert "there is no such file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run("--seed", 3)


def test_what_a_split_at_random_flatters(capsys, monkeypatch):
    texts = [
        f"{word} film {number}" for number in range(20) for word in ("good", "bad")
    ]
    data = LabelledTexts(texts, ["positive", "negative"] * 20)
    monkeypatch.setattr(sentiment, "load_reviews", lambda name: data)
    assert run("split") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["by", "film", "1.000", "1.000"]
    assert second.split() == ["at", "random", "1.000", "1.000"]

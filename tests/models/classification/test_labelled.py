from itertools import pairwise

import pytest

from seqkit.errors import InputError
from seqkit.models.classification.labelled import (
    LabelledTexts,
    hold_out,
    load_splits,
    read_labelled_texts,
    read_texts,
    split_in_order,
)


def test_more_texts_of_any_kind_of_file(tmp_path):
    (tmp_path / "a.txt").write_text("one\n\n two\n")
    assert read_texts(str(tmp_path / "a.txt")) == ["one", " two"]
    (tmp_path / "a.csv").write_text('id;text\n1;"x; y"\n2;\n3;z\n')
    assert read_texts(str(tmp_path / "a.csv")) == ["x; y", "z"]
    (tmp_path / "a.tsv").write_text("1\tx\n2\ty\n")
    assert read_texts(str(tmp_path / "a.tsv"), "2", header=False) == ["x", "y"]
    with pytest.raises(InputError, match="no column 'review'; it has: id, text"):
        read_texts(str(tmp_path / "a.csv"), "review")


def test_labels_have_one_form(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label,,x,x\na,caf\u00e9\u200b,,,\nb,cafe\u0301,,,\n")
    assert read_labelled_texts(path).labels == ["caf\u00e9", "caf\u00e9"]
    with pytest.raises(InputError, match="must have names of their own; twice: x"):
        read_labelled_texts(path, label_column="x")


def test_hold_out():
    data = LabelledTexts([f"text {n}" for n in range(40)], ["a", "b"] * 20)
    rest, taken = hold_out(data, seed=1)
    assert (len(rest.texts), len(taken.texts)) == (36, 4)
    assert sorted(rest.texts + taken.texts) == sorted(data.texts)
    assert taken.labels.count("a") == 2


def test_what_stands_together_stays_together():
    data = LabelledTexts([str(n) for n in range(200)], ["a"] * 100 + ["b"] * 100)
    for part in split_in_order(data, seed=3):
        numbers = sorted(map(int, part.texts))
        jumps = sum(b - a > 1 for a, b in pairwise(numbers))
        assert jumps <= 3  # one piece of each class, one of which goes round the end


@pytest.mark.slow
def test_the_data_set_of_the_demonstration():
    splits, more = load_splits("movies", seed=1)
    assert [len(part.texts) for part in splits] == [12824, 1153, 853]
    assert len(more) == 25000
    assert not set(splits.test.texts) & set(splits.training.texts)

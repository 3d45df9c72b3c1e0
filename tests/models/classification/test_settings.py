from dataclasses import fields

import pytest

from seqkit.errors import InputError
from seqkit.models import ClassifierSettings
from seqkit.models.classification.settings import LEVELS
from seqkit.text import LEVELS as TEXT_LEVELS


def test_every_field_has_a_help_text():
    assert all(field.metadata["help"] for field in fields(ClassifierSettings))


def test_the_levels_are_those_of_the_tokenizer():
    assert set(LEVELS) == set(TEXT_LEVELS)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("units", 0, "units must be at least 1; got 0"),
        ("units", -3, "units must be at least 1; got -3"),
        ("units", 1.5, "units must be of type int; got 1.5"),
        ("layers", 0, "layers must be at least 1; got 0"),
        ("embedding", True, "embedding must be of type int; got True"),
        ("dropout", 1.0, "dropout must be less than 1; got 1.0"),
        ("dropout", -0.1, "dropout must be at least 0; got -0.1"),
        ("dropout", float("nan"), "dropout must be at least 0; got nan"),
        ("learning_rate", 0, "learning_rate must be more than 0; got 0"),
        ("learning_rate", "0.1", "learning_rate must be of type float; got '0.1'"),
        ("pooling", "sum", "pooling must be one of last, max, mean, attention; got "),
        ("level", "sentence", "level must be one of word, char, bpe; got 'sentence'"),
        ("vocabulary", 2, "vocabulary must be at least 5; got 2"),
        ("epochs", 0, "epochs must be at least 1; got 0"),
        ("stretch", 0, "stretch must be at least 1; got 0"),
        ("batch_size", 0, "batch_size must be at least 1; got 0"),
        ("seed", -1, "seed must be at least 0; got -1"),
        ("bidirectional", "no", "bidirectional must be of type bool; got 'no'"),
    ],
)
def test_a_bad_value_is_named(name, value, message):
    with pytest.raises(InputError, match=f"^{message}"):
        ClassifierSettings(**{name: value})


@pytest.mark.parametrize("name", ["Transformer", "Bidirectional", "", "lstm "])
def test_unknown_networks_list_what_there_is(name):
    with pytest.raises(InputError, match=r"network must be one of .*Elman, .*; got"):
        ClassifierSettings(network=name)


def test_a_close_match_is_named():
    with pytest.raises(InputError, match=r"Did you mean 'LSTM'\?$"):
        ClassifierSettings(network="LSMT")

"""Settings of translators: what goes together, and that none is ignored."""

from dataclasses import replace

import pytest

from seqkit.errors import InputError
from seqkit.models.translation.network import EncoderDecoder
from seqkit.models.translation.settings import TranslatorSettings
from seqkit.models.translation.translator import Translator
from seqkit.recurrence import portable
from tests.models.settings_that_are_read import check_all_read_or_refused, noting
from tests.models.translation.conftest import TINY, reversed_pairs


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"context": "first"}, "context goes with attention none; got .* general"),
        ({"monitor": "loss", "monitored": 9}, "monitored goes with monitor bleu; got"),
        (
            {"encoder": "MinGRU", "recurrent_dropout": 0.5},
            "MinGRU takes no recurrent_dropout; got recurrent_dropout 0.5",
        ),
        (
            {"decoder": "LiGRU", "input_feeding": True},
            "input_feeding needs a decoder that reads one step at a time; got 'LiGRU'",
        ),
    ],
    ids=str,
)
def test_what_does_not_go_together(given, message):
    with pytest.raises(InputError, match=message):
        TranslatorSettings(**given)


def test_networks_without_recurrent_dropout():
    settings = replace(TINY, encoder="LRU", decoder="EchoState", decoder_layers=1)
    assert EncoderDecoder(settings, 10, 10).decoder.recurrent[0].units == TINY.units


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"monitor": "bleu"},
        {"attention": "none"},
        {"input_feeding": True, "scheduled_sampling": 0.5},
        {"bridge": "zero", "tied": "none", "joint": False},
    ],
    ids=str,
)
def test_no_setting_is_ignored(options, tmp_path):
    read: set[str] = set()
    settings = replace(TINY, epochs=1, **options)
    pairs, valid = reversed_pairs(60), reversed_pairs(10, seed=1)
    with portable():
        watched = noting(settings, read)
        translator = Translator.fit(*pairs, valid, watched, verbose=0)
        translator(["one two"])
    check_all_read_or_refused(settings, read)

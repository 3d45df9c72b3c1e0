from dataclasses import fields

import pytest

from seqkit.errors import InputError
from seqkit.models import DetectorSettings, ForecasterSettings


def test_every_field_has_a_help_text():
    assert all(field.metadata["help"] for field in fields(DetectorSettings))


def test_a_detector_has_all_settings_of_a_forecaster():
    names = [field.name for field in fields(ForecasterSettings)]
    assert [field.name for field in fields(DetectorSettings)][: len(names)] == names


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("units", 0, "units must be at least 1; got 0"),
        ("horizon", 0, "horizon must be at least 1; got 0"),
        ("lags", 0, "lags must be at least 1; got 0"),
        ("recurrent", "often", "recurrent must be one of auto, always, never; got"),
        ("threshold", "3", "threshold must be one of peaks, quantile, dynamic, fixed"),
        ("false_alarms", 0.0, "false_alarms must be more than 0; got 0"),
        ("share", 1.1, "share must be at most 1; got 1.1"),
        ("past", 0.5, "past must be at least 1; got 0.5"),
        ("low", 1.5, "low must be at most 1; got 1.5"),
        ("coverage", 0.0, "coverage must be more than 0; got 0.0"),
        ("validation", 1.0, "validation must be less than 1; got 1.0"),
        ("gap", -1, "gap must be at least 0; got -1"),
        ("epochs", -1, "epochs must be at least 0; got -1"),
        ("shapes", 1, "shapes must be of type bool; got 1"),
    ],
)
def test_a_bad_value_is_named(name, value, message):
    with pytest.raises(InputError, match=f"^{message}"):
        DetectorSettings(**{name: value})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"share": 0.9}, "share goes with threshold quantile; got threshold peaks"),
        ({"level": 9.0}, "level goes with threshold fixed; got threshold peaks"),
        (
            {"units": 8, "recurrent": "never"},
            "units goes with recurrent auto or always; got recurrent never",
        ),
    ],
)
def test_what_would_not_be_used_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        DetectorSettings(**given)

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
        ("strategy", "both", "strategy must be one of direct, recursive; got 'both'"),
        ("method", "guess", "method must be one of forecast, reconstruction, both; "),
        ("scorer", "max", "scorer must be one of absolute, mahalanobis; got 'max'"),
        ("threshold", "3", "threshold must be one of peaks, quantile, dynamic, fixed"),
        ("smoothing", 0.5, "smoothing must be at least 1; got 0.5"),
        ("risk", 0.5, "risk must be less than 0.02; got 0.5"),
        ("share", 1.0, "share must be less than 1; got 1.0"),
        ("coverage", 0.0, "coverage must be more than 0; got 0.0"),
        ("validation", 1.0, "validation must be less than 1; got 1.0"),
        ("gap", -1, "gap must be at least 0; got -1"),
        ("epochs", -1, "epochs must be at least 0; got -1"),
    ],
)
def test_a_bad_value_is_named(name, value, message):
    with pytest.raises(InputError, match=f"^{message}"):
        DetectorSettings(**{name: value})

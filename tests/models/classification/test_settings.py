"""Settings that would be ignored are refused."""

import pytest

from seqkit.errors import InputError
from seqkit.models import ClassifierSettings


def test_a_stretch_that_nothing_reads():
    with pytest.raises(InputError, match="stretch goes with pooling"):
        ClassifierSettings(pooling="last", stretch=50)
    assert ClassifierSettings(pooling="last", layers=2, stretch=50).stretch == 50
    assert ClassifierSettings(pooling="last").stretch == ClassifierSettings.stretch

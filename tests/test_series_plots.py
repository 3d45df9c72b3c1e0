import numpy as np
import pytest

from seqkit import plots
from seqkit.models import Forecast
from tests.models.anomaly.conftest import quick_fit, waves


@pytest.mark.parametrize("times", [False, True])
def test_detection(times, tmp_path):
    values = waves(200, channels=2, seed=3)
    values[120, 0] += 4
    values[60:70] = np.nan
    index = np.arange(200)
    if times:
        index = np.datetime64("2024-01-01T00", "ns") + index * np.timedelta64(1, "h")
    found = quick_fit(waves(300, channels=2)).detect(values)
    figure = plots.detection(index, found, labels=np.arange(200) == 120)
    figure.savefig(tmp_path / "picture.png")
    assert [axes.get_ylabel() for axes in figure.axes] == ["0", "1", "score"]
    low, high = figure.axes[0].get_ylim()
    assert low < np.nanmin(values[:, 0]) < np.nanmax(values[:, 0]) < high
    named = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"reading", "expected", "event", "label", "score", "threshold"} <= named


def test_forecast():
    found = Forecast(*(np.full((3, 2), value) for value in (2.0, 1.0, 3.0)))
    figure = plots.forecast(
        np.arange(5),
        np.ones((5, 2)),
        np.arange(5, 8),
        found,
        ["a", "b"],
        np.ones((3, 2)),
    )
    assert len(figure.axes) == 2
    assert figure.axes[0].lines[1].get_ydata().tolist() == [2.0, 2.0, 2.0]

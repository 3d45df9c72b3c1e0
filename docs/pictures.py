"""Draw the pictures of docs/anomaly.md: `python docs/pictures.py`."""

from pathlib import Path

import numpy as np

from seqkit import plots
from seqkit.models import (
    AnomalyDetector,
    DetectorSettings,
    Forecaster,
    ForecasterSettings,
)
from seqkit.models.anomaly.datasets import load_dataset

IMAGES = Path(__file__).parent / "images"
SHOWN = 400  # readings before the forecast


def draw_forecast(
    name: str, values: np.ndarray, count: int, settings: ForecasterSettings
) -> None:
    """Train on the first readings, forecast the next, and draw what came too."""
    forecaster = Forecaster.fit(values[:count], settings, verbose=0)
    horizon = settings.horizon
    found = forecaster.forecast(horizon)
    came = values[count : count + horizon]
    inside = (found.lower <= came) & (came <= found.upper)
    error = np.abs(found.mean - came).mean()
    naive = np.abs(values[count - 1] - came).mean()
    print(
        f"{name}: mean absolute error {error:.3f}, of the last reading repeated "
        f"{naive:.3f}; {inside.mean():.0%} of {horizon} inside the interval"
    )
    index = np.arange(count + horizon)
    plots.forecast(
        index[count - SHOWN : count], values[count - SHOWN : count], index[count:],
        found, [name], came,
    ).savefig(IMAGES / f"forecast_{name}.png")  # fmt: skip


def draw_detection() -> None:
    """Train on the clean half of a series, and draw what is found in all of it."""
    series = load_dataset("faults")
    detector = AnomalyDetector.fit(
        series.values[:4000], DetectorSettings(), channels=series.channels, verbose=0
    )
    found = detector.detect(series.values)
    figure = plots.detection(series.index, found, series.labels)
    figure.savefig(IMAGES / "detection.png", dpi=80)


def main() -> None:
    """Draw two forecasts, of a noisy sine and a blood pressure, and one detection."""
    random = np.random.default_rng(0)
    sine = np.sin(np.arange(2100) / 8)[:, None] + 0.2 * random.normal(size=(2100, 1))
    draw_forecast("sine", sine, 2000, ForecasterSettings(horizon=100))
    pressure = load_dataset("bleeding").values
    draw_forecast("pressure", pressure, 3000, ForecasterSettings(horizon=200, lags=200))
    draw_detection()


if __name__ == "__main__":
    main()

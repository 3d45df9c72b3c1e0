"""Scores by methods of a few lines, which every detector must be compared with."""

import numpy as np

from seqkit.scalars import at_least
from seqkit.series.checks import numbers
from seqkit.series.linear import LinearForecast
from seqkit.series.shapes import Shapes
from seqkit.series.windows import windows

_LEAST_DEVIATION = 1e-6
_LEAST_BEFORE = 30  # readings without which a deviation says nothing
_ROWS = 2048  # windows that are compared at a time


def random_scores(length: int, seed: int = 0) -> np.ndarray:
    """Give uniform scores between 0 and 1: (length,).

    Example:
        >>> random_scores(3).round(2).tolist()
        [0.64, 0.27, 0.04]
    """
    return np.random.default_rng(seed).uniform(size=length)


def windowed_deviation(values: np.ndarray, window: int = 6400) -> np.ndarray:
    """Give how many standard deviations each reading is off the mean of those before.

        score_t = |x_t - mean| / max(deviation, 10⁻⁶)  over x_{t-window} .. x_{t-1}

    Of several channels, the greatest. As a tail probability of a Gaussian this is the
    windowed Gaussian detector of the Numenta Anomaly Benchmark, whose window it has.

    Args:
        values: Shape (time, channels); NaN is missing.
        window: Readings before, at most; at least 1.

    Returns:
        Shape (time,); NaN where a reading is missing, or fewer than 30 before it are
        known (or than the window has): of two readings the third may be a million
        deviations off.

    Raises:
        InputError: `window` is under 1.

    Example:
        >>> values = np.array([[1.0], [3.0], [5.0], [2.0]])
        >>> windowed_deviation(values, window=2).tolist()
        [nan, nan, 3.0, 2.0]
    """
    values = numbers("values", values, "time, channels")
    at_least("window", window, 1)
    off = np.empty(values.shape)
    for number, channel in enumerate(values.T):
        known = ~np.isnan(channel)
        center = channel[known].mean() if known.any() else 0.0
        centred = np.where(known, channel - center, 0.0)
        count, total, square = (
            _before(each, window) for each in (known * 1.0, centred, centred**2)
        )
        enough = count >= min(_LEAST_BEFORE, window)
        count = np.maximum(count, 1)
        mean = total / count
        deviation = np.sqrt(np.maximum(square / count - mean**2, 0.0))
        score = np.abs(channel - center - mean) / np.maximum(
            deviation, _LEAST_DEVIATION
        )
        off[:, number] = np.where(enough, score, np.nan)
    return _greatest(off)


def _before(values: np.ndarray, window: int) -> np.ndarray:
    """The sums of up to `window` values before each."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    return sums[places] - sums[np.maximum(places - window, 0)]


def autoregressive_errors(
    training: np.ndarray, values: np.ndarray, lags: int = 1
) -> np.ndarray:
    """Give the errors of one-step linear forecasts, fitted to training data by ridge.

        score_t = |x_t - forecast of x_{t-1} .. x_{t-lags}| / their mean in training

    Of several channels, each by itself, the greatest. With one lag this is a first
    order autoregression; with 32 it is called ridge in the tables of the benchmark.

    Args:
        training: Shape (time, channels); NaN is missing.
        values: Shape (time, channels).
        lags: Readings that a forecast is made of.

    Returns:
        Shape (time,); NaN at first, and where a reading is missing; those missing are
        held for the forecasts.

    Example:
        >>> training = np.array([[0.0], [1.0]] * 20)
        >>> scores = autoregressive_errors(training, np.array([[0.0], [1.0], [0.5]]))
        >>> scores[2] > 100 * scores[1]
        np.True_
    """
    training = numbers("training", training, "time, channels")
    values = numbers("values", values, "time, channels")
    off = np.full(values.shape, np.nan)
    for channel in range(values.shape[1]):
        past, now = (part[:, [channel]] for part in (training, values))
        forecast = LinearForecast.fit(_held(past), 1, 1, lags=lags)
        errors = []
        for part in (past, now):
            expected = forecast.run(_held(part), None)[:-1, 0]
            errors.append(np.abs(part[1:] - expected)[:, 0])
        scale = np.nanmean(errors[0]) if np.isfinite(errors[0]).any() else 0.0
        off[1:, channel] = errors[1] / max(scale, _LEAST_DEVIATION)
    return _greatest(off)


def nearest_windows(
    training: np.ndarray, values: np.ndarray, window: int = 16
) -> tuple[np.ndarray, np.ndarray]:
    """Give distances of windows, less their means, to the nearest one of training.

    Of several channels, the greatest, each over its mean in training (`Shapes`).

    Args:
        training: Shape (time, channels); NaN is missing, and held.
        values: Shape (time, channels).
        window: Readings of a window.

    Returns:
        Scores of the training readings and of the others, each (time,); NaN at first,
        and everywhere where the training readings are too few.

    Example:
        >>> wave = np.sin(np.arange(300) / 5)[:, None]
        >>> other = wave.copy()
        >>> other[150] += 2
        >>> int(np.nanargmax(nearest_windows(wave, other)[1])) in range(150, 166)
        True
    """
    training = numbers("training", training, "time, channels")
    values = numbers("values", values, "time, channels")
    shapes = Shapes.fit(_held(training), window)
    if shapes is None:
        return np.full(len(training), np.nan), np.full(len(values), np.nan)
    clean, found = shapes.of_training(_held(training)), shapes.run(_held(values))
    clean = np.where(np.isfinite(clean), clean, np.nan)
    scale = np.maximum(np.nanmean(clean, axis=0), _LEAST_DEVIATION)
    return _greatest(clean / scale), _greatest(found / scale)


def left_discord(values: np.ndarray, window: int = 100) -> np.ndarray:
    """Give the distance of each window to the nearest one that ended before it began.

    Windows have mean 0 and deviation 1 (those that hardly vary, deviation as of a
    hundredth of the channel's). Of several channels, the greatest. Nothing is trained.

    Args:
        values: Shape (time, channels); NaN is missing, and held.
        window: Readings of a window.

    Returns:
        Shape (time,), at the last reading of each window; NaN before two of them.

    Reference:
        Yeh et al. 2016, Matrix Profile I: All Pairs Similarity Joins for Time Series.

    Example:
        >>> wave = np.sin(np.arange(300) / 5)[:, None]
        >>> wave[200:210] += 1
        >>> int(np.nanargmax(left_discord(wave, window=32))) in range(200, 241)
        True
    """
    values = _held(numbers("values", values, "time, channels"))
    off = np.full(values.shape, np.nan)
    for number, channel in enumerate(values.T):
        if len(channel) <= 2 * window:
            continue
        seen = windows(channel, window)
        deviation = np.maximum(seen.std(axis=1), 0.01 * max(channel.std(), 1e-9))
        seen = (seen - seen.mean(axis=1, keepdims=True)) / deviation[:, None]
        seen = seen.astype(np.float32)
        sizes = (seen**2).sum(axis=1)
        for start in range(window, len(seen), _ROWS):
            rows = np.arange(start, min(start + _ROWS, len(seen)))
            earlier = seen[: rows[-1] - window + 1]
            near = sizes[: len(earlier)] - 2 * seen[rows] @ earlier.T
            near[np.arange(len(earlier)) > (rows - window)[:, None]] = np.inf
            distance = np.maximum(near.min(axis=1) + sizes[rows], 0.0)
            off[rows + window - 1, number] = np.sqrt(distance / window)
    return _greatest(off)


def window_components(
    training: np.ndarray, values: np.ndarray, window: int = 32, share: float = 0.9
) -> np.ndarray:
    """Give how unlikely windows are by the principal components of training windows.

        score_t = sqrt(mean over all components i of (w_t · v_i)² / λ_i)

    for windows w of mean 0, with the variances λ of the components v that leave out at
    most a share `1 - share` as they are, and the mean of the rest for each of those. Of
    several channels, the greatest. TSB-AD calls such a method Sub-PCA.

    Args:
        training: Shape (time, channels); NaN is missing, and held.
        values: Shape (time, channels).
        window: Readings of a window.
        share: Of the variance, for the first components; between 0 and 1.

    Returns:
        Shape (time,), at the last reading of each window; NaN before.

    Reference:
        Liu & Paparrizos 2024, The Elephant in the Room: Towards a Reliable Time-Series
        Anomaly Detection Benchmark (TSB-AD).

    Example:
        >>> wave = np.sin(np.arange(400) / 5)[:, None]
        >>> other = wave.copy()
        >>> other[200] += 1
        >>> int(np.nanargmax(window_components(wave, other))) in range(200, 232)
        True
    """
    training = _held(numbers("training", training, "time, channels"))
    values = _held(numbers("values", values, "time, channels"))
    off = np.full(values.shape, np.nan)
    for number in range(values.shape[1]):
        if min(len(training), len(values)) <= 2 * window:
            continue
        seen, now = (
            each - each.mean(axis=1, keepdims=True)
            for each in (
                windows(part[:, number], window) for part in (training, values)
            )
        )
        variances, components = np.linalg.eigh(seen.T @ seen / len(seen))
        variances = np.maximum(variances[::-1], 0.0)
        total = variances.sum()
        first = 1 + int(np.searchsorted(np.cumsum(variances), share * total))
        rest = variances[first:].mean() if first < window else 0.0
        scale = np.append(variances[:first], np.full(window - first, rest))
        scale = np.maximum(scale, 1e-6 * max(total, 1e-9))
        square = (now @ components[:, ::-1]) ** 2 / scale
        off[window - 1 :, number] = np.sqrt(square.mean(axis=1))
    return _greatest(off)


def _held(values: np.ndarray) -> np.ndarray:
    """Hold each reading while the next are missing; the first before it."""
    read, times = ~np.isnan(values), np.arange(len(values))[:, None]
    latest = np.maximum.accumulate(np.where(read, times, -1), axis=0)
    first = np.argmax(read, axis=0)[None]
    held = np.take_along_axis(values, np.where(latest >= 0, latest, first), axis=0)
    return np.nan_to_num(held)


def _greatest(off: np.ndarray) -> np.ndarray:
    """The greatest of the channels that are there; NaN where none is."""
    known = np.where(np.isnan(off), -np.inf, off).max(axis=1)
    return np.where(np.isinf(known), np.nan, known)

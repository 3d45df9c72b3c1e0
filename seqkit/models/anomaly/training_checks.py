"""What a user should know of readings before they are trained on."""

from collections.abc import Sequence

import numpy as np

from seqkit.errors import InputError
from seqkit.models.anomaly.extremes import ends, is_apart, without_extremes
from seqkit.series import TimeSeries
from seqkit.wording import counted

_MOST_REPEATED = 0.25  # of the readings of a channel


def check_training(series: TimeSeries) -> list[str]:
    """Check that every channel can be trained on; give remarks on what is odd.

    Raises:
        InputError: A channel has no reading.

    Example:
        >>> check_training(TimeSeries(np.array([[7.0], [7.0]]), ("heat",)))
        ['heat: never changes in training; any other reading will be an anomaly']
    """
    remarks = []
    kept = without_extremes(series.values)
    for name, column, rest in zip(
        series.channels, series.values.T, kept.T, strict=True
    ):
        known = column[~np.isnan(column)]
        if not len(known):
            raise InputError(
                f"column {name!r} has no reading among the {len(series)} to train on"
            )
        if (known == known[0]).all() and name in series.channels[: series.targets]:
            remarks.append(
                f"{name}: never changes in training; any other reading will be an "
                "anomaly"
            )
        extreme = column[np.isnan(rest) & ~np.isnan(column)]
        if len(extreme):
            shown = ", ".join(f"{each:g}" for each in np.unique(extreme)[:3])
            remarks.append(
                f"{name}: {counted(len(extreme), 'extreme reading')} ({shown}) left "
                "out of the training; --missing if that stands for none"
            )
        remarks += _repeated(name, rest[~np.isnan(rest)])
    if series.calendar:
        assert series.times is not None
        weeks = (series.times[-1] - series.times[0]) / np.timedelta64(7, "D")
        if weeks < 2:
            remarks.append(
                f"calendar: training sees {weeks:.2g} weeks; under two it cannot tell "
                "the time of the week from a trend"
            )
    return remarks


def _repeated(name: str, known: np.ndarray) -> list[str]:
    """Say where a value far from all others is there again and again."""
    found = []
    for each in ends(known):
        count = int((known == each).sum())
        others = known[known != each]
        two = others.min() == others.max()
        if (
            1 < count < _MOST_REPEATED * len(known)
            and not two
            and is_apart(each, known)
        ):
            found.append(
                f"{name}: {each:g} is there {count} times, far from all others; "
                f"--missing={each:g} if it stands for none"
            )
    return found


def described(series: TimeSeries) -> list[str]:
    """Give a line on each channel: what it is, how many readings, from where to where.

    Example:
        >>> described(TimeSeries(np.array([[1.0], [np.nan], [2.5]]), ("heat",)))
        ['heat: judged, 2 readings from 1 to 2.5, 1 missing']
    """
    lines = []
    for number, (name, column) in enumerate(
        zip(series.channels, series.values.T, strict=True)
    ):
        known = column[~np.isnan(column)]
        role = "judged" if number < series.targets else "helps"
        text = f"{name}: {role}, {counted(len(known), 'reading')}"
        if len(known):
            text += f" from {known.min():g} to {known.max():g}"
        missing = len(column) - len(known)
        lines.append(text + (f", {missing} missing" if missing else ""))
    return lines


def check_same_channels(series: TimeSeries, channels: Sequence[str]) -> None:
    """Check that a series has the channels that a detector was trained on, in order.

    Raises:
        InputError: It has others.
    """
    if series.channels != tuple(channels):
        raise InputError(
            f"channels must be {', '.join(channels)}; got {', '.join(series.channels)}"
        )

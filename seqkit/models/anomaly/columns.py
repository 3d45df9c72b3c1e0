"""Which columns of a table are what."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

LABEL_NAMES = frozenset(
    {
        "label", "labels", "anomaly", "anomalies", "isanomaly", "anomalous", "outlier",
        "outliers", "isoutlier", "attack", "attacks", "isattack", "normalattack",
        "fault", "faults", "isfault", "faulty", "groundtruth", "gt", "class", "target",
    }
)  # fmt: skip
COUNT_NAMES = frozenset(
    {"index", "id", "row", "no", "nr", "n", "#", "column 1", "unnamed: 0"}
)
_MANY = 20  # rows from which what rises evenly is taken for a count
_EPOCH = (946_684_800, 4_102_444_800)  # Unix times of the years 2000 and 2100
_EVEN = 1e-6  # of a step: how evenly a count rises


@dataclass(frozen=True)
class Columns:
    """Which columns of a table are what.

    Args:
        time: Of times, one or several that are one time together; empty takes those
            that are named like it or hold dates, if there are any.
        targets: Channels to forecast and judge; empty for all that are left and look
            like readings.
        exogenous: Channels that only help.
        label: Of 0 and 1, where anomalies are; "" for none.
        missing: Cells and numbers that stand for a missing reading, besides empty ones.
        calendar: Whether the time of the day and of the week helps too.
        step: Between readings, as training had it; None finds it.
        format: Of times, as training had it; None finds it.
    """

    time: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    exogenous: tuple[str, ...] = ()
    label: str = ""
    missing: tuple[str, ...] = ()
    calendar: bool = False
    step: np.timedelta64 | None = None
    format: str | None = None


def oddity(name: str, values: np.ndarray) -> str:
    """Say what a column is that nobody meant to train on; empty for readings.

    Args:
        name: Of the column.
        values: Shape (time,), NaN where missing.

    Example:
        >>> oddity("epoch", 1.7e12 + 6e4 * np.arange(3))
        'looks like Unix times'
        >>> oddity("heat", np.array([20.5, 20.1, 20.3]))
        ''
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return "has no reading"
    if len(known) < 3:
        return ""
    plain = "".join(sign for sign in name.lower() if sign.isalpha())
    if plain in LABEL_NAMES and (np.isin(known, (0, 1)).all() or _signs(known)):
        return "looks like labels"
    steps = np.diff(known)
    if not ((steps >= 0).all() or (steps <= 0).all()) or not steps.any():
        return ""
    for unit in (1, 1e3, 1e6, 1e9):
        if (known >= _EPOCH[0] * unit).all() and (known <= _EPOCH[1] * unit).all():
            return "looks like Unix times"
    whole = (known == np.rint(known)).all()
    if len(known) >= _MANY and whole and _dates(known):
        return "looks like dates"
    first = (steps == 1).all() and known[0] in (0, 1)
    if first and (name.strip().lower() in COUNT_NAMES or len(known) >= _MANY):
        return "counts the rows"
    even = np.ptp(steps) <= _EVEN * np.abs(steps).max() + 1e-12 * np.abs(known).max()
    if len(known) >= _MANY and even:
        return "changes by the same from row to row"
    return ""


def _signs(known: np.ndarray) -> bool:
    return bool(np.isin(known, (-1, 1)).all())


def _dates(known: np.ndarray) -> bool:
    """Say whether numbers are dates such as 20240128."""
    if known.min() < 19000101 or known.max() > 21001231:
        return False
    texts = pd.Series(known.astype(np.int64)).astype(str)
    return not pd.to_datetime(texts, errors="coerce", format="%Y%m%d").isna().any()

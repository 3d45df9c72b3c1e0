"""Training readings that cannot be true, or that stand for a missing one."""

import numpy as np

_EXTREME = 20.0  # distances of a quartile from the median that no reading ought to be
_RARE = 0.002  # most of the readings that are extreme, as a share
_FEW = 3  # and as a number, where readings are few
_APART = 3.0  # spreads of the others that a placeholder is from the nearest
_MOST = 0.5  # share of a channel that may be placeholders
_LIMITS = (32767, -32768, 65535, -2147483648, 2147483647, 4294967295)  # of integers
_KINDS = 4  # placeholders of a channel


def without_extremes(values: np.ndarray) -> np.ndarray:
    """Give training readings, those that cannot be true as missing.

    A placeholder is a value far from all others that is written with nines alone
    (-9999, 99.9), a limit of integers, or negative, whole and repeated where all others
    are not negative. A reading is extreme that is more than 20 quartile distances off
    the median, as are at most 0.2 % of its channel (or 3): a slipped decimal point.

    Args:
        values: Shape (time, channels), NaN where missing.

    Example:
        >>> values = np.arange(100.0)[:, None] % 7
        >>> values[[20, 30, 40, 50]] = -9999
        >>> values[60] = 1234
        >>> int(np.isnan(without_extremes(values)).sum())
        5
    """
    found = values.copy()
    for column in found.T:
        for _ in range(_KINDS):
            known = column[~np.isnan(column)]
            wrong = [each for each in ends(known) if _is_placeholder(each, known)]
            if not wrong:
                break
            column[np.isin(column, wrong)] = np.nan
        known = column[~np.isnan(column)]
        if not len(known):
            continue
        low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
        reach = _EXTREME * max(high - middle, middle - low)
        extreme = np.abs(np.nan_to_num(column, nan=middle) - middle) > reach
        count = int(extreme.sum())
        if reach > 0 and 0 < count <= max(_RARE * len(known), _FEW):
            column[extreme] = np.nan
    return found


def ends(known: np.ndarray) -> list[float]:
    """Give the least and the greatest of some readings, if there are two."""
    if not len(known) or known.min() == known.max():
        return []
    return [float(known.min()), float(known.max())]


def is_apart(value: float, known: np.ndarray) -> bool:
    """Say whether a value that is among some readings is far from all others.

    Example:
        >>> is_apart(0.0, np.array([0.0, 20, 21, 22])), is_apart(0.0, np.arange(9.0))
        (True, False)
    """
    others = known[known != value]
    low, high = np.quantile(others, (0.25, 0.75))
    spread = max(high - low, float(np.abs(others - others.mean()).mean()))
    return bool(np.abs(others - value).min() > _APART * spread)


def _is_placeholder(value: float, known: np.ndarray) -> bool:
    """Say whether the least or greatest of some readings stands for none."""
    count = int((known == value).sum())
    if count > _MOST * len(known) or not is_apart(value, known):
        return False
    others = known[known != value]
    digits = f"{abs(value):.12g}".replace(".", "")
    if others.min() == others.max() and len(digits) < 3:
        return False  # a channel of two states
    below = value < 0 <= others.min() and value == round(value) and count > 1
    return below or value in _LIMITS or (len(digits) > 1 and set(digits) == {"9"})

"""Seasons: what is usual at this place of the day, the week, or any other period."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seqkit.series.stepped import State, Stepped

_KEPT = 0.9  # of what was usual, from period to period
_LEAST_PERIOD, _LEAST_PERIODS = 16, 3  # of readings; in the training readings
_EXPLAINED = 0.75  # most of the size of readings that a season may leave
_PEAK = 0.2  # least correlation with the period before
_CANDIDATES = 4
_UNLIMITED = 1e30


@dataclass(frozen=True)
class Profile(Stepped):
    """The running mean of readings at the same place of a period.

        s_t = n / w of the readings one period, two periods, ... before t
        n, w at this place of the period:  n ← κ n + x_t,  w ← κ w + 1        κ = 0.9

    It is unknown (NaN) where no such reading has been seen, as in the first period. A
    missing reading changes nothing. A reading counts as at most `limit` off s_t, so
    that one anomaly is not expected again a period later.

    Args:
        period: In readings.
        sums: n after the training readings: (period, channels).
        weights: w after them: the same shape.
        limit: How far off a reading counts at most: (channels,).
        place: Of the next reading in the period.

    Example:
        >>> profile = Profile.of(2, channels=1)
        >>> profile.run(np.array([[1.0], [5.0], [1.0], [7.0]]))[:, 0].tolist()
        [nan, nan, 1.0, 5.0]
    """

    period: int
    sums: np.ndarray
    weights: np.ndarray
    limit: np.ndarray
    place: float = 0.0

    @classmethod
    def of(cls, period: int, channels: int) -> "Profile":
        """Make one that has seen nothing, without a limit."""
        none = np.zeros((period, channels))
        return cls(period, none, none, np.full(channels, _UNLIMITED))

    def forgotten(self) -> "Profile":
        """Give the profile as it is before the first reading, with its limit."""
        return replace(Profile.of(self.period, len(self.limit)), limit=self.limit)

    def start(self) -> State:
        """Give the state it stands for: n, w, place."""
        return [self.sums, self.weights, np.array(float(self.place))]

    def step(self, x: Any, state: State, ops: Any = np) -> tuple[Any, State]:
        """Give what is usual at this time, before its reading x (channels,) counts."""
        sums, weights, place = state
        here, usual = self._at(place, ops), self.ahead(state, 0, ops)
        off = ops.maximum(ops.minimum(x - usual, self.limit), -self.limit)
        x = ops.where(ops.isfinite(usual), usual + off, x)
        counts = ops.logical_and(here, ops.isfinite(x)[None])
        known = ops.where(ops.isfinite(x), x, 0.0)[None]
        after = [
            ops.where(counts, _KEPT * sums + known, sums),
            ops.where(counts, _KEPT * weights + 1, weights),
            ops.where(place + 1 >= self.period, 0.0 * place, place + 1),
        ]
        return usual, after

    def ahead(self, state: State, steps: int, ops: Any = np) -> Any:
        """Give what is usual so many readings after the next one: (channels,)."""
        sums, weights, place = state
        here = self._at((place + steps) % self.period, ops)
        total = ops.sum(ops.where(here, sums, 0.0), axis=0)
        weight = ops.sum(ops.where(here, weights, 0.0), axis=0)
        return ops.where(weight > 0, total / ops.maximum(weight, 1e-9), np.nan)

    def _at(self, place: Any, ops: Any) -> Any:
        """Say which place of the period it is: booleans (period, 1)."""
        return (ops.abs(np.arange(self.period) - place) < 0.5)[:, None]

    def run(self, xs: np.ndarray) -> np.ndarray:
        """Give what is usual at each of some readings: (time, channels)."""
        return self.usual(xs, ahead=0)

    def usual(self, values: np.ndarray, ahead: int) -> np.ndarray:
        """Give what is usual at each of some readings, and at those after them.

        Args:
            values: Shape (time, channels), NaN where missing.
            ahead: Readings after them; at most a period.

        Returns:
            Shape (time + ahead, channels), NaN where it is unknown.
        """
        return self._through(values, ahead)[0]

    def after(self, values: np.ndarray) -> "Profile":
        """Give the profile as it is after the training readings, and its limit.

        The limit is the greatest distance that there was between a reading and what was
        usual.
        """
        usual, sums, weights = self._through(values, 0)
        place = (int(self.place) + len(values)) % self.period
        off = np.abs(values - usual)
        limit = np.where(np.isnan(off), 0.0, off).max(axis=0, initial=0.0)
        limit = np.where(limit > 0, limit, _UNLIMITED)
        return Profile(self.period, sums, weights, limit, float(place))

    def _through(self, values: np.ndarray, ahead: int) -> tuple[np.ndarray, ...]:
        length, first = len(values), int(self.place)
        periods = -(-(first + length + ahead) // self.period)
        whole = np.full((periods * self.period, values.shape[1]), np.nan)
        whole[first : first + length] = values
        parts = whole.reshape(periods, self.period, -1)
        usual = np.full(parts.shape, np.nan)
        sums, weights = self.sums, self.weights
        for number, part in enumerate(parts):
            np.divide(sums, weights, out=usual[number], where=weights > 0)
            off = np.clip(part - usual[number], -self.limit, self.limit)
            part = np.where(np.isnan(usual[number]), part, usual[number] + off)
            known = ~np.isnan(part)
            sums = np.where(known, _KEPT * sums + np.nan_to_num(part), sums)
            weights = np.where(known, _KEPT * weights + 1, weights)
        flat = usual.reshape(-1, values.shape[1])
        return flat[first : first + length + ahead], sums, weights


def find_periods(values: np.ndarray, wanted: Sequence[int] = ()) -> list[int]:
    """Find the period after which readings are much as they were.

    Candidates are those wanted (a day and a week, where there are times) and the lags
    at which the correlation of a channel with itself peaks. A period must leave at most
    three quarters of the size of a channel, in the last half of the readings, and
    be there three times. Of several that leave as little, to a twentieth, the shortest.

    Args:
        values: Shape (time, channels), NaN where missing.
        wanted: Periods to try, in readings.

    Returns:
        At most one period, as a list; empty where there is none.

    Example:
        >>> wave = np.sin(np.arange(400) * 2 * np.pi / 40)[:, None]
        >>> find_periods(wave + 0.1 * np.random.default_rng(0).normal(size=wave.shape))
        [40]
    """
    most = len(values) // _LEAST_PERIODS
    candidates = {period for period in wanted if _LEAST_PERIOD <= period <= most}
    for channel in values.T:
        candidates |= set(_peaks(channel, most))
    left = {period: _left(values, period) for period in sorted(candidates)}
    fitting = {period: share for period, share in left.items() if share < _EXPLAINED}
    if not fitting:
        return []
    least = min(fitting.values())
    return [min(p for p, share in fitting.items() if share <= 1.05 * least + 0.01)]


def _left(values: np.ndarray, period: int) -> float:
    """The share of its size that a season leaves, of the channel it fits best.

    The size is the mean absolute one, or the root of the mean square, in which an event
    that is rare and large counts: whichever is explained better.
    """
    usual = Profile.of(period, values.shape[1]).run(values)
    half = slice(max(len(values) // 2, period), None)
    shares = []
    for channel, expected in zip(values[half].T, usual[half].T, strict=True):
        known = ~np.isnan(channel) & ~np.isnan(expected)
        if not known.any():
            continue
        size = np.abs(channel[known] - np.median(channel[known]))
        rest = np.abs(channel - expected)[known]
        if size.any():
            shares.append(rest.mean() / size.mean())
            shares.append(float(np.sqrt((rest**2).mean() / (size**2).mean())))
    return min(shares, default=1.0)


def _peaks(channel: np.ndarray, most: int) -> list[int]:
    """Lags at which the correlation with what was before peaks, the greatest first."""
    if most <= _LEAST_PERIOD or np.isnan(channel).all():
        return []
    centred = np.nan_to_num(channel - np.nanmean(channel))
    power = np.abs(np.fft.rfft(centred, 2 * len(centred))) ** 2
    product = np.fft.irfft(power)[: most + 1]
    if product[0] <= 0:
        return []
    correlation = product / product[0] * len(channel)
    correlation /= len(channel) - np.arange(most + 1)
    inner = correlation[1:-1]
    rising = (inner > correlation[:-2]) & (inner >= correlation[2:]) & (inner > _PEAK)
    lags = 1 + np.flatnonzero(rising)
    lags = lags[lags >= _LEAST_PERIOD]
    return [int(lag) for lag in lags[np.argsort(-product[lags])][:_CANDIDATES]]

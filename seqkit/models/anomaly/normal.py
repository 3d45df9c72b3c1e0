"""What is normal, in closed form: linear forecasts, seasons, and readings filled in.

Everything here has a form for a whole series, in NumPy, and one for the next reading,
in NumPy or `keras.ops`; both are the arithmetic of `seqkit.series`.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from seqkit.models.anomaly.extremes import without_extremes
from seqkit.models.anomaly.features import Features
from seqkit.models.anomaly.settings import ForecasterSettings
from seqkit.series import Fitted, LinearForecast, Profile, find_periods
from seqkit.series.stepped import State

_DAY = 86400.0

Start = Any  # a time, a number, a tensor of either, or None


class Read(NamedTuple):
    """A series as it is used; `Normal.read` gives it."""

    truth: np.ndarray  # scaled targets (time, C), NaN where missing
    past: np.ndarray  # scaled channels (time, channels), bounded, the missing filled in
    usual: np.ndarray | None  # by season (time + H, C), NaN where unknown


@dataclass(frozen=True)
class Normal(Fitted):
    """Scales, linear forecast and season of a series.

    A target that is missing is filled with its linear forecast from the reading before,
    an exogenous channel is held; before the first reading all is at its center. What
    was filled is used to forecast on, and never judged.

    Args:
        features: The scales.
        linear: Of the targets, H steps ahead.
        season: After the training readings; None where there is none.
        origin: Time of the first training reading, in seconds since 1970; None
            without times.
        seconds: Between readings; None where they are uneven, or without times.
    """

    features: Features
    linear: LinearForecast
    season: Profile | None
    origin: float | None
    seconds: float | None

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        targets: int,
        settings: ForecasterSettings,
        times: np.ndarray | None = None,
        seconds: float | None = None,
    ) -> tuple["Normal", Read]:
        """Fit to training readings.

        Args:
            values: Targets and exogenous (time, channels), NaN where missing.
            targets: C.
            settings: For the horizon, the lags, and whether to look for a season.
            times: Shape (time,), datetime64; None without.
            seconds: Between readings.

        Returns:
            What was fitted, and the training readings, their extremes missing.

        Raises:
            InputError: A channel has no reading.
        """
        values = without_extremes(values)
        features = Features.fit(values, targets)
        scaled = features.scaled(values)
        truth, steps = scaled[:, :targets], settings.horizon
        season = usual = None
        if settings.seasons:
            wanted = (
                [round(days * _DAY / seconds) for days in (1, 7)] if seconds else []
            )
            periods = find_periods(truth, wanted)
            if periods and periods[0] >= steps:
                season = Profile.of(periods[0], targets)
                usual = season.usual(truth, steps)
        linear = LinearForecast.fit(
            _interpolated(scaled), targets, steps, usual, settings.lags
        )
        origin = None if times is None else float(_seconds(times[:1])[0])
        fitted = cls(features, linear, season, origin, seconds)
        read = fitted.read(values)
        if season is not None:
            fitted = replace(fitted, season=season.after(truth))
        return fitted, read

    @property
    def targets(self) -> int:
        """C, how many channels are judged or forecast."""
        return self.features.targets

    def place(self, first: Start, ops: Any = np) -> Any:
        """Give the place of a reading in the season; None where it is unknown.

        Args:
            first: Its time, where training had even times; or its number, counted from
                the first training reading, which is 0; or, as a tensor, the seconds
                since 1970 where training had even times, and else the number.
            ops: `numpy` or `keras.ops`.
        """
        timed = self.origin is not None and self.seconds is not None
        if self.season is None or first is None:
            return None
        if isinstance(first, np.datetime64):
            if not timed:
                return None
            first = float(_seconds(np.array([first]))[0])
        elif isinstance(first, int):
            return float(first % self.season.period)
        count = (first - self.origin) / self.seconds if timed else first
        return ops.round(count) % self.season.period

    def profile(self, first: Start = None) -> Profile | None:
        """Give the season as it is before a series.

        Args:
            first: As for `place`; where the place is unknown the season is learnt anew,
                for nobody knows at what place of it the series begins.
        """
        if self.season is None:
            return None
        place = self.place(first)
        if place is None:
            return self.season.forgotten()
        return replace(self.season, place=float(place))

    def read(self, values: np.ndarray, first: Start = None) -> Read:
        """Scale a series, bound it and fill in what is missing.

        Args:
            values: Targets and exogenous (time, channels), NaN where missing.
            first: The first reading, as for `place`.
        """
        scaled = self.features.scaled(values)
        truth = scaled[:, : self.targets]
        profile = self.profile(first)
        usual = None
        if profile is not None:
            bounded = self.features.kept(scaled)[:, : self.targets]
            usual = profile.usual(bounded, self.linear.steps)
        past = self.features.kept(scaled)
        past[:, self.targets :] = _held(past[:, self.targets :])
        one_step = self.one_step
        for time in np.flatnonzero(np.isnan(past[:, : self.targets]).any(axis=1)):
            expected = self._expected(past, usual, time, one_step)
            missing = np.isnan(past[time, : self.targets])
            past[time, : self.targets][missing] = expected[missing]
        return Read(truth, past, usual)

    @property
    def one_step(self) -> LinearForecast:
        """The linear forecast of the next reading alone."""
        linear = self.linear
        return LinearForecast(
            linear.kernel[:, :, :1], linear.others[:, :1], linear.offsets[:1],
            linear.seasonal[:, :1],
        )  # fmt: skip

    def _expected(
        self, past: np.ndarray, usual: Any, time: int, one_step: LinearForecast
    ) -> np.ndarray:
        if time < self.linear.lags:
            before = past[time - 1] if time else np.zeros(past.shape[1])
            return before[: self.targets]
        seen = past[time - self.linear.lags : time]
        now, later = (None, None) if usual is None else (
            usual[time - 1], usual[time : time + 1]
        )  # fmt: skip
        return self._bounded(one_step.step(seen, now, later)[0])

    def _bounded(self, expected: Any, ops: Any = np) -> Any:
        low, high = self.features.low, self.features.high
        expected = ops.maximum(expected, low[: self.targets])
        return ops.minimum(expected, high[: self.targets])

    def forecasts(self, read: Read) -> np.ndarray:
        """Give the linear forecasts after each reading: (time, H, C)."""
        return self.linear.run(read.past, read.usual)

    def forecasts_of_first(self, read: Read, held_out: int) -> np.ndarray:
        """Give the forecasts (time, H, C) of a fit without the last readings."""
        count, steps = len(read.past) - held_out, self.linear.steps
        usual = None if read.usual is None else read.usual[: count + steps]
        linear = LinearForecast.fit(
            read.past[:count], self.targets, steps, usual, self.linear.lags
        )
        return linear.run(read.past, read.usual)

    def start(self, memory: int, first: Start = None) -> State:
        """Give the state before the first reading of a stream.

        Args:
            memory: Readings of the past to keep, at least the lags.
            first: The first reading, as for `place`.

        Returns:
            The last readings, how many there were, what was usual at the last; then the
            state of the season.
        """
        profile = self.profile(first)
        unknown = np.full(self.targets, np.nan)
        state = [np.zeros((memory, self.features.channels)), np.zeros(()), unknown]
        return state + (profile.start() if profile else [])

    def step(self, value: Any, state: State, ops: Any = np) -> tuple["Step", State]:
        """Take the next reading of a stream (channels,), NaN where missing."""
        past, count, usual_before, *of_season = state
        features, targets = self.features, self.targets
        scaled = (value - features.scaler.center) / features.scaler.scale
        read = ops.isfinite(scaled)
        known = features.kept(ops.where(read, scaled, 0.0), ops)
        usual = None
        if self.season is not None:
            bounded = ops.where(read, known, np.nan)[:targets]
            usual, of_season = self.season.step(bounded, of_season, ops)
        before = past[-self.linear.lags :]
        now, later = (None, None) if usual is None else (usual_before, usual[None])
        forecast = self.one_step.step(before, now, later, ops)[0]
        ready = count >= self.linear.lags
        expected = ops.where(ready, self._bounded(forecast, ops), past[-1, :targets])
        filled = ops.concatenate([expected, past[-1, targets:]], axis=0)
        newest = ops.where(read, known, filled)
        past = ops.concatenate([past[1:], newest[None]], axis=0)
        step = Step(
            ops.where(read, scaled, np.nan)[:targets], read,
            ops.where(ready, forecast, np.nan), past, count + 1, usual,
        )  # fmt: skip
        last = usual_before if usual is None else usual
        return step, [past, count + 1, last, *of_season]

    def ahead(self, step: "Step", of_season: State, ops: Any = np) -> Any:
        """Give the linear forecasts after a reading: (H, C)."""
        later = None
        if self.season is not None:
            later = ops.stack(
                [self.season.ahead(of_season, k, ops) for k in range(self.linear.steps)]
            )
        return self.linear.step(step.past[-self.linear.lags :], step.usual, later, ops)


class Step(NamedTuple):
    """A reading of a stream as it is used; `Normal.step` gives it."""

    truth: Any  # scaled targets (C,), NaN where missing
    read: Any  # booleans (channels,)
    forecast: Any  # linear, of it, from those before (C,); NaN before the lags are full
    past: Any  # the last readings (memory, channels), it among them
    count: Any  # readings so far
    usual: Any  # by season (C,); None without one


def _interpolated(values: np.ndarray) -> np.ndarray:
    """Fill what is missing by straight lines; each channel has a reading."""
    found, times = values.copy(), np.arange(len(values))
    for column in found.T:
        missing = np.isnan(column)
        if missing.any():
            column[missing] = np.interp(
                times[missing], times[~missing], column[~missing]
            )
    return found


def _held(values: np.ndarray) -> np.ndarray:
    """Hold each reading while the next are missing; 0 before the first."""
    read, times = ~np.isnan(values), np.arange(len(values))[:, None]
    latest = np.maximum.accumulate(np.where(read, times, -1), axis=0)
    held = np.take_along_axis(values, np.maximum(latest, 0), axis=0)
    return np.where(latest >= 0, held, 0.0)


def _seconds(times: np.ndarray) -> np.ndarray:
    return times.astype("datetime64[ns]").astype(np.int64) / 1e9

"""Readings of several channels, with what is known of them."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from seqkit.errors import InputError
from seqkit.series.checks import numbers, same_length


@dataclass(frozen=True)
class TimeSeries:
    """Readings of several channels, with their times.

    Args:
        values: Shape (time, channels), NaN where a reading is missing; the targets
            first, then exogenous channels, which help and are not judged. A masked
            array's masked readings are missing.
        channels: Their names; numbers where it is empty.
        targets: How many of them are targets; 0 for all.
        times: Shape (time,), datetime64, increasing; None where there are none.
        step: Between readings; None without times, or where they are uneven.
        labels: Booleans (time,): where anomalies are; None where it is unknown.
        format: How times were written; None of numbers and ISO 8601.
        calendar: Whether the last channels are of the calendar.
        remarks: What a user should know about it, a line each.
        time_columns: Names of the columns that the times stood in.

    Raises:
        InputError: Lengths differ, a name is there twice, or values are not numbers.

    Example:
        >>> hours = np.datetime64("2024-01-01T00", "h") + np.arange(4)
        >>> series = TimeSeries(np.ones((4, 2)), ("heat", "load"), times=hours)
        >>> len(series), series.seconds, str(series[1:3].times[0])
        (4, 3600.0, '2024-01-01T01')
    """

    values: np.ndarray
    channels: tuple[str, ...] = ()
    targets: int = 0
    times: np.ndarray | None = None
    step: np.timedelta64 | None = None
    labels: np.ndarray | None = None
    format: str | None = None
    calendar: bool = False
    remarks: tuple[str, ...] = field(default=())
    time_columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = numbers("values", self.values, "time, channels")
        channels = tuple(map(str, self.channels or range(values.shape[1])))
        targets = self.targets or len(channels)
        if len(channels) != values.shape[1]:
            raise InputError(
                f"channels must name all {values.shape[1]} channels; got "
                f"{list(channels)}"
            )
        if len(set(channels)) < len(channels):
            twice = sorted({name for name in channels if channels.count(name) > 1})
            raise InputError(f"channels must differ; twice: {', '.join(twice)}")
        if not 1 <= targets <= len(channels):
            raise InputError(
                f"targets must be from 1 to {len(channels)}; got {targets}"
            )
        for name in ("times", "labels"):
            if getattr(self, name) is not None:
                same_length(**{"values": values, name: getattr(self, name)})
        step = self.step
        if self.times is not None:
            if not np.issubdtype(np.asarray(self.times).dtype, np.datetime64):
                raise InputError("times must be datetime64")
            apart = np.diff(self.times)
            if len(apart) and not (apart > np.timedelta64(0)).all():
                raise InputError("times must increase")
            if step is None and len(apart) and (apart == apart[0]).all():
                step = apart[0]
        for name, value in (
            ("values", values), ("channels", channels), ("targets", targets),
            ("step", step),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, values: Any, exogenous: Any = None) -> "TimeSeries":
        """Take a series as it is, or make one of arrays (time, channels).

        Args:
            values: A `TimeSeries`, or readings of the targets.
            exogenous: With an array: readings of channels that help.

        Raises:
            InputError: Both a series and exogenous readings, or arrays that do not fit.
        """
        if isinstance(values, cls):
            if exogenous is not None:
                raise InputError("exogenous goes with arrays; a series has its own")
            return values
        values = numbers("values", values, "time, channels")
        if exogenous is None:
            return cls(values)
        exogenous = numbers("exogenous", exogenous, "time, channels")
        same_length(values=values, exogenous=exogenous)
        return cls(np.concatenate([values, exogenous], axis=1), targets=values.shape[1])

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice) -> "TimeSeries":
        return replace(
            self,
            values=self.values[rows],
            times=None if self.times is None else self.times[rows],
            labels=None if self.labels is None else self.labels[rows],
        )

    @property
    def index(self) -> np.ndarray:
        """The times, or the numbers of the readings from 0."""
        return np.arange(len(self)) if self.times is None else self.times

    @property
    def seconds(self) -> float | None:
        """Seconds between readings; None where they are unknown or uneven."""
        return None if self.step is None else float(self.step / np.timedelta64(1, "s"))

    @property
    def missing(self) -> np.ndarray:
        """Booleans (time, channels): where a reading is missing."""
        return np.isnan(self.values)

"""Seasonal series with faults of known kind, place and size, to try detectors on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seqkit.errors import InputError
from seqkit.scalars import at_least
from seqkit.series.checks import between, numbers

# Kind: length in periods, size in standard deviations of the channel.
_USUAL = {
    "spike": (0.0, 4.0),
    "level_shift": (1.0, 2.0),
    "drift": (2.0, 3.0),
    "frozen": (0.75, 0.0),
    "noise_burst": (0.75, 1.0),
    "missing": (0.5, 0.0),
    "phase_shift": (1.5, 0.25),
}
FAULTS = tuple(_USUAL)


@dataclass(frozen=True)
class Fault:
    """Something wrong with one channel for a while.

    Args:
        kind: `spike` (moved by the size, up or down), `level_shift` (up by the size),
            `drift` (a line from 0 up to the size), `frozen` (the reading before is
            repeated), `noise_burst` (Gaussian noise of the size is added), `missing`
            (no reading), `phase_shift` (late by the size in periods).
        start: Index of its first reading; at least 1.
        end: Index of the first reading after it.
        channel: Index of the channel.
        size: In standard deviations of the channel; of `phase_shift`, in periods;
            without meaning for `frozen` and `missing`.
    """

    kind: str
    start: int
    end: int
    channel: int
    size: float


class FaultySeries(NamedTuple):
    """A series, and the truth about it.

    Args:
        values: Shape (time, channels), NaN where a reading is missing.
        labels: Booleans (time,): where a fault is.
        faults: The faults, in the order of time.
    """

    values: np.ndarray
    labels: np.ndarray
    faults: list[Fault]


def seasonal(
    length: int,
    channels: int = 1,
    period: int = 100,
    noise: float = 0.1,
    seed: int = 0,
) -> np.ndarray:
    """Make a series that repeats itself every period, but for noise.

    Each channel is a sine of amplitude 1 and one of twice its frequency, both with
    random phases, the second with a random amplitude from 0.2 to 0.6; Gaussian noise
    is added.

    Args:
        length: Number of readings.
        channels: Number of channels.
        period: Readings after which it repeats; at least 4.
        noise: Standard deviation of the noise.
        seed: The same seed, the same series.

    Returns:
        Shape (length, channels).

    Raises:
        InputError: An argument is not in its range.

    Example:
        >>> values = seasonal(200, channels=2, period=50, noise=0.0)
        >>> values.shape, bool(np.allclose(values[:50], values[50:100]))
        ((200, 2), True)
    """
    for name, value, least in (
        ("length", length, 1),
        ("channels", channels, 1),
        ("period", period, 4),
        ("noise", noise, 0),
    ):
        at_least(name, value, least)
    random = np.random.default_rng(seed)
    angle = 2 * np.pi * np.arange(length)[:, None] / period
    first, second = random.uniform(0, 2 * np.pi, (2, channels))
    amplitude = random.uniform(0.2, 0.6, channels)
    shape = np.sin(angle + first) + amplitude * np.sin(2 * angle + second)
    return shape + noise * random.standard_normal((length, channels))


def inject(
    values: np.ndarray, faults: Sequence[Fault], period: int, seed: int = 0
) -> np.ndarray:
    """Give a copy of a series with faults in it.

    Args:
        values: Shape (time, channels).
        faults: What to put in.
        period: Of the series; what `phase_shift` is a part of.
        seed: Of the noise and of the direction of spikes.

    Raises:
        InputError: A fault of unknown kind or outside of the series.

    Example:
        >>> values = np.array([[1.0], [2], [3], [4], [5]])
        >>> inject(values, [Fault("frozen", 2, 4, 0, 0)], period=4).ravel().tolist()
        [1.0, 2.0, 2.0, 2.0, 5.0]
    """
    values = numbers("values", values, "time, channels")
    faulty = values.copy()
    random = np.random.default_rng(seed)
    for fault in faults:
        _check(fault, values.shape, period)
        start, end, of = fault.start, fault.end, fault.channel
        size = fault.size * np.nanstd(values[:, of])
        if fault.kind == "spike":
            faulty[start:end, of] += random.choice((-size, size))
        elif fault.kind == "level_shift":
            faulty[start:end, of] += size
        elif fault.kind == "drift":
            faulty[start:end, of] += np.linspace(0, size, end - start + 1)[1:]
        elif fault.kind == "frozen":
            faulty[start:end, of] = faulty[start - 1, of]
        elif fault.kind == "noise_burst":
            faulty[start:end, of] += random.normal(0, size, end - start)
        elif fault.kind == "missing":
            faulty[start:end, of] = np.nan
        else:
            late = _late(fault, period)
            faulty[start:end, of] = values[start - late : end - late, of]
    return faulty


def faulty_series(
    kinds: Sequence[str] = FAULTS,
    each: int = 1,
    length: int = 4000,
    clean: float = 0.5,
    channels: int = 1,
    period: int = 100,
    noise: float = 0.1,
    seed: int = 0,
) -> FaultySeries:
    """Make a seasonal series whose first part is clean, with faults in the second.

    Faults come in random order, in random channels, at random places that are at least
    a period apart.

    Args:
        kinds: Of `FAULTS`.
        each: Number of faults of each kind.
        length: Number of readings.
        clean: Share of the series, from its beginning, without a fault.
        channels: As for `seasonal`, like the rest.
        period: See there.
        noise: See there.
        seed: The same seed, the same series and faults.

    Raises:
        InputError: An argument is not in its range, or the faults find no room.

    Example:
        >>> series = faulty_series(["spike", "missing"], seed=1)
        >>> [(f.kind, f.end - f.start) for f in series.faults]
        [('spike', 1), ('missing', 50)]
        >>> int(series.labels.sum()), int(np.isnan(series.values).sum())
        (51, 50)
    """
    values = seasonal(length, channels, period, noise, seed)
    return with_faults(values, kinds, each, clean, period, seed)


def with_faults(
    values: np.ndarray,
    kinds: Sequence[str] = FAULTS,
    each: int = 1,
    clean: float = 0.5,
    period: int = 100,
    seed: int = 0,
) -> FaultySeries:
    """Put faults into a series, at random places that are at least a period apart.

    Args:
        values: Shape (time, channels).
        kinds: Of `FAULTS`.
        each: Number of faults of each kind.
        clean: Share of the series, from its beginning, without a fault.
        period: What lengths of faults are measured by.
        seed: The same seed, the same faults.

    Raises:
        InputError: An argument is not in its range, or the faults find no room.

    Example:
        >>> series = with_faults(np.arange(1000.0)[:, None], ["frozen"], seed=1)
        >>> [fault] = series.faults
        >>> len(set(series.values[fault.start - 1 : fault.end, 0]))
        1
    """
    unknown = [kind for kind in kinds if kind not in FAULTS]
    if unknown:
        raise InputError(f"kinds must be of {', '.join(FAULTS)}; got {unknown}")
    between("clean", clean, 0, 1)
    at_least("each", each, 1)
    values = numbers("values", values, "time, channels")
    length, channels = values.shape
    random = np.random.default_rng(seed)
    order = random.permutation(np.repeat(np.array(kinds), each))
    lengths = [max(1, round(_USUAL[kind][0] * period)) for kind in order]
    first = max(int(clean * length), period)
    room = length - first - sum(lengths) - period * (len(order) + 1)
    if room < 0:
        raise InputError(
            f"length must leave {-room} readings more after the clean part for "
            f"{len(order)} faults a period apart; got {length}"
        )
    faults, place = [], first + period
    spaces = np.diff(np.sort(random.integers(0, room + 1, len(order))), prepend=0)
    for kind, space, span in zip(order, spaces, lengths, strict=True):
        place += int(space)
        of = int(random.integers(channels))
        faults.append(Fault(str(kind), place, place + span, of, _USUAL[kind][1]))
        place += span + period
    labels = np.zeros(length, bool)
    for fault in faults:
        labels[fault.start : fault.end] = True
    return FaultySeries(inject(values, faults, period, seed), labels, faults)


def _late(fault: Fault, period: int) -> int:
    return max(1, round(fault.size * period))


def _check(fault: Fault, shape: tuple[int, ...], period: int) -> None:
    if fault.kind not in FAULTS:
        raise InputError(f"kind must be of {', '.join(FAULTS)}; got {fault.kind!r}")
    earliest = _late(fault, period) if fault.kind == "phase_shift" else 1
    if not (
        earliest <= fault.start < fault.end <= shape[0]
        and 0 <= fault.channel < shape[1]
    ):
        raise InputError(
            f"a fault must lie from {earliest} to {shape[0]} in one of {shape[1]} "
            f"channels; got {fault}"
        )

"""Readings of a machine: related sensors and daily work, with faults between them.

What is wrong here cannot be seen in one reading, nor in one sensor: a sensor that no
longer follows the others, work that is not done, work that takes too long.
"""

from collections.abc import Sequence

import numpy as np

from seqkit.errors import InputError
from seqkit.scalars import at_least
from seqkit.series.checks import between
from seqkit.series.faults import Fault, FaultySeries

MACHINE_FAULTS = ("broken_relation", "missing_event", "long_event")
_SLOWNESS = 0.95  # of the load: how much of it is there a reading later
_WORK = 0.12  # share of a period that its work takes
_LENGTHS = {"broken_relation": 0.5, "missing_event": _WORK, "long_event": 2.5 * _WORK}


def faulty_machine(
    kinds: Sequence[str] = MACHINE_FAULTS,
    each: int = 1,
    length: int = 4000,
    clean: float = 0.5,
    channels: int = 4,
    period: int = 100,
    noise: float = 0.1,
    seed: int = 0,
) -> FaultySeries:
    """Make readings of a machine whose first part is clean, with faults in the second.

        l_t = 0.95 l_{t-1} + sqrt(1 - 0.95²) ε_t             the load, of deviation 1
        w_t = 1 while work is done, else 0                   once a period
        x_tc = a_c l_t + b_c w_t + noise_tc

    with a_c from 0.5 to 1.5 and b_c 0 but for the first channel, where it is 3 and a is
    0: it shows the work alone. Work begins at the same place of every period, give or
    take a reading, and takes 12 % of it.

    `broken_relation`: for half a period a channel follows a load of its own, as like as
    the true one in every other way. `missing_event`: a period without work.
    `long_event`: work that takes 2.5 times as long.

    Args:
        kinds: Of `MACHINE_FAULTS`.
        each: Number of faults of each kind.
        length: Number of readings.
        clean: Share of the readings, from the beginning, without a fault.
        channels: At least 3.
        period: Readings from work to work; at least 20.
        noise: Standard deviation of the noise.
        seed: The same seed, the same readings and faults.

    Raises:
        InputError: An argument is not in its range, or the faults find no room.

    Example:
        >>> made = faulty_machine(["missing_event"], length=1000, noise=0.0, seed=1)
        >>> [fault] = made.faults
        >>> bool((made.values[fault.start : fault.end, 0] == 0).all())
        True
        >>> int((np.diff(made.values[:, 0]) > 2).sum())  # of 10 periods
        9
    """
    unknown = [kind for kind in kinds if kind not in MACHINE_FAULTS]
    if unknown:
        raise InputError(f"kinds must be of {', '.join(MACHINE_FAULTS)}; got {unknown}")
    for name, value, least in (
        ("each", each, 1), ("channels", channels, 3), ("period", period, 20),
        ("noise", noise, 0),
    ):  # fmt: skip
        at_least(name, value, least)
    between("clean", clean, 0, 1)
    random = np.random.default_rng(seed)
    load, other = _load(length, random), _load(length, random)
    begins = np.arange(period // 4, length, period)
    begins = begins + random.integers(-1, 2, len(begins))
    follows = np.append(0.0, random.uniform(0.5, 1.5, channels - 1))
    order = random.permutation(np.repeat(np.array(kinds), each))
    free = np.flatnonzero(begins >= max(clean * length, 1))[:-2:2]  # a period apart
    if len(free) < len(order):
        raise InputError(
            f"length must leave {2 * len(order) + 2} periods of {period} after the "
            f"clean part for {len(order)} faults; got {length}"
        )
    chosen = np.sort(random.choice(free, len(order), replace=False))
    spans = np.full(len(begins), round(_WORK * period))
    faults, loads = [], np.repeat(load[:, None], channels, axis=1)
    for kind, place in zip(order, chosen, strict=True):
        start = int(begins[place])
        end = start + round(_LENGTHS[kind] * period)
        of = int(random.integers(1, channels)) if kind == "broken_relation" else 0
        if kind == "broken_relation":
            loads[start:end, of] = other[start:end]
        elif kind == "missing_event":
            spans[place] = 0
        else:
            spans[place] = end - start
            start += round(_WORK * period)  # until then nobody can know
        faults.append(Fault(str(kind), start, end, of, 0.0))
    values = loads * follows
    for begin, span in zip(begins, spans, strict=True):
        values[begin : begin + span, 0] += 3.0
    values += noise * random.standard_normal(values.shape)
    labels = np.zeros(length, bool)
    for fault in faults:
        labels[fault.start : fault.end] = True
    return FaultySeries(values, labels, faults)


def _load(length: int, random: np.random.Generator) -> np.ndarray:
    load = np.empty(length)
    load[0] = random.standard_normal()
    steps = np.sqrt(1 - _SLOWNESS**2) * random.standard_normal(length)
    for time in range(1, length):
        load[time] = _SLOWNESS * load[time - 1] + steps[time]
    return load

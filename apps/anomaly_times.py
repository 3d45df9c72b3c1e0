"""One time, as a line of text has it."""

from datetime import datetime, timezone

import numpy as np


def time_of(text: str, format: str | None = None) -> np.datetime64:
    """Read one time as `seqkit.series.timestamps.read_times` does, only sooner.

    Args:
        text: Unix time or a date.
        format: How dates are written; None of ISO 8601.

    Raises:
        InputError: It is neither.

    Example:
        >>> str(time_of("2024-03-01T12:00+02:00"))
        '2024-03-01T10:00:00.000000000'
        >>> time_of("1709287200") == time_of("2024-03-01 10:00")
        True
    """
    from seqkit.series.timestamps import read_times

    try:
        return read_times([float(text)]).values[0]
    except ValueError:
        pass
    try:
        found = datetime.strptime(text, format) if format else None
        found = found or datetime.fromisoformat(text)
    except ValueError:
        return read_times([text], "a time", format).values[0]
    if found.tzinfo:
        found = found.astimezone(timezone.utc).replace(tzinfo=None)
    return np.datetime64(found, "ns")

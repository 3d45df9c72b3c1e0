"""One time, as a line of text has it."""

from datetime import datetime, timezone

import numpy as np


def time_of(text: str) -> np.datetime64:
    """Read one time as `seqkit.series.timestamps.parse_times` does, only sooner.

    Args:
        text: Unix time or a date.

    Raises:
        InputError: It is neither.

    Example:
        >>> str(time_of("2024-03-01T12:00+02:00"))
        '2024-03-01T10:00:00.000000000'
        >>> time_of("1709287200") == time_of("2024-03-01 10:00")
        True
    """
    from seqkit.series.timestamps import parse_times

    try:
        return parse_times([float(text)], "a time")[0]
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return parse_times([text], "a time")[0]
    if found.tzinfo:
        found = found.astimezone(timezone.utc).replace(tzinfo=None)
    return np.datetime64(found, "ns")

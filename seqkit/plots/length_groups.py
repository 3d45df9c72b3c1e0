"""Texts grouped by their length."""

import numpy as np


def length_groups(lengths: np.ndarray, groups: int) -> list[np.ndarray]:
    """Give the rows of at most so many groups of about equally many texts.

    Args:
        lengths: The length of each text (n,), n at least 1.
        groups: Groups at most; texts of one length are in one group.

    Returns:
        Row indices, the shortest texts first; no group is empty.

    Example:
        >>> [rows.tolist() for rows in length_groups(np.array([9, 1, 1, 5]), 2)]
        [[1, 2], [0, 3]]
    """
    shares = np.arange(1, groups) / groups
    group = np.searchsorted(np.quantile(lengths, shares, method="lower"), lengths)
    return [np.flatnonzero(group == each) for each in np.unique(group)]

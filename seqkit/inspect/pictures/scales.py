"""Colours of values, in which larger is darker or brighter throughout, in grey too."""

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize


def scale_of(values: np.ndarray) -> ScalarMappable:
    """Return colours for values: from 0 to 1 for shares, else alike around 0.

    Args:
        values: any shape; NaN is none.
    """
    known = values[np.isfinite(values)]
    if known.size and known.min() >= 0 and known.max() <= 1:
        return ScalarMappable(Normalize(0, 1), colormaps["Blues"])
    largest = np.abs(known).max(initial=0) or 1
    return ScalarMappable(Normalize(-largest, largest), colormaps["cividis"])


def ink_on(color: tuple) -> str:
    """Return the colour of letters that are seen on a colour (red, green, blue, …)."""
    red, green, blue = color[:3]
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"

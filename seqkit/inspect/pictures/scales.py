"""Colours of values, in which larger is darker or brighter throughout, in grey too."""

from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize


class Scale(NamedTuple):
    """A colour map and the values at its ends."""

    norm: Normalize
    cmap: Colormap

    def color(self, value: float) -> tuple[float, float, float]:
        """Return red, green and blue, in [0, 1], of a value."""
        red, green, blue, _ = self.cmap(self.norm(value))
        return red, green, blue

    @property
    def mappable(self) -> ScalarMappable:
        """What a colour bar is drawn of."""
        return ScalarMappable(self.norm, self.cmap)


def scale_of(values: np.ndarray) -> Scale:
    """Return colours for values: from 0 to 1 for shares, else alike around 0.

    Args:
        values: any shape; NaN is none.
    """
    known = values[np.isfinite(values)]
    if known.size and known.min() >= 0 and known.max() <= 1:
        return Scale(Normalize(0, 1), colormaps["Blues"])
    largest = np.abs(known).max(initial=0) or 1
    return Scale(Normalize(-largest, largest), colormaps["cividis"])


def ink_on(color: tuple[float, float, float]) -> str:
    """Return the colour of letters that are seen on a colour (red, green, blue)."""
    red, green, blue = color
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"

"""What all pictures share: a figure apart from pyplot, colours, axes in percent."""

from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

# Colours of M. Okabe, K. Ito, "Color universal design", 2002: told apart by everyone.
# In grey their lines are told apart by the dashes and the markers.
COLORS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
TRAINING, VALIDATION, TRUTH, ALARM = COLORS[:4]
DPI = 120


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that size in inches, laid out by itself."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def look(number: int) -> dict[str, Any]:
    """Return colour, dashes and marker of the line of that number, from 0 on."""
    return {
        "color": COLORS[number % len(COLORS)],
        "linestyle": DASHES[number % len(DASHES)],
        "marker": MARKERS[number % len(MARKERS)],
    }


def percent() -> PercentFormatter:
    """Return a formatter of shares in [0, 1]."""
    return PercentFormatter(xmax=1, decimals=0)

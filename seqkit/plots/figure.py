"""What all pictures share: a figure apart from pyplot, colours, axes in percent."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

TRAINING, VALIDATION = "tab:blue", "tab:orange"
DPI = 120


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that size in inches, laid out by itself."""
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def percent() -> PercentFormatter:
    """Return a formatter of shares in [0, 1]."""
    return PercentFormatter(xmax=1, decimals=0)

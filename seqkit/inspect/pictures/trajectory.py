"""The way of a state through its space."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from seqkit.inspect.fixed_points import FixedPoints, all_states
from seqkit.inspect.pictures.checks import of_one_layer
from seqkit.plots.figure import new_figure

_MOST_ROWS = 8  # sequences that one picture can show
_MANY = 400  # states, from where on they are drawn smaller


def trajectory_table(trace: Any, points: FixedPoints | None = None) -> pd.DataFrame:
    """Give the places behind `trajectory`.

    Args:
        trace: a trace of one layer.
        points: fixed points of the layer.

    Returns:
        A row for each state after a step that was taken, and each fixed point: `kind`
        ("state" or "fixed point"); `row`, the sequence, and `step`; `pc1` and `pc2`,
        the place on the first two principal components of all these states;
        `largest_eigenvalue`, the largest |λ| of the Jacobian at a fixed point.

    Raises:
        ValueError: the trace is not that of one layer, or the points are of another.

    Example:
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import GRU
    >>> x = np.random.default_rng(0).normal(size=(2, 3, 1)).astype("float32")
    >>> table = trajectory_table(trace(GRU(4), x))
    >>> table["row"].tolist(), table["step"].tolist()
    ([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2])
    >>> bool(table["pc1"].var() >= table["pc2"].var())
    True
    """
    return _placed(trace, points)[0]


def trajectory(trace: Any, points: FixedPoints | None = None) -> Figure:
    """Draw the way of the states on their first two principal components.

    A line for each sequence, at most 8, from a circle after the first step that was
    taken to a square after the last one, coloured by time. All states of a layer are
    taken together, h and c of an LSTM for example. A fixed point is a filled star where
    it is stable, an empty one where it is not.

    Args:
        trace: a trace of one layer.
        points: fixed points of the layer, as `seqkit.inspect.fixed_points` gives them.

    Raises:
        ValueError: the trace is not that of one layer, or the points are of another.

    Example:
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import GRU
    >>> x = np.random.default_rng(0).normal(size=(2, 9, 1)).astype("float32")
    >>> figure = trajectory(trace(GRU(4), x))
    >>> figure.axes[0].get_xlabel().startswith("first principal component (")
    True
    """
    table, shares = _placed(trace, points)
    figure = new_figure(6.8, 5.6)
    axes = figure.add_subplot()
    states = table[table["kind"] == "state"]
    last = max(int(states["step"].max()), 1)
    shown = states["row"].unique()[:_MOST_ROWS]
    ends = (-1, 0) if of_one_layer(trace).go_backwards else (0, -1)
    for row in shown:
        way = states[states["row"] == row]
        axes.plot(way["pc1"], way["pc2"], color="gray", lw=0.8, alpha=0.7, zorder=1)
        colored = axes.scatter(
            way["pc1"], way["pc2"], c=way["step"], cmap="viridis", vmin=0, vmax=last,
            s=14 if len(states) < _MANY else 5, zorder=2,
        )  # fmt: skip
        for place, marker in zip(ends, "os", strict=True):
            axes.plot(
                way["pc1"].iloc[place], way["pc2"].iloc[place], marker,
                markerfacecolor="white", markeredgecolor="black", markersize=8,
                zorder=3,
            )  # fmt: skip
    keys = [_key("o", "white", "first taken"), _key("s", "white", "last taken")]
    for stable, face, name in (
        (True, "black", "stable fixed point"),
        (False, "white", "unstable fixed point"),
    ):
        found = table[table["kind"] == "fixed point"]
        found = found[(found["largest_eigenvalue"] < 1) == stable]
        if len(found):
            axes.plot(
                found["pc1"], found["pc2"], "*", markerfacecolor=face, markersize=14,
                markeredgecolor="black", zorder=4,
            )  # fmt: skip
            keys.append(_key("*", face, name))
    for axis, name, share in (
        (axes.set_xlabel, "first", shares[0]),
        (axes.set_ylabel, "second", shares[1]),
    ):
        axis(f"{name} principal component ({share:.0%} of the variance)")
    axes.grid(alpha=0.3)
    bar = figure.colorbar(colored, ax=axes, label="step")
    bar.ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    rows = states["row"].nunique()
    title = "The way of the state"
    if rows > len(shown):
        title += f", {len(shown)} of {rows} sequences"
    if points is not None and not len(points):
        title += "; no fixed point was found"
    axes.set_title(title)
    figure.legend(handles=keys, loc="outside lower center", ncols=len(keys))
    return figure


def _key(marker: str, face: str, label: str) -> Line2D:
    return Line2D(
        [], [], ls="none", marker=marker, markerfacecolor=face, label=label,
        markeredgecolor="black", markersize=12 if marker == "*" else 8,
    )  # fmt: skip


def _placed(trace: Any, points: FixedPoints | None) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the table, and the shares of the variance on the two components."""
    trace = of_one_layer(trace)
    states = all_states(trace)
    if not len(states):
        raise ValueError("`trace` must have a step that was taken, got none.")
    if not np.isfinite(states).all():
        raise ValueError(
            f"`trace` must have finite states, that of {trace.name!r} has others."
        )
    valid = trace.valid
    rows, steps = np.nonzero(
        np.ones(trace.inputs.shape[:2], bool) if valid is None else valid
    )
    mean = states.mean(axis=0)
    _, sizes, axes = np.linalg.svd(states - mean, full_matrices=False)
    total = (sizes**2).sum() or 1.0
    # A state of one number, or a single step, has one axis: the second is 0.
    shares, components = np.zeros(2), np.zeros((2, states.shape[1]))
    shares[: len(sizes)] = sizes[:2] ** 2 / total
    components[: len(axes)] = axes[:2]
    parts = [_frame("state", (states - mean) @ components.T, row=rows, step=steps)]
    if points is not None and len(points):
        if points.states.shape[1] != states.shape[1]:
            raise ValueError(
                f"`points` must have {states.shape[1]} numbers a point, as the states "
                f"of the trace, got {points.states.shape[1]}."
            )
        largest = np.abs(points.eigenvalues).max(axis=1)
        places = (points.states - mean) @ components.T
        parts.append(_frame("fixed point", places, largest_eigenvalue=largest))
    return pd.concat(parts, ignore_index=True), shares


def _frame(
    kind: str,
    places: np.ndarray,
    row: Any = pd.NA,
    step: Any = pd.NA,
    largest_eigenvalue: Any = np.nan,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": kind,
            "row": row,
            "step": step,
            "pc1": places[:, 0],
            "pc2": places[:, 1],
            "largest_eigenvalue": largest_eigenvalue,
        }
    ).astype({"row": "Int64", "step": "Int64"})

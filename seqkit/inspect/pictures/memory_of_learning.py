"""What back-propagation through time keeps, step by step, in bytes."""

from typing import Any, NamedTuple

import pandas as pd
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from seqkit.inspect.kept import kept_of_a_step
from seqkit.plots.figure import COLORS, new_figure
from seqkit.recurrence.recompute import Segments
from seqkit.wording import briefly

_HATCHES = ("", "///", "...", "\\\\\\", "xxx")


class _Span(NamedTuple):
    """Steps from `start` on of which something is kept at the moment of the peak."""

    start: int
    steps: int


def memory_of_learning_table(
    layer: Any, batch: int, steps: int, segment: int | bool = True, chunk: int = 100
) -> pd.DataFrame:
    """Count the bytes behind `memory_of_learning`.

    The bytes of a step are counted of what the forward loop stores
    (`seqkit.inspect.kept.kept_of_a_step`), the steps are those of which it is there
    when most is. What the backward loop works with beside that, the gradients of the
    inputs and of a few steps, is not counted, nor are the weights.

    Args:
        layer: a recurrent layer of seqkit that is built, without dropout.
        batch: sequences.
        steps: time steps of each.
        segment: of recomputation, as the layer's `recompute`; True for a length near
            the root of `steps`.
        chunk: steps of a chunk of truncated back-propagation.

    Returns:
        A row for each way ("full", "recomputed", "truncated") and each `what` that is
        kept: `steps`, of how many; `bytes_a_step`; `bytes`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
    >>> from seqkit.layers import SimpleRNN
    >>> layer = SimpleRNN(8)
    >>> layer.build((None, None, 2))
    >>> table = memory_of_learning_table(layer, batch=4, steps=100, chunk=20)
    >>> table.groupby("way", sort=False)["bytes"].sum().to_dict()
    {'full': 16128, 'recomputed': 5888, 'truncated': 3328}

    Reference: A. Gruslys et al., "Memory-efficient backpropagation through time", NIPS
    2016; R. J. Williams, J. Peng, Neural Computation 2, 1990, for truncation.
    """
    return _table(_spans(layer, batch, steps, segment, chunk))


def memory_of_learning(
    layer: Any, batch: int, steps: int, segment: int | bool = True, chunk: int = 100
) -> Figure:
    """Draw what three ways of back-propagation through time keep of which step.

    Full: everything of every step. Recomputed: the states before each segment, and
    everything of the one segment that is run once more; here the last one. Truncated:
    everything of one chunk; no gradient goes back beyond it. The size of each is in
    MiB, 2²⁰ bytes, as `memory_of_learning_table` counts it.

    Args:
        layer: a recurrent layer of seqkit that is built, without dropout.
        batch: sequences.
        steps: time steps of each.
        segment: of recomputation, as the layer's `recompute`; True for a length near
            the root of `steps`.
        chunk: steps of a chunk of truncated back-propagation.

    Raises:
        ValueError: an argument is out of its range.

    Example:
    >>> from seqkit.layers import SimpleRNN
    >>> layer = SimpleRNN(8)
    >>> layer.build((None, None, 2))
    >>> figure = memory_of_learning(layer, batch=4, steps=100, chunk=20)
    >>> [axes.get_title(loc="left").split(":")[0] for axes in figure.axes]
    ['full', 'recomputed', 'truncated']
    """
    ways = _spans(layer, batch, steps, segment, chunk)
    table = _table(ways)
    totals = table.groupby("way")["bytes"].sum()
    kinds = list(next(iter(ways.values())))
    figure = new_figure(9.0, 1.2 + len(ways) * (0.7 + 0.28 * len(kinds)))
    grid = figure.subplots(len(ways), 1, sharex=True)
    for axes, (way, kept) in zip(grid, ways.items(), strict=True):
        _draw(axes, kept, kinds, steps)
        share = totals[way] / totals["full"]
        of_full = "" if way == "full" else f", {share:.1%} of full"
        axes.set_title(f"{way}: {_size(totals[way])}{of_full}", loc="left", fontsize=10)
    grid[-1].set_xlabel("time step")
    figure.suptitle(
        f"What is kept for the gradient: {type(layer).__name__}, {batch} sequences of "
        f"{steps:,} steps"
    )
    return figure


def _draw(axes: Axes, kept: dict, kinds: list[str], steps: int) -> None:
    """Draw a bar along time for each thing that is kept, and write its size."""
    least = steps / 500  # wide enough to be seen
    for place, kind in enumerate(kinds):
        size, spans = kept[kind]
        axes.broken_barh(
            [(span.start, max(span.steps, least)) for span in spans],
            (place - 0.4, 0.8), facecolor=COLORS[place], hatch=_HATCHES[place],
            edgecolor="white", lw=0,
        )  # fmt: skip
        total = size * sum(span.steps for span in spans)
        axes.annotate(
            _size(total), (1, place), xycoords=("axes fraction", "data"),
            xytext=(6, 0), textcoords="offset points", va="center", fontsize=9,
        )  # fmt: skip
    axes.set_yticks(range(len(kinds)), kinds, fontsize=9)
    axes.set_ylim(len(kinds) - 0.4, -0.6)
    axes.set_xlim(0, steps)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _table(ways: dict[str, dict[str, tuple[int, list[_Span]]]]) -> pd.DataFrame:
    """Return the table of what each way keeps."""
    rows = []
    for way, kinds in ways.items():
        for what, (size, spans) in kinds.items():
            count = sum(span.steps for span in spans)
            rows.append((way, what, count, size, count * size))
    columns = ["way", "what", "steps", "bytes_a_step", "bytes"]
    return pd.DataFrame(rows, columns=columns)


def _spans(
    layer: Any, batch: Any, steps: Any, segment: Any, chunk: Any
) -> dict[str, dict[str, tuple[int, list[_Span]]]]:
    """Return by way and kind the bytes of a step of all sequences, and its steps."""
    for name, value in (("batch", batch), ("steps", steps), ("chunk", chunk)):
        if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
            raise ValueError(
                f"`{name}` must be a positive integer, got {briefly(value)}."
            )
    if segment is not True and (
        isinstance(segment, bool) or not hasattr(segment, "__index__") or segment < 1
    ):
        raise ValueError(
            f"`segment` must be a positive integer or True, got {briefly(segment)}."
        )
    sizes = {what: batch * size for what, size in kept_of_a_step(layer).items() if size}
    cut = Segments(tf.TensorSpec((batch, steps, 1)), None, segment)
    last = cut.full * cut.size
    again = _Span(last, steps - last)
    if cut.full:  # a full segment is the longest, the one before the last
        again = _Span(last - cut.size, cut.size)
    chunk = min(chunk, steps)
    before_segments = [_Span(i * cut.size, 1) for i in range(cut.full + 1)]
    ways = {}
    for way, span, more in (
        ("full", _Span(0, steps), {}),
        ("recomputed", again, {"inputs": [_Span(0, steps)], "states": before_segments}),
        ("truncated", _Span(steps - chunk, chunk), {}),
    ):
        ways[way] = {what: [span] for what in sizes}
        # The state before the first step is kept too.
        ways[way]["states"] = [span._replace(steps=span.steps + 1)]
        ways[way]["states"] += more.pop("states", [])
        ways[way] |= more
    return {
        way: {what: (sizes[what], kinds[what]) for what in sizes}
        for way, kinds in ways.items()
    }


def _size(count: float) -> str:
    """Write bytes in MiB, or in KiB or bytes where they are few."""
    for unit, name in ((2**20, "MiB"), (2**10, "KiB")):
        if count >= unit:
            value = count / unit
            return f"{value:,.0f} {name}" if value >= 100 else f"{value:.3g} {name}"
    return f"{count} bytes"

"""A text coloured by what one unit does while it is read."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from seqkit.inspect.pictures.checks import of_one_layer, row_of, tokens_of
from seqkit.inspect.pictures.scales import ink_on, scale_of
from seqkit.plots.figure import new_figure
from seqkit.plots.fonts import legible
from seqkit.wording import briefly

_COLUMNS = 72  # letters of a line
_CELL, _LINE = 0.115, 0.27  # inches of a letter and of a line
_MOST_LINES = 40


def characters_table(
    trace: Any,
    text: str | Sequence[str],
    unit: int,
    name: str | None = None,
    row: int = 0,
) -> pd.DataFrame:
    """Give the numbers behind `characters`.

    Args:
        trace: a trace of one layer.
        text: a character or a word for each step.
        unit: whose values are taken.
        name: of a gate or state of the trace; its first state where it is None.
        row: the sequence.

    Returns:
        A row for each step: `step`, `text`, `value`; NaN where it was not taken.

    Raises:
        ValueError: the trace is not that of one layer, has no such row, name or unit,
            or `text` is shorter or longer than the sequence.

    Example: a unit that adds up.
    >>> import keras
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import SimpleRNN
    >>> ones = keras.initializers.Ones()
    >>> layer = SimpleRNN(1, None, kernel_initializer=ones, recurrent_initializer=ones)
    >>> x = np.array([[[1], [-1], [1]]], "float32")
    >>> characters_table(trace(layer, x), "(]a", unit=0)
       step text  value
    0     0    (    1.0
    1     1    ]    0.0
    2     2    a    1.0
    """
    trace = of_one_layer(trace, with_states=name is None)
    row = row_of(trace, row)
    tokens = tokens_of(text, trace.inputs.shape[1])
    known = {**trace.gates, **trace.states}
    name = next(iter(trace.states)) if name is None else name
    if name not in known:
        raise ValueError(
            f"`name` must be among {', '.join(map(repr, known))}, got {name!r}."
        )
    values = known[name][row]
    units = values.shape[-1]
    if (
        isinstance(unit, bool)
        or not hasattr(unit, "__index__")
        or not 0 <= unit < units
    ):
        raise ValueError(
            f"`unit` must be an integer from 0 to {units - 1}, got {briefly(unit)}."
        )
    taken = True if trace.valid is None else trace.valid[row]
    return pd.DataFrame(
        {
            "step": np.arange(len(tokens)),
            "text": tokens,
            "value": np.where(taken, values[:, unit], np.nan),
        }
    )


def characters(
    trace: Any,
    text: str | Sequence[str],
    unit: int,
    name: str | None = None,
    row: int = 0,
) -> Figure:
    """Draw a text, each character or word coloured by one unit after it was read.

    What was not read, under a mask, has no colour. Of a long text the first 40 lines
    are drawn, of 72 letters each.

    Args:
        trace: a trace of one layer.
        text: a character or a word for each step.
        unit: whose values are drawn.
        name: of a gate or state of the trace; its first state where it is None.
        row: the sequence.

    Raises:
        ValueError: the trace is not that of one layer, has no such row, name or unit,
            or `text` is shorter or longer than the sequence.

    Example:
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import GRU
    >>> found = trace(GRU(4), np.ones((1, 5, 1), "float32"))
    >>> figure = characters(found, "a (b)", unit=3)
    >>> "".join(text.get_text() for text in figure.axes[0].texts)
    'a (b)'

    Reference: A. Karpathy et al., "Visualizing and understanding recurrent networks",
    2015 (arXiv 1506.02078), whose pictures these are.
    """
    table = characters_table(trace, text, unit, name, row)
    trace = of_one_layer(trace, with_states=False)
    name = next(iter(trace.states)) if name is None else name
    scale = scale_of(table["value"].to_numpy())
    written = ["↵" if each == "\n" else each for each in table["text"]]
    texts, fonts = legible(written)
    places, lines = _places(texts, gap=0 if isinstance(text, str) else 1)
    width, height = _COLUMNS * _CELL, lines * _LINE
    figure = new_figure(width + 0.4, height + 1.25)
    axes = figure.add_subplot()
    axes.set(xlim=(0, _COLUMNS), ylim=(lines, 0))
    axes.set_axis_off()
    for piece, value, (column, line, cells) in zip(
        texts, table["value"], places, strict=False
    ):
        ink = "gray"
        if np.isfinite(value):
            color = scale.color(value)
            ink = ink_on(color)
            box = Rectangle((column, line + 0.06), cells, 0.88, color=color)
            box.set_in_layout(False)
            axes.add_patch(box)
        axes.text(
            column + cells / 2, line + 0.52, _seen(piece), ha="center", va="center",
            color=ink, fontsize=10, family=["DejaVu Sans Mono", *fonts],
            parse_math=False, in_layout=False,
        )  # fmt: skip
    title = f"{trace.network}: {name} of unit {unit} after each step"
    if len(places) < len(texts):
        title += f"; the first {len(places):,} of {len(texts):,}"
    axes.set_title(title, fontsize=11)
    figure.colorbar(
        scale.mappable, ax=axes, location="bottom", shrink=0.4, aspect=40, label=name,
        pad=0.1 / height,
    )  # fmt: skip
    return figure


def _places(texts: list[str], gap: int) -> tuple[list[tuple[int, int, int]], int]:
    """Return column, line and width in cells of each text, and the number of lines."""
    places: list[tuple[int, int, int]] = []
    column = line = 0
    for text in texts:
        cells = max(sum(map(_cells, text)), 1)
        if column and column + cells > _COLUMNS:
            column, line = 0, line + 1
        if line == _MOST_LINES:
            return places, line
        places.append((column, line, min(cells, _COLUMNS)))
        column += cells + gap
        if text == "↵":
            column, line = 0, line + 1
    return places, line + 1


def _cells(letter: str) -> int:
    """Return how many cells a letter takes: those of East Asia take two."""
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _seen(text: str) -> str:
    """Return what is drawn of a text: no more than a line."""
    text = text.replace("\t", " ")
    if sum(map(_cells, text)) <= _COLUMNS:
        return text
    while sum(map(_cells, text)) >= _COLUMNS:
        text = text[:-1]
    return text + "…"

"""A network unrolled in time, with the numbers that flow along its edges."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from seqkit.inspect.pictures.checks import of_one_layer, row_of
from seqkit.inspect.record import LayerTrace
from seqkit.plots.figure import ALARM, new_figure
from seqkit.wording import briefly, counted

FORMS = ("full", "partial", "folded")
_MOST_FULL = 40  # steps that one picture can show
_LISTED = 4  # numbers of an edge that are written one by one
_BOX, _LEG = 0.8, 0.75  # inches of a cell's width, and of an edge that goes up
_LINE, _FONT = 0.14, 8  # inches of a line of numbers, points of its letters


def unrolled_table(
    trace: Any, form: str = "full", row: int = 0, ends: int = 3
) -> pd.DataFrame:
    """Give the numbers behind `unrolled`.

    Args:
        trace: a trace of one layer.
        form: "full", "partial" or "folded".
        row: the sequence.
        ends: steps at each end of "partial".

    Returns:
        A row for each number on an edge that is drawn: `step`, -1 for the states before
        the first one; `edge`, "x", "y" or a state's name; `unit`, `value`, and
        `gradient` where the trace has a loss.

    Raises:
        ValueError: an argument is out of its range.

    Example: a unit that adds up.
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import SimpleRNN
    >>> layer = SimpleRNN(1, None, kernel_initializer="ones",
    ...                   recurrent_initializer="ones")
    >>> table = unrolled_table(trace(layer, np.ones((1, 2, 1), "float32")))
    >>> table[table["edge"] == "h"]
       step edge  unit  value
    0    -1    h     0    0.0
    2     0    h     0    1.0
    5     1    h     0    2.0
    """
    trace, row, steps = _checked(trace, form, row, ends)
    order = [step for step in steps if step is not None]
    parts = []
    for step in [-1, *order]:
        values = _edges(trace, row, step)
        gradients = None
        if trace.gradients is not None:
            gradients = _edges(trace.gradients, row, step)
        for edge, numbers in values.items():
            columns = {"unit": np.arange(len(numbers)), "value": numbers}
            if gradients is not None:
                columns["gradient"] = gradients[edge]
            parts.append(pd.DataFrame({"step": step, "edge": edge, **columns}))
    return pd.concat(parts, ignore_index=True)


def unrolled(trace: Any, form: str = "full", row: int = 0, ends: int = 3) -> Figure:
    """Draw a network unrolled in time, with the real numbers on its edges.

    A box is the same cell at one time step after the other; x goes in from below, y out
    at the top, the states from box to box. Up to 4 numbers are written one by one; of
    more, their norm. At their right, where the trace has a loss, ∂L: its gradient by
    them, or the norm of that. Under a mask, a step that was not taken is dashed.

    Args:
        trace: a trace of one layer.
        form: "full" draws every step, 40 at most; "partial" the first and the last
            ones, with a gap between; "folded" one box with a loop, and the least and
            the greatest number that went along each edge.
        row: the sequence.
        ends: steps at each end of "partial".

    Raises:
        ValueError: an argument is out of its range.

    Example:
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import SimpleRNN
    >>> found = trace(SimpleRNN(1), np.ones((1, 9, 1), "float32"))
    >>> figure = unrolled(found, "partial", ends=2)
    >>> shown = [text.get_text() for text in figure.axes[0].texts]
    >>> [text for text in shown if text.startswith("step")]
    ['step 0', 'step 1', 'step 7', 'step 8']
    """
    trace, row, steps = _checked(trace, form, row, ends)
    drawing = _Drawing.of(trace, row, columns=1 if form == "folded" else len(steps))
    if form == "folded":
        drawing.folded()
    else:
        for place, step in enumerate(steps):
            drawing.step(steps, place, step)
    states = " and ".join(
        f"{name} of {counted(first.shape[-1], 'unit')}"
        for name, first in trace.initial_states.items()
    )
    title = f"{trace.network}, {form}: {counted(len(trace.inputs[row]), 'step')}, "
    title += states
    if trace.go_backwards:
        title += ", read from the end"
    drawing.figure.suptitle(title, fontsize=11)
    return drawing.figure


def _checked(
    trace: Any, form: Any, row: Any, ends: Any
) -> tuple[LayerTrace, int, list[int | None]]:
    """Return the trace, the row, and the steps in their order, None for a gap."""
    trace = of_one_layer(trace)
    row = row_of(trace, row)
    if form not in FORMS:
        raise ValueError(
            f"`form` must be one of {', '.join(FORMS)}, got {briefly(form)}."
        )
    if isinstance(ends, bool) or not hasattr(ends, "__index__") or ends < 1:
        raise ValueError(f"`ends` must be a positive integer, got {briefly(ends)}.")
    steps: list[int | None] = list(range(trace.inputs.shape[1]))
    if trace.go_backwards:
        steps.reverse()
    if form == "full" and len(steps) > _MOST_FULL:
        raise ValueError(
            f"`form` 'full' draws at most {_MOST_FULL} steps, got {len(steps)}: take "
            "'partial'."
        )
    if form == "partial" and len(steps) > 2 * ends + 1:
        steps = [*steps[:ends], None, *steps[-ends:]]
    return trace, row, steps


def _edges(values: Any, row: int, step: int) -> dict[str, np.ndarray]:
    """Return the numbers on the edges of a step; of -1, the first states alone."""
    if step < 0:
        return {name: first[row] for name, first in values.initial_states.items()}
    inside = {name: state[row, step] for name, state in values.states.items()}
    return {"x": values.inputs[row, step], **inside, "y": values.outputs[row, step]}


class _Drawing(NamedTuple):
    """Cells side by side on axes whose unit is an inch, their feet at height 0."""

    figure: Figure
    axes: Axes
    trace: LayerTrace
    row: int
    gap: float  # between two cells
    heights: dict[str, float]  # of the edge of each state
    top: float  # of the cells

    @classmethod
    def of(cls, trace: LayerTrace, row: int, columns: int) -> "_Drawing":
        gap = 0.95 if trace.gradients is None else 1.5
        heights, top = {}, 0.15
        for name, first in reversed(trace.initial_states.items()):
            heights[name] = top
            top += 0.12 + _LINE * _lines(first[row])
        width = (columns + 1) * gap + columns * _BOX + 0.2
        legs = [
            _LEG + 0.3 + max(0.0, _LINE * _lines(each[row, 0]) - 0.5)
            for each in (trace.inputs, trace.outputs)
        ]
        figure = new_figure(max(width, 6.4), top + sum(legs) + 0.45)
        axes = figure.add_subplot()
        middle = max(0.0, (6.4 - width) / 2)
        axes.set(
            xlim=(-middle, max(width, 6.4) - middle), ylim=(-legs[0], top + legs[1]),
            aspect="equal",
        )  # fmt: skip
        axes.set_axis_off()
        return cls(figure, axes, trace, row, gap, heights, top)

    def step(self, steps: list[int | None], place: int, step: int | None) -> None:
        """Draw a cell, or a gap, and the edges that go into and out of it."""
        left = self.gap + place * (_BOX + self.gap)
        before = steps[place - 1] if place else -1
        if step is None:
            missing = len(self.trace.inputs[self.row]) - len(steps) + 1
            self.axes.text(
                left + _BOX / 2, self.top / 2, f"· · ·\n{missing:,} steps\n· · ·",
                ha="center", va="center", fontsize=_FONT,
            )  # fmt: skip
        else:
            self._cell(left, step)
            if before is None:  # what comes out of the gap
                before = step + (1 if self.trace.go_backwards else -1)
        if before is not None:
            self._states(left - self.gap, before)
        if step is not None and place == len(steps) - 1:
            self._states(left + _BOX, step)

    def folded(self) -> None:
        """Draw one cell with a loop for each state, and the ranges of all numbers."""
        axes, left = self.axes, self.gap
        taken = self._taken()
        steps = len(taken)
        numbers = {"x": self.trace.inputs, **self.trace.states, "y": self.trace.outputs}
        ranges = {
            name: f"{name}  {_number(of_steps[taken].min())} to "
            f"{_number(of_steps[taken].max())}"
            for name, of_steps in ((n, v[self.row]) for n, v in numbers.items())
            if taken.any()
        }
        self._box(left, f"{self.trace.network}\n{steps:,} times", True)
        middle = left + _BOX / 2
        for name, foot in (("x", -_LEG), ("y", self.top)):
            self._arrow((middle, foot), (middle, foot + _LEG))
            axes.text(
                middle + 0.08, foot + _LEG / 2, ranges.get(name, name), va="center",
                fontsize=_FONT, parse_math=False,
            )  # fmt: skip
        for name, height in self.heights.items():
            right, out = left + _BOX, 0.3
            axes.plot(
                [right, right + out, right + out], [height, height, height + 0.14],
                color="black", lw=1,
            )  # fmt: skip
            self._arrow((right + out, height + 0.14), (right, height + 0.14))
            axes.text(
                right + out + 0.08, height + 0.07, ranges.get(name, name), va="center",
                fontsize=_FONT, parse_math=False,
            )  # fmt: skip

    def _taken(self) -> np.ndarray:
        """Return which steps were taken."""
        valid = self.trace.valid
        if valid is None:
            return np.ones(len(self.trace.inputs[self.row]), bool)
        return valid[self.row]

    def _cell(self, left: float, step: int) -> None:
        taken = bool(self._taken()[step])
        label = f"{self.trace.network}\nstep {step}"
        self._box(left, label if taken else f"masked\nstep {step}", taken)
        middle = left + _BOX / 2
        for name, foot in (("x", -_LEG), ("y", self.top)):
            self._arrow((middle, foot), (middle, foot + _LEG))
            above = foot + _LEG / 2
            self._numbers(middle + 0.08, above, name, step, beside=True)

    def _box(self, left: float, label: str, taken: bool) -> None:
        box = FancyBboxPatch(
            (left + 0.05, 0.05), _BOX - 0.1, self.top - 0.1, boxstyle="round,pad=0.05",
            facecolor="#e8eef4" if taken else "white", edgecolor="black",
            ls="-" if taken else "--",
        )  # fmt: skip
        self.axes.add_patch(box)
        network, _, step = label.partition("\n")
        size = _FONT if len(network) <= 10 else 80 / len(network)
        for text, shift, points in ((network, 0.08, size), (step, -0.08, _FONT)):
            self.axes.text(
                left + _BOX / 2, self.top / 2 + shift, text, ha="center", va="center",
                fontsize=points,
            )  # fmt: skip

    def _states(self, left: float, step: int) -> None:
        """Draw what goes from one cell to the next, after a step."""
        for name, height in self.heights.items():
            self._arrow((left, height), (left + self.gap, height))
            self._numbers(left + self.gap / 2, height + 0.02, name, step, beside=False)

    def _numbers(self, x: float, y: float, name: str, step: int, beside: bool) -> None:
        """Write the numbers of an edge, beside it or above, and the gradients by them.

        Gradients stand at the right of the numbers, in colour.
        """
        values = _edges(self.trace, self.row, step)[name]
        up: dict[str, Any] = {"va": "center" if beside else "bottom"}
        up["fontsize"] = _FONT - 1
        shown = _written(name, values)
        if self.trace.gradients is None:
            self.axes.text(x, y, shown, ha="left" if beside else "center", **up)
            return
        gradient = _edges(self.trace.gradients, self.row, step)[name]
        if beside:
            x += 0.58 if len(values) <= _LISTED else 0.62
        self.axes.text(x - 0.03, y, shown, ha="right", **up)
        self.axes.text(
            x + 0.05, y, _written("∂L", gradient), ha="left", color=ALARM, **up
        )

    def _arrow(self, start: tuple, end: tuple) -> None:
        self.axes.annotate(
            "", end, start, arrowprops={"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0}
        )


def _lines(values: np.ndarray) -> int:
    """Return how many lines the numbers of an edge take."""
    return len(values) if 0 < len(values) <= _LISTED else 1


def _written(name: str, values: np.ndarray) -> str:
    """Write numbers one below the other, or the norm of many."""
    if len(values) > _LISTED:
        return f"|{name}| {_number(float(np.linalg.norm(values.astype(float))))}"
    first, *others = map(_number, values)
    return "\n".join([f"{name} {first}", *others])


def _number(value: float) -> str:
    """Write a number in few characters."""
    size = abs(value)
    if size == 0 or 1 <= size < 100:
        text = f"{value:.2f}" if size else "0"
    else:
        text = f"{value:.2g}" if 0.001 <= size < 1 else f"{value:.0e}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("-", "−")

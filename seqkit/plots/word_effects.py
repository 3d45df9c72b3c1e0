"""Texts word by word, coloured by what each word says for an answer."""

from collections.abc import Sequence
from typing import Any

from matplotlib import colormaps
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from seqkit.plots.figure import DPI
from seqkit.plots.fonts import MISSING, legible

_CLOSING = tuple(".,;:!?)…。、\uff0c\uff01\uff1f")


def attribution(
    examples: Sequence[tuple[str, Sequence[tuple[str, float]]]],
    title: str = "Leave-one-word-out: what each word adds to the log-odds",
) -> Figure:
    """Draw texts word by word, coloured by what each word says for the answer.

    Args:
        examples: For each text a heading and its (word, effect) pairs; one scale of
            colours for all.
        title: Says how the effects were found.

    Example:
        >>> figure = attribution([("positive, 0.9", [("good", 2.0), ("film", -0.1)])])
        >>> len(figure.axes[0].texts)
        3
    """
    largest = max((abs(e) for _, words in examples for _, e in words), default=0) or 1
    norm, colors = Normalize(-largest, largest), colormaps["RdBu"]
    every, fonts = legible(
        [part for head, words in examples for part in (head, *(w for w, _ in words))]
    )
    drawn = iter(every)
    lines = _Lines(width=9.0)
    for _, words in examples:
        lines.heading(next(drawn))
        for _, effect in words:
            red, green, blue, _ = colors(norm(effect))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
            lines.word(next(drawn), (red, green, blue), "white" if dark else "black")
    missing = any(MISSING in part for part in every)
    return lines.figure(
        title + (f"\n{MISSING}: no installed font has this sign" if missing else ""),
        norm, fonts,
    )  # fmt: skip


class _Lines:
    """Words set one after the other, in lines of a given width in inches."""

    line, size, left, top, below = 0.32, 11, 0.25, 0.75, 0.75  # inches; size: points
    gap, close = 0.1, 0.075  # between words, and before punctuation

    def __init__(self, width: float) -> None:
        self.width = width
        self.pieces: list[tuple[str, Any, str]] = []

    def heading(self, text: str) -> None:
        self.pieces.append((text, None, "black"))

    def word(self, text: str, background: Any, color: str) -> None:
        self.pieces.append((text, background, color))

    def figure(self, title: str, norm: Normalize, fonts: list[str]) -> Figure:
        places, height = self._places(fonts)
        height += self.top + self.below
        figure = Figure(figsize=(self.width, height), dpi=DPI)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, self.width)
        axes.set_ylim(height, 0)
        for (text, background, color), (x, y) in zip(self.pieces, places, strict=True):
            box = None
            if background is not None:
                box = {"facecolor": background, "edgecolor": "none", "pad": 2.5}
            axes.text(
                x, y + self.top, text, color=color, fontsize=self.size, bbox=box,
                family=fonts, parse_math=False, va="baseline",
                fontweight="bold" if background is None else "normal",
            )  # fmt: skip
        figure.suptitle(title, y=1 - 0.12 / height, va="top", fontsize=12)
        bar = figure.add_axes((0.3, 0.45 / height, 0.4, 0.13 / height))
        figure.colorbar(
            ScalarMappable(norm, "RdBu"), cax=bar, orientation="horizontal",
        ).set_label("against the answer  |  for the answer", fontsize=9)  # fmt: skip
        bar.tick_params(labelsize=8)
        return figure

    def _places(self, fonts: list[str]) -> tuple[list[tuple[float, float]], float]:
        """Where each piece goes, in inches, and the height of all.

        A sign of punctuation stands close to the word before it, and on its line.
        """
        trial = Figure(dpi=DPI)
        renderer = FigureCanvasAgg(trial).get_renderer()
        room = self.width - 2 * self.left

        def width(text: str, bold: bool) -> float:
            label = trial.text(
                0, 0, text, fontsize=self.size, family=fonts, parse_math=False,
                fontweight="bold" if bold else "normal",
            )  # fmt: skip
            return label.get_window_extent(renderer).width / DPI

        wide = []
        for number, (text, background, color) in enumerate(self.pieces):
            short = text
            while (needed := width(short, background is None)) > room:
                short = short[: int(0.9 * len(short.rstrip("…")))] + "…"
            self.pieces[number] = (short, background, color)
            wide.append(needed)
        x, y = self.left, 0.0
        places: list[tuple[float, float]] = []
        for number, (_, background, _) in enumerate(self.pieces):
            if background is None:
                x, y = self.left, y + 1.5 * self.line * bool(places)
                places.append((x, y))
                y += self.line
                continue
            followed = number + 1 < len(wide) and self._closes(number + 1)
            needed = wide[number]
            if followed:
                needed += self.close + wide[number + 1]
            closes = self._closes(number) and x > self.left
            if closes:
                x -= self.gap - self.close
            elif x + needed > self.width - self.left and x > self.left:
                x, y = self.left, y + self.line
            places.append((x, y))
            x += wide[number] + self.gap
        return places, y + self.line

    def _closes(self, number: int) -> bool:
        """Whether a piece is one sign of punctuation after a word."""
        text, background, _ = self.pieces[number]
        return background is not None and text in _CLOSING

"""Every picture, drawn with matplotlib's objects: pyplot's state is never touched.

Each function returns a `matplotlib.figure.Figure`; `figure.savefig(path)` writes it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib import colormaps, font_manager, rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

TRAINING, VALIDATION = "tab:blue", "tab:orange"
_DPI = 120
_MISSING = "□"  # stands for a character that no installed font has
_UNSEEN = "\u200c\u200d\ufe0e\ufe0f"  # joiners and variation selectors


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def learning_curves(
    history: Mapping[str, Sequence[float]], kept: int | None = None
) -> Figure:
    """Draw each metric over the epochs, in training and in validation.

    Args:
        history: By metric, a value for each epoch; "val_" before a name marks
            validation.
        kept: The epoch whose weights were kept, the first being 1, to mark it.

    Example:
        >>> figure = learning_curves({"loss": [2.0, 1.0], "val_loss": [2.1, 1.5]})
        >>> figure.axes[0].get_ylabel()
        'loss'
    """
    names = [name for name in history if not name.startswith("val_")]
    figure = _figure(5 * len(names), 3.8)
    figure.suptitle("Learning curves")
    for number, name in enumerate(names, start=1):
        axes = figure.add_subplot(1, len(names), number)
        epochs = range(1, len(history[name]) + 1)
        axes.plot(epochs, history[name], "o-", color=TRAINING, label="training")
        if f"val_{name}" in history:
            values = history[f"val_{name}"]
            axes.plot(epochs, values, "s-", color=VALIDATION, label="validation")
        if kept is not None:
            axes.axvline(kept, ls=":", color="gray", label="weights kept")
        axes.set_xlabel("epoch")
        axes.set_ylabel(name.replace("_", " "))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=3
    )
    return figure


def confusion_matrix(counts: np.ndarray, classes: Sequence[str]) -> Figure:
    """Draw how many texts of each class were given each class.

    Args:
        counts: Shape (classes, classes): true class by row, predicted by column.
        classes: Their names.

    Example:
        >>> figure = confusion_matrix(np.array([[8, 2], [1, 9]]), ["bad", "good"])
        >>> figure.get_suptitle().splitlines()[0]
        'Confusion matrix: 17 of 20 right (85.0%)'
    """
    counts = np.asarray(counts)
    size = len(classes)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = 2.2 + 0.65 * size
    figure = _figure(max(4.6, side + 0.5), side)
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names, fonts = _legible(classes)
    for set_ticks in (axes.set_xticks, axes.set_yticks):
        set_ticks(range(size), names, family=fonts, parse_math=False)
    if size > 3:
        for label in axes.get_xticklabels():
            label.set(rotation=45, ha="right", rotation_mode="anchor")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for row, column in np.ndindex(size, size):
        share = shares[row, column]
        axes.text(
            column, row, f"{counts[row, column]}\n{share:.0%}", ha="center",
            va="center", color="white" if share > 0.5 else "black",
            fontsize=10 if size <= 8 else 7,
        )  # fmt: skip
    right, total = int(np.trace(counts)), int(counts.sum())
    figure.suptitle(
        f"Confusion matrix: {right} of {total} right ({right / max(1, total):.1%})\n"
        "below each count: share of the true class",
        fontsize=10,
    )
    return figure


def _percent() -> PercentFormatter:
    return PercentFormatter(xmax=1, decimals=0)


def reliability_diagram(
    parts: Mapping[str, Any], errors: Mapping[str, float] | None = None
) -> Figure:
    """Draw accuracy over confidence, and how many texts have each confidence.

    Args:
        parts: By name, what `seqkit.models.calibration.reliability` gives (its
            `edges`, `counts`, `confidence` and `accuracy`).
        errors: By the same names, the expected calibration error for the legend.

    Example:
        >>> from seqkit.models.calibration import reliability
        >>> found = reliability(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 0]))
        >>> reliability_diagram({"test": found}).axes[0].get_xlabel()
        'confidence (probability of the predicted class)'
    """
    figure = _figure(6.2, 6.4)
    upper, lower = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1]}
    )
    figure.suptitle("Reliability: is 80% sure right 80% of the time?")
    upper.plot([0, 1], [0, 1], ":", color="gray", label="perfectly calibrated")
    lowest = 1.0
    for number, (name, part) in enumerate(parts.items()):
        color, some = f"C{number}", part.counts > 0
        legend = f"{name} (ECE {errors[name]:.3f})" if errors else name
        upper.plot(
            part.confidence[some], part.accuracy[some], "o-", color=color, label=legend
        )
        lower.stairs(part.counts, part.edges, color=color, fill=number == 0, alpha=0.6)
        lowest = min(lowest, part.edges[np.flatnonzero(some)[0]])
    upper.set_ylabel("accuracy")
    upper.set_xlim(lowest, 1)
    upper.set_ylim(0, 1.02)
    upper.yaxis.set_major_formatter(_percent())
    upper.grid(alpha=0.3)
    upper.legend(loc="lower right")
    lower.set_ylabel("texts")
    lower.set_xlabel("confidence (probability of the predicted class)")
    lower.xaxis.set_major_formatter(_percent())
    return figure


def accuracy_by_length(
    lengths: np.ndarray, right: np.ndarray, cut_at: int | None = None, bins: int = 6
) -> Figure:
    """Draw accuracy over the number of tokens, with 95% Wilson intervals.

    Args:
        lengths: Tokens of each text (n,).
        right: Whether each was classified right (n,).
        cut_at: The length beyond which tokens are not read, to mark it.
        bins: Groups of about equally many texts, at most.

    Example:
        >>> figure = accuracy_by_length(np.array([1, 2, 9]), np.array([1, 1, 0]))
        >>> figure.axes[0].get_ylabel()
        'accuracy'
    """
    lengths, right = np.asarray(lengths), np.asarray(right, float)
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, bins + 1), method="lower"))
    _, group = np.unique(np.searchsorted(edges[1:-1], lengths), return_inverse=True)
    members = [lengths[group == each] for each in range(group.max() + 1)]
    counts = np.array([len(each) for each in members])
    share = np.bincount(group, right) / counts
    middle, half = _wilson(share, counts)
    figure = _figure(7.2, 4.2)
    axes = figure.add_subplot()
    places = np.arange(len(counts))
    axes.errorbar(places, middle, half, fmt="none", color="black", capsize=4)
    axes.plot(places, share, "o", color=TRAINING, markersize=9)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.grid(axis="y", alpha=0.3)
    axes.axhline(right.mean(), ls="--", color="gray")
    axes.annotate(
        f"all: {right.mean():.1%}", (1, right.mean()),
        xycoords=("axes fraction", "data"), ha="left", va="center",
        xytext=(4, 0), textcoords="offset points",
    )  # fmt: skip
    spans = [sorted({each.min(), each.max()}) for each in members]
    labels = [
        f"{'-'.join(map(str, span))}\n(n = {count})"
        for span, count in zip(spans, counts, strict=True)
    ]
    axes.set_xticks(places, labels)
    axes.set_xlabel("tokens in the text")
    if cut_at is not None and lengths.max() > cut_at:
        axes.set_xlabel(f"tokens in the text (only the first {cut_at} are read)")
    axes.set_ylabel("accuracy")
    axes.set_ylim(max(0.0, float((middle - half).min()) - 0.1), 1.02)
    axes.yaxis.set_major_formatter(_percent())
    axes.set_title("Accuracy by text length (lines: 95% interval)")
    return figure


def _wilson(share: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle and half width of the 95 % Wilson score interval."""
    z2 = 1.96**2
    middle = (share + z2 / (2 * counts)) / (1 + z2 / counts)
    variance = share * (1 - share) / counts + z2 / (4 * counts**2)
    half = np.sqrt(z2 * variance) / (1 + z2 / counts)
    return middle, half


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
    every, fonts = _legible(
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
    missing = any(_MISSING in part for part in every)
    return lines.figure(
        title + (f"\n{_MISSING}: no installed font has this sign" if missing else ""),
        norm, fonts,
    )  # fmt: skip


class _Lines:
    """Words set one after the other, in lines of a given width in inches."""

    line, size, left, top, below = 0.32, 11, 0.25, 0.75, 0.75  # inches; size: points

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
        figure = Figure(figsize=(self.width, height), dpi=_DPI)
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
        """Where each piece goes, in inches, and the height of all."""
        trial = Figure(dpi=_DPI)
        renderer = FigureCanvasAgg(trial).get_renderer()
        gap = 0.1
        x, y = self.left, 0.0
        places: list[tuple[float, float]] = []
        for text, background, _ in self.pieces:
            label = trial.text(
                0, 0, text, fontsize=self.size, family=fonts, parse_math=False
            )
            wide = label.get_window_extent(renderer).width / _DPI
            if background is None:
                x, y = self.left, y + 1.5 * self.line * bool(places)
                places.append((x, y))
                y += self.line
                continue
            if x + wide > self.width - self.left and x > self.left:
                x, y = self.left, y + self.line
            places.append((x, y))
            x += wide + gap
        return places, y + self.line


def _legible(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The texts as they can be drawn, and the font families to draw them with.

    A character that no installed font has becomes "□".
    """
    families = list(rcParams["font.family"])
    default = font_manager.findfont(font_manager.FontProperties())
    unknown = set("".join(texts)) - _characters(default)
    for path, name in _fonts():
        if not unknown:
            break
        found = unknown & _characters(path)
        if found:
            families.append(name)
            unknown -= found
    table = {ord(sign): "" if sign in _UNSEEN else _MISSING for sign in unknown}
    return [text.translate(table) for text in texts], families


@cache
def _fonts() -> list[tuple[str, str]]:
    """File and name of every installed font, those made for many scripts first."""
    fonts = {
        (font.fname, font.name)
        for font in font_manager.fontManager.ttflist
        if not font.name.startswith("Last Resort")  # draws boxes for everything
    }
    wide = ("CJK", "Han", "Hei", "Noto", "Ming", "Song", "Gothic", "Unicode", "Symbol")
    return sorted(fonts, key=lambda f: (not any(part in f[1] for part in wide), f[1]))


@cache
def _characters(path: str) -> frozenset[str]:
    """Every character that a font file can draw; none if it cannot be read."""
    try:
        return frozenset(map(chr, font_manager.get_font(path).get_charmap()))
    except (OSError, RuntimeError):  # a bitmap font, or a damaged file
        return frozenset()

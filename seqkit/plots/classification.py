"""How good a classifier is: right and wrong, confidence, length."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from seqkit.plots.figure import TRAINING, new_figure, percent
from seqkit.plots.fonts import legible
from seqkit.plots.length_groups import length_groups

_FEW_CLASSES = 12  # whose cells have room for a share
_LONGEST_NAME = 24  # characters of a class that are shown


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
    few = size <= _FEW_CLASSES
    names = [shortened(name) for name in classes]
    if len(set(names)) < size:  # alike but for what was left out
        names = [f"{number}: {name}" for number, name in enumerate(names, start=1)]
    names, fonts = legible(names)
    longest = max(map(len, names))
    side = (0.65 if few else 0.34) * size + 1.4
    margin = min(0.075 * longest, 1.6)
    figure = new_figure(max(4.6, side + margin + 0.7), max(3.4, side + margin))
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for set_ticks in (axes.set_xticks, axes.set_yticks):
        set_ticks(
            range(size), names, family=fonts, parse_math=False,
            fontsize=10 if few else 8,
        )  # fmt: skip
    if size > 3 or longest > 12:
        for label in axes.get_xticklabels():
            label.set(rotation=45, ha="right", rotation_mode="anchor")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for row, column in np.ndindex(size, size):
        share, count = shares[row, column], counts[row, column]
        if few or count:
            axes.text(
                column, row, f"{count}\n{share:.0%}" if few else str(count),
                ha="center", va="center", color="white" if share > 0.5 else "black",
                fontsize=10 if size <= 8 else 7,
            )  # fmt: skip
    right, total = int(np.trace(counts)), int(counts.sum())
    figure.suptitle(
        f"Confusion matrix: {right} of {total} right ({right / max(1, total):.1%})\n"
        + (
            "below each count: share of the true class"
            if few
            else "the darker, the greater the share of the true class"
        ),
        fontsize=10,
    )
    return figure


def reliability_diagram(
    parts: Mapping[str, Any], errors: Mapping[str, float] | None = None
) -> Figure:
    """Draw accuracy over confidence, and how many texts have each confidence.

    Args:
        parts: By name, what `seqkit.models.calibration.reliability` gives (its
            `edges`, `counts`, `confidence` and `accuracy`).
        errors: By the same names, the expected calibration error for the legend.

    Example:
        >>> from seqkit.models.classification.calibration import reliability
        >>> found = reliability(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 0]))
        >>> reliability_diagram({"test": found}).axes[1].get_xlabel()
        'confidence (probability of the predicted class)'
    """
    figure = new_figure(6.2, 7.4)
    upper, lower = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [5, 2]}
    )
    figure.suptitle("Reliability: is 80% sure right 80% of the time?")
    upper.plot([0, 1], [0, 1], ":", color="gray", label="perfectly calibrated")
    least, lowest = 1.0, 1.0  # confidence, and end of an interval
    for number, (name, part) in enumerate(parts.items()):
        color, some = f"C{number}", part.counts > 0
        legend = f"{name} (ECE {errors[name]:.3f})" if errors else name
        accuracy, counts = part.accuracy[some], part.counts[some]
        middle, half = wilson_interval(accuracy, counts)
        upper.errorbar(
            part.confidence[some], accuracy,
            np.maximum([accuracy - (middle - half), middle + half - accuracy], 0),
            fmt="o-", color=color, capsize=3, label=legend, alpha=0.9,
        )  # fmt: skip
        lower.stairs(part.counts, part.edges, color=color, fill=number == 0, alpha=0.6)
        least = min(least, part.edges[np.flatnonzero(some)[0]])
        lowest = min(lowest, least, np.minimum(middle - half, accuracy).min())
    last = list(parts.values())[-1]
    for left, right, count in zip(
        last.edges[:-1], last.edges[1:], last.counts, strict=True
    ):
        if count:
            lower.annotate(
                str(count), ((left + right) / 2, count), ha="center", va="bottom",
                fontsize=7, xytext=(0, 1), textcoords="offset points",
            )  # fmt: skip
    upper.set_ylabel("accuracy (lines: 95% interval)")
    edge = 0.02 * (1 - least)  # for points on it
    upper.set_xlim(max(0.0, least - edge), 1 + edge)
    upper.set_ylim(max(0.0, lowest - 0.02), 1.005)
    upper.yaxis.set_major_formatter(percent())
    upper.grid(alpha=0.3)
    upper.legend()
    lower.set_yscale("log")
    lower.set_ylim(0.7, 3 * max(part.counts.max() for part in parts.values()))
    lower.set_ylabel("texts (log)")
    lower.set_title(f"numbers: {list(parts)[-1]}", fontsize=8, loc="left", pad=3)
    lower.set_xlabel("confidence (probability of the predicted class)")
    lower.xaxis.set_major_formatter(percent())
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
    groups = length_groups(lengths, bins)
    members = [lengths[rows] for rows in groups]
    counts = np.array([len(each) for each in members])
    share = np.array([right[rows].mean() for rows in groups])
    middle, half = wilson_interval(share, counts)
    figure = new_figure(7.2, 4.2)
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
    wide = len(labels) > 4 and max(map(len, labels)) > 18
    axes.set_xticks(places, labels, fontsize=8 if wide else 10)
    axes.set_xlabel("tokens in the text")
    if cut_at is not None and lengths.max() > cut_at:
        axes.set_xlabel(f"tokens in the text (only the first {cut_at} are read)")
    axes.set_ylabel("accuracy")
    axes.set_ylim(max(0.0, float((middle - half).min()) - 0.1), 1.02)
    axes.yaxis.set_major_formatter(percent())
    axes.set_title("Accuracy by text length (lines: 95% interval)")
    return figure


def wilson_interval(
    share: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return middle and half width of the 95 % Wilson score interval."""
    z2 = 1.96**2
    middle = (share + z2 / (2 * counts)) / (1 + z2 / counts)
    variance = share * (1 - share) / counts + z2 / (4 * counts**2)
    half = np.sqrt(z2 * variance) / (1 + z2 / counts)
    return middle, half


def shortened(name: str) -> str:
    """Leave out the middle of a name that would take too much room.

    Example:
        >>> shortened("a class whose name is long, and longer")
        'a class whos… and longer'
    """
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[:half]}…{name[1 - half :]}"

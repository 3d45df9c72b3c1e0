"""Series of readings: forecasts, scores, thresholds, events."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from seqkit.plots.figure import ALARM, TRAINING, TRUTH, VALIDATION, Figure, new_figure
from seqkit.plots.fonts import legible
from seqkit.wording import counted

_READING, _EXPECTED, _ALARM, _TRUTH = TRAINING, VALIDATION, ALARM, TRUTH
_WIDTH = 11.0
_MOST_PANELS = 6  # channels that one picture can show
_MOST_POINTS = 20_000  # readings up to which each is drawn


def detection(
    index: np.ndarray, found: Any, labels: np.ndarray | None = None
) -> Figure:
    """Draw what a detector found: a panel for each channel, and one for the score.

    Each channel has its readings, what was expected of them and the interval around
    it; the lowest panel the score, on a logarithmic scale, and the threshold. Events
    are marked in every panel, as are labels that are known. Of more than six channels
    those are drawn that are behind the events most; of more than 20,000 readings, their
    range in each of some thousand stretches.

    Args:
        index: Times or numbers of the readings (time,).
        found: A `seqkit.models.Detection`.
        labels: Booleans (time,): where anomalies are; None where unknown.

    Example:
        >>> from seqkit.models import AnomalyDetector, DetectorSettings
        >>> values = np.sin(np.arange(400) / 5)[:, None]
        >>> settings = DetectorSettings(recurrent="never")
        >>> detector = AnomalyDetector.fit(values, settings, channels=["heat"])
        >>> figure = detection(np.arange(400), detector.detect(values))
        >>> [axes.get_ylabel() for axes in figure.axes]
        ['heat', 'score']
    """
    events = found.events()
    shown = _chosen(found, events)
    figure = new_figure(_WIDTH, 1.2 + 1.7 * (len(shown) + 1))
    every = list(figure.subplots(len(shown) + 1, 1, sharex=True, squeeze=False)[:, 0])
    names, fonts = legible(found.channels)
    for number, axes in zip(shown, every[:-1], strict=True):
        values = found.values[:, number]
        _band(axes, index, found.expected, number, "expected")
        _line(axes, index, values, lw=0.7, color=_READING, label="reading")
        _limit(axes, values)
        axes.set_ylabel(names[number], family=fonts, parse_math=False)
    lowest = every[-1]
    if np.isfinite(found.scores).any():
        _line(lowest, index, found.scores, lw=0.9, color="black", label="score")
    lowest.plot(
        index[[0, -1]], found.levels[[0, -1]], lw=1.2, ls="--", color=_ALARM,
        label="threshold",
    )  # fmt: skip
    _logarithmic(lowest, found.scores, float(found.levels.max(initial=0.0)))
    lowest.set_ylabel("score")
    for axes in every:
        for event in events:
            _mark(axes, index, event.start, event.end)
        if labels is not None:
            for start, end in _stretches(labels):
                axes.axvspan(
                    index[start], index[end - 1], ymax=0.06, color=_TRUTH, label="label"
                )
        for start, end in _stretches(found.drifting):
            axes.axvspan(
                index[start], index[end - 1], ymin=0.94, color="gray", label="drift"
            )
        axes.grid(alpha=0.3)
    _time_axis(lowest, index)
    size = f"{counted(len(events), 'event')} in {counted(len(index), 'reading')}"
    if len(shown) < len(found.channels):
        size += f"; the {len(shown)} of {len(found.channels)} channels behind them most"
    figure.suptitle(size, fontsize=11)
    _legend(figure, every)
    return figure


def _chosen(found: Any, events: Sequence[Any]) -> list[int]:
    """The channels to draw: all, or of many those behind the events, in their order."""
    count = len(found.channels)
    if count <= _MOST_PANELS:
        return list(range(count))
    behind = dict.fromkeys(found.channels, 0.0)
    for event in events:
        for name, share in event.shares.items():
            behind[name] += share * event.severity
    order = np.argsort([-behind[name] for name in found.channels], kind="stable")
    return sorted(order[:_MOST_PANELS].tolist())


def forecast(
    index: np.ndarray,
    values: np.ndarray,
    ahead: np.ndarray,
    found: Any,
    channels: Sequence[str],
    came: np.ndarray | None = None,
) -> Figure:
    """Draw a forecast behind the readings it was made of.

    Args:
        index: Times or numbers of the readings (time,).
        values: The readings (time, channels).
        ahead: Times or numbers of what is forecast (n,).
        found: A `seqkit.models.Forecast` of (n, channels).
        channels: Their names.
        came: What came in the end (n, channels); None where it is not known.

    Example:
        >>> from seqkit.models import Forecast
        >>> found = Forecast(*(np.full((3, 1), value) for value in (2.0, 1.0, 3.0)))
        >>> figure = forecast(
        ...     np.arange(5), np.ones((5, 1)), np.arange(5, 8), found, ["heat"]
        ... )
        >>> figure.axes[0].get_legend_handles_labels()[1]
        ['reading', 'forecast', 'interval']
    """
    figure = new_figure(_WIDTH, 1.2 + 2.2 * len(channels))
    every = list(figure.subplots(len(channels), 1, sharex=True, squeeze=False)[:, 0])
    names, fonts = legible(channels)
    for number, axes in enumerate(every):
        _line(axes, index, values[:, number], lw=0.9, color=_READING, label="reading")
        _band(axes, ahead, found, number, "forecast")
        if came is not None:
            axes.plot(ahead, came[:, number], ":", lw=0.9, color="black", label="came")
        axes.set_ylabel(names[number], family=fonts, parse_math=False)
        axes.grid(alpha=0.3)
    _time_axis(every[-1], index)
    figure.suptitle(f"Forecast of {len(ahead)} readings", fontsize=11)
    _legend(figure, every)
    return figure


def _band(axes: Axes, index: np.ndarray, found: Any, channel: int, name: str) -> None:
    """Draw what was forecast of a channel, and the interval around it."""
    mean, lower, upper = (
        part[:, channel] for part in (found.mean, found.lower, found.upper)
    )
    if np.isfinite(mean).any():
        _line(axes, index, mean, lw=0.9, color=_EXPECTED, label=name)
    if len(index) <= _MOST_POINTS and np.isfinite(lower).any():
        axes.fill_between(
            index, lower, upper, color=_EXPECTED, alpha=0.25, lw=0, label="interval"
        )


def _line(axes: Axes, index: np.ndarray, values: np.ndarray, **style: Any) -> None:
    """Draw a line; of very many readings the least and the greatest of each stretch."""
    if len(values) <= _MOST_POINTS:
        axes.plot(index, values, **style)
        return
    each = -(-len(values) // (_MOST_POINTS // 4))
    padded = np.full(-(-len(values) // each) * each, np.nan)
    padded[: len(values)] = values
    parts = padded.reshape(-1, each)
    empty = np.isnan(parts).all(axis=1)
    filled = np.where(empty[:, None], 0.0, parts)
    low, high = np.nanmin(filled, axis=1), np.nanmax(filled, axis=1)
    low[empty] = high[empty] = np.nan
    places = index[::each]
    axes.fill_between(
        places, low, high, color=style["color"], lw=style.get("lw", 0.7), alpha=0.9,
        label=style["label"],
    )  # fmt: skip


def _logarithmic(axes: Axes, scores: np.ndarray, level: float) -> None:
    """Put scores on a scale that is even up to a tenth of the threshold, then not."""
    if level > 0:
        axes.set_yscale("symlog", linthresh=level / 10)
    known = scores[np.isfinite(scores)]
    top = max(float(known.max(initial=0.0)), level)
    if top > 0:
        axes.set_ylim(0, 1.5 * top)


def _limit(axes: Axes, values: np.ndarray) -> None:
    """Show the readings, not what was expected of them, which may be far wider."""
    known = values[np.isfinite(values)]
    if len(known):
        margin = 0.08 * max(np.ptp(known), 1e-9)
        axes.set_ylim(known.min() - margin, known.max() + margin)


def _mark(axes: Axes, index: np.ndarray, start: int, end: int) -> None:
    """Mark an event; one of a single reading by a line, which is wide enough to see."""
    axes.axvspan(
        index[start], index[end - 1], color=_ALARM, alpha=0.25, lw=0, label="event"
    )
    axes.axvline(index[start], color=_ALARM, alpha=0.6, lw=0.8)


def _stretches(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2], edges[1::2], strict=True))


def _time_axis(axes: Axes, index: np.ndarray) -> None:
    if np.issubdtype(index.dtype, np.datetime64):
        locator = AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    else:
        axes.set_xlabel("reading")
    axes.margins(x=0.01)


def _legend(figure: Figure, every: Sequence[Axes]) -> None:
    named: dict[str, Any] = {}
    for axes in every:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    figure.legend(
        list(named.values()), list(named), loc="outside lower center", ncols=len(named),
        fontsize=8,
    )  # fmt: skip

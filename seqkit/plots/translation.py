"""How good a translator is, and where it looks."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from seqkit.plots.figure import new_figure
from seqkit.plots.fonts import MISSING, legible

_CELL = 0.27  # inches of a token in an alignment matrix
_MARGIN = 1.5  # inches for the texts of the tokens
_LETTER = 0.085  # inches of a letter of a heading, about; twice that of a wide one
_LEGEND = 90  # letters beside each other in a legend


def bleu_by_length(
    found: Mapping[str, Sequence[Mapping[str, Any]]], tokenizer: str = "13a"
) -> Figure:
    """Draw BLEU over the number of words in the source, with 95% intervals.

    Args:
        found: By name of a translator, what `Scorer.by_length` gives of the same
            pairs; the first is drawn in full, the others as lines to compare with.
        tokenizer: The tokenizer of BLEU, for the label.

    Example:
        >>> group = {"shortest": 1, "longest": 5, "pairs": 40}
        >>> group |= {"bleu": 80.0, "bleu_interval": 5.0}
        >>> bleu_by_length({"GRU": [group]}).axes[0].get_ylabel()
        'BLEU (13a)'
    """
    figure = new_figure(7.2, 4.4)
    axes = figure.add_subplot()
    drawn: list[Any] = []
    for number, groups in enumerate(found.values()):
        places = np.arange(len(groups))
        scores = [group["bleu"] for group in groups]
        if number == 0:
            intervals = [group["bleu_interval"] for group in groups]
            drawn.append(
                axes.errorbar(
                    places, scores, intervals, fmt="o-", capsize=4, markersize=8
                )
            )
        else:
            drawn += axes.plot(places, scores, "s--", markersize=5, alpha=0.8)
    groups = next(iter(found.values()))
    spans = [sorted({group["shortest"], group["longest"]}) for group in groups]
    axes.set_xticks(
        range(len(groups)),
        [
            f"{'-'.join(map(str, span))}\n(n = {group['pairs']})"
            for span, group in zip(spans, groups, strict=True)
        ],
    )
    axes.set_xlim(-0.5, len(groups) - 0.5)
    tops = [g["bleu"] + g["bleu_interval"] for each in found.values() for g in each]
    axes.set_ylim(0, min(104, 1.1 * max(*tops, 5)))
    axes.set_xlabel("words in the source")
    axes.set_ylabel(f"BLEU ({tokenizer})")
    axes.grid(axis="y", alpha=0.3)
    axes.set_title("BLEU by source length (bars: 95% interval)")
    beside = sum(map(len, found)) + 8 * len(found) < _LEGEND
    names = [textwrap.shorten(name, _LEGEND, placeholder="…") for name in found]
    columns = len(found) if beside else 1
    figure.legend(drawn, names, loc="outside lower center", ncols=columns)
    return figure


def alignments(
    examples: Sequence[tuple[str, Sequence[str], Sequence[str], np.ndarray]],
) -> Figure:
    """Draw how much each target token looked at each source token.

    Args:
        examples: For each sentence a heading, the tokens of the source, those of the
            translation, and the attention weights (target tokens, source tokens).

    Example:
        >>> weights = np.array([[0.9, 0.1], [0.2, 0.8]])
        >>> figure = alignments([("right", ["une", "maison"], ["a", "house"], weights)])
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['a', 'house']
    """
    texts = [
        t for head, source, target, _ in examples for t in (head, *source, *target)
    ]
    shown, fonts = legible(texts)
    drawn = iter(shown)
    columns = min(2, len(examples))
    rows = -(-len(examples) // columns)
    longest = [max(len(each[side]) for each in examples) for side in (1, 2)]
    width, height = (_MARGIN + _CELL * max(6, count) for count in longest)
    figure = new_figure(max(6.4, columns * width), rows * height + _MARGIN / 2)
    title = "Attention: where each token of a translation looked in the source"
    if any(MISSING in text for text in shown):
        title += f"\n{MISSING}: no installed font has this sign"
    figure.suptitle(title)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat[len(examples) :]:
        axes.set_axis_off()
    for axes, (_, source, target, weights) in zip(grid.flat, examples, strict=False):
        letters = int((max(width, 6.4 / columns) - _MARGIN) / _LETTER)
        axes.set_title(
            _wrapped(next(drawn), letters), fontsize=9, family=fonts, parse_math=False
        )
        # An empty translation looked nowhere.
        drawn_weights = weights if len(target) else np.zeros((1, len(source)))
        image = axes.imshow(drawn_weights, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for set_ticks, tokens, angle in (
            (axes.set_xticks, source, 60),
            (axes.set_yticks, target, 0),
        ):
            names = [next(drawn) for _ in tokens]
            set_ticks(
                range(len(tokens)), names, family=fonts, parse_math=False,
                fontsize=9, rotation=angle,
            )  # fmt: skip
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    bar = figure.colorbar(image, ax=grid, location="bottom", shrink=0.4, aspect=40)
    bar.set_label(
        "attention weight (source below, translation at the left)", fontsize=9
    )
    return figure


def _wrapped(text: str, letters: int) -> str:
    """Break a text into lines; a letter of Chinese and the like counts twice."""
    wide = re.sub("([\u1100-\u115f\u2e80-\uffef\U0001f000-\U0003ffff])", "\\1\0", text)
    return "\n".join(textwrap.wrap(wide, letters)).replace("\0", "")

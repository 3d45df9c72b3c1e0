"""The tree of a beam search, and where its best output looked."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from seqkit.decoding import SearchTree
from seqkit.plots.figure import COLORS, new_figure
from seqkit.plots.fonts import legible
from seqkit.wording import briefly

_COLUMN, _ROW, _SOURCE = 1.35, 0.42, 0.24  # inches of a step, a node, a source token
_MOST = 30  # steps that one picture can show
_LONGEST = 13  # letters of a token that are shown
_LOOKS: dict[str, dict[str, Any]] = {
    "best": {"facecolor": "#cfe2f3", "edgecolor": COLORS[0], "lw": 1.8},
    "finished": {"facecolor": "#fff2cc", "edgecolor": "black", "lw": 1.0},
    "kept": {"facecolor": "white", "edgecolor": "black", "lw": 0.8},
    "dropped": {"facecolor": "white", "edgecolor": "gray", "lw": 0.8, "ls": "--"},
}


def beam_table(tree: SearchTree) -> pd.DataFrame:
    """Give the numbers behind `beam`.

    Args:
        tree: of a beam search of one sentence.

    Returns:
        A row for each node, its number being the index: `parent`, `step`, `token`,
        `text`, `log_probability`, `fate`, `score` and `best`, as in
        `seqkit.decoding.TreeNode`; `rank` by log-probability among those of its step,
        from 0 on.

    Raises:
        ValueError: `tree` is none.

    Example:
    >>> from seqkit.decoding import RecordedBeamSearch
    >>> import tensorflow as tf
    >>> table = np.log([[0.1, 0.5, 0.4], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
    >>> def step(tokens, state, memory):
    ...     return tf.gather(table, tokens), state
    >>> search = RecordedBeamSearch(dropped=1)
    >>> found = search(step, [0], (), end=2, maximum_length=9, size=1, n_best=1)
    >>> beam_table(search.tree())[["parent", "step", "token", "fate", "rank"]]
       parent  step  token      fate  rank
    0      -1     0      0     start     0
    1       0     1      1      kept     0
    2       0     1      2   dropped     1
    3       1     2      2  finished     0
    4       1     2      1   dropped     1
    """
    if not isinstance(tree, SearchTree):
        raise ValueError(f"`tree` must be a SearchTree, got {briefly(tree)}.")
    table = pd.DataFrame(tree.nodes)
    table.insert(3, "text", tree.texts)
    ranked = table.groupby("step")["log_probability"].rank("first", ascending=False)
    table["rank"] = ranked.astype(int) - 1
    return table


def beam(tree: SearchTree) -> Figure:
    """Draw the tree of a beam search, and the attention of its best output.

    From left to right, the beginnings after each step with their log-probability, the
    most probable at the top: those that were kept, the best of those that were dropped
    (dashed), outputs that were finished with the score that ranks them, and the way to
    the best one. Below each of its tokens, where it looked in the source. At most 30
    steps are drawn.

    Args:
        tree: of a beam search of one sentence, as `Translator.search_tree` and
            `seqkit.decoding.RecordedBeamSearch` give it.

    Raises:
        ValueError: `tree` is none.

    Example:
    >>> from seqkit.decoding import SearchTree, TreeNode
    >>> nodes = [
    ...     TreeNode(-1, 0, 1, 0.0, "start", np.nan, True),
    ...     TreeNode(0, 1, 5, -0.1, "kept", np.nan, True),
    ...     TreeNode(0, 1, 6, -2.4, "dropped", np.nan, False),
    ...     TreeNode(1, 2, 2, -0.3, "finished", -0.3, True),
    ... ]
    >>> texts = ["<s>", "house", "home", "</s>"]
    >>> attention = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> figure = beam(SearchTree(nodes, texts, ["maison", "</s>"], attention))
    >>> [axes.get_ylabel() for axes in figure.axes][:2]
    ['', 'source']
    """
    table = beam_table(tree)
    steps = int(table["step"].max())
    table = table[table["step"] <= _MOST]
    shown = min(steps, _MOST)
    rows = int(table["rank"].max()) + 1
    weights = np.zeros((0, 0)) if tree.attention is None else tree.attention[:shown]
    heights = [_ROW * rows + 0.3]
    if weights.size:
        heights.append(_SOURCE * len(tree.source) + 0.2)
    width = _COLUMN * (shown + 1) + (1.4 if len(heights) == 2 else 0.3)
    figure = new_figure(max(width, 6.4), sum(heights) + 1.2)
    grid = figure.subplots(
        len(heights), 1, sharex=True, squeeze=False,
        gridspec_kw={"height_ratios": heights},
    ).ravel()  # fmt: skip
    texts, fonts = legible([*tree.texts, *tree.source])
    _draw_tree(grid[0], table, texts, fonts)
    grid[0].set_xlim(-0.5, max(shown, (max(width, 6.4) - 0.6) / _COLUMN - 1) + 0.5)
    grid[0].set_ylim(rows - 0.4, -0.6)
    if len(heights) == 2:
        _draw_attention(grid[1], weights, texts[len(tree.texts) :], fonts)
    title = "Beam search: what was kept and what was dropped, step by step"
    if steps > shown:
        title += f"; the first {shown} of {steps} steps"
    figure.suptitle(title, fontsize=11)
    names = {
        "best": "way to the best output",
        "finished": "finished, with its score",
        "kept": "kept",
        "dropped": "dropped (the most probable)",
    }
    keys = [
        Line2D(
            [], [], ls="none", marker="s", markersize=11, label=name,
            markerfacecolor=_LOOKS[look]["facecolor"],
            markeredgecolor=_LOOKS[look]["edgecolor"],
        )
        for look, name in names.items()
    ]  # fmt: skip
    figure.legend(handles=keys, loc="outside lower center", ncols=4, fontsize=8)
    return figure


def _draw_tree(
    axes: Axes, table: pd.DataFrame, texts: list[str], fonts: list[str]
) -> None:
    for text, (_, node) in zip(texts, table.iterrows(), strict=False):
        if len(text) > _LONGEST:
            text = text[: _LONGEST - 1] + "…"
        label = f"{text}\n{_signed(node['log_probability'])}"
        look = node["fate"]
        if look == "finished":
            label += f"   score {_signed(node['score'])}"
        if node["best"]:
            look = "best"
        style = {"kept": "-", "best": "-", "finished": "-", "dropped": "--"}
        if node["parent"] >= 0:
            before = table.loc[node["parent"]]
            axes.plot(
                [before["step"], node["step"]], [before["rank"], node["rank"]],
                color=_LOOKS[look]["edgecolor"], lw=_LOOKS[look]["lw"],
                ls=style[look], zorder=2 if look == "best" else 1,
            )  # fmt: skip
        axes.text(
            node["step"], node["rank"], label, ha="center", va="center", fontsize=7,
            family=fonts, parse_math=False, linespacing=1.1, zorder=3,
            color="gray" if look == "dropped" else "black",
            bbox={"boxstyle": "round,pad=0.25", **_LOOKS.get(look, _LOOKS["kept"])},
        )  # fmt: skip
    axes.set_axis_off()


def _draw_attention(
    axes: Axes, weights: np.ndarray, source: list[str], fonts: list[str]
) -> None:
    """Draw the weights `(tokens, source)` below the steps 1, 2, and so on."""
    image = axes.imshow(
        weights[:, : len(source)].T, cmap="Blues", vmin=0, vmax=1, aspect="auto",
        extent=(0.5, len(weights) + 0.5, len(source) - 0.5, -0.5),
    )  # fmt: skip
    axes.set_yticks(
        range(len(source)), source, fontsize=8, family=fonts, parse_math=False
    )
    axes.set_xticks(range(1, len(weights) + 1))
    axes.set_xlabel("step of the best output, below its token")
    axes.set_ylabel("source")
    axes.figure.colorbar(image, ax=axes, label="attention", pad=0.01, fraction=0.03)


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")

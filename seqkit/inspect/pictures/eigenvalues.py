"""Eigenvalues of recurrent kernels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from seqkit.plots.figure import look, new_figure
from seqkit.plots.fonts import legible
from seqkit.wording import briefly


def eigenvalues_table(moments: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Give the eigenvalues behind `eigenvalues`.

    Args:
        moments: by moment, for example "before training", square matrices by name, as
            `recurrent_matrices` gives them.

    Returns:
        A row for each moment, matrix and eigenvalue λ: `moment`, `matrix`, `real`,
        `imaginary` and `modulus`, |λ|, the largest first.

    Raises:
        ValueError: `moments` hold no square matrices by name.

    Example: a rotation by a quarter.
    >>> turn = {"U": np.array([[0.0, -1.0], [1.0, 0.0]])}
    >>> eigenvalues_table({"before": turn}).round(3)
       moment matrix  real  imaginary  modulus
    0  before      U   0.0        1.0      1.0
    1  before      U   0.0       -1.0      1.0
    """
    parts = []
    for moment, matrices in _checked(moments).items():
        for name, matrix in matrices.items():
            values = np.linalg.eigvals(np.asarray(matrix, "float64"))
            values = values[np.argsort(-np.abs(values), kind="stable")]
            parts.append(
                pd.DataFrame(
                    {
                        "moment": moment,
                        "matrix": name,
                        "real": values.real,
                        "imaginary": values.imag,
                        "modulus": np.abs(values),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def eigenvalues(moments: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Draw the eigenvalues of recurrent kernels beside the unit circle.

    A panel for each matrix; what came later lies over what was before. Along the
    eigenvector of λ, a linear network multiplies its state by λ at each step: within
    the circle it forgets, outside it grows, and a gradient does the same.

    Args:
        moments: by moment, for example "before training", square matrices by name, as
            `recurrent_matrices` gives them.

    Raises:
        ValueError: `moments` hold no square matrices by name.

    Example:
    >>> from seqkit.inspect.pictures import recurrent_matrices
    >>> from seqkit.layers import SimpleRNN
    >>> layer = SimpleRNN(8)
    >>> layer.build((None, None, 2))
    >>> before = recurrent_matrices(layer)
    >>> after = {name: 0.5 * matrix for name, matrix in before.items()}
    >>> figure = eigenvalues({"before": before, "after": after})
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['before: largest |λ| 1.00', 'after: largest |λ| 0.50', 'unit circle']
    """
    table = eigenvalues_table(moments)
    matrices = list(dict.fromkeys(table["matrix"]))
    columns = min(len(matrices), 4)
    rows = -(-len(matrices) // columns)
    figure = new_figure(max(4.6, 3.1 * columns), 3.1 * rows + 1.3)
    grid = figure.subplots(
        rows, columns, sharex=True, sharey=True, squeeze=False
    ).ravel()
    titles, fonts = legible([*matrices, *map(str, moments)])
    legend, turn = {}, np.linspace(0, 2 * np.pi, 200)
    reach = 1.1 * max(1.0, table[["real", "imaginary"]].abs().max(axis=None))
    for axes in grid[len(matrices) :]:
        axes.set_axis_off()
    for axes, matrix, title in zip(grid, matrices, titles, strict=False):
        (circle,) = axes.plot(np.cos(turn), np.sin(turn), color="gray", lw=1)
        for number, (moment, label) in enumerate(
            zip(moments, titles[len(matrices) :], strict=True)
        ):
            at = table[table["moment"] == str(moment)]
            here = at[at["matrix"] == matrix]
            style = look(number)
            (points,) = axes.plot(
                here["real"], here["imaginary"], color=style["color"], ls="none",
                marker="o" if number == 0 else style["marker"], markersize=5,
                markerfacecolor="none" if number == 0 else style["color"],
                alpha=0.85,
            )  # fmt: skip
            legend[f"{label}: largest |λ| {at['modulus'].max():.2f}"] = points
        axes.set_title(title, fontsize=10, family=fonts, parse_math=False)
        axes.set(aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
        axes.grid(alpha=0.3)
    legend["unit circle"] = circle
    for number, axes in enumerate(grid[: len(matrices)]):
        axes.label_outer()
        if number % columns == 0:
            axes.set_ylabel("imaginary part of λ")
        if number + columns >= len(matrices):
            axes.set_xlabel("real part of λ")
            axes.tick_params(labelbottom=True)
    figure.suptitle("Eigenvalues λ of the recurrent kernel")
    shown = figure.legend(
        legend.values(), legend, loc="outside lower center",
        ncols=len(legend) if columns > 1 else 1,
    )  # fmt: skip
    for text in shown.get_texts():
        text.set(family=fonts, parse_math=False)
    return figure


def _checked(moments: Any) -> dict[str, dict[str, Any]]:
    """Return square matrices by moment and name, or refuse what is none."""
    if not isinstance(moments, Mapping) or not moments:
        raise ValueError(
            "`moments` must be a dictionary of matrices by moment and name, got "
            f"{briefly(moments)}."
        )
    for moment, matrices in moments.items():
        if not isinstance(matrices, Mapping) or not matrices:
            raise ValueError(
                f"`moments` must hold a dictionary of matrices for {moment!r}, got "
                f"{briefly(matrices)}."
            )
        for name, matrix in matrices.items():
            matrix = np.asarray(matrix)
            shape = matrix.shape
            if len(shape) != 2 or shape[0] != shape[1] or not shape[0]:
                raise ValueError(
                    f"`moments` must hold square matrices, got the shape {shape} for "
                    f"{name!r} {moment!r}."
                )
            if not np.isfinite(matrix).all():
                raise ValueError(
                    f"`moments` must hold finite numbers, got others in {name!r} "
                    f"{moment!r}."
                )
    return {
        str(moment): {str(name): matrix for name, matrix in matrices.items()}
        for moment, matrices in moments.items()
    }

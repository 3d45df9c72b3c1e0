"""Learning curves."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from seqkit.plots.figure import TRAINING, VALIDATION, new_figure


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
    figure = new_figure(5 * len(names), 3.8)
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

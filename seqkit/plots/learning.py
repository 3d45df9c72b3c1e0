"""Learning curves."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from seqkit.plots.figure import TRAINING, VALIDATION, new_figure


def learning_curves(
    history: Mapping[str, Sequence[float]], kept: Sequence[int] = ()
) -> Figure:
    """Draw each metric over the epochs, in training and in validation.

    Args:
        history: By metric, a value for each epoch; "val_" before a name marks
            validation. A metric may be there of one of the two alone.
        kept: The epochs whose weights were kept, the first being 1, to mark them.

    Example:
        >>> figure = learning_curves({"loss": [2.0, 1.0], "val_loss": [2.1, 1.5]})
        >>> figure.axes[0].get_ylabel()
        'loss'
    """
    names = list(dict.fromkeys(name.removeprefix("val_") for name in history))
    figure = new_figure(5 * len(names), 3.8)
    figure.suptitle("Learning curves")
    drawn = {}
    for number, name in enumerate(names, start=1):
        axes = figure.add_subplot(1, len(names), number)
        for prefix, label, line, color in (
            ("", "training", "o-", TRAINING),
            ("val_", "validation", "s-", VALIDATION),
        ):
            if prefix + name in history:
                values = history[prefix + name]
                epochs = range(1, len(values) + 1)
                (drawn[label],) = axes.plot(epochs, values, line, color=color)
        for epoch in kept:
            drawn["weights kept"] = axes.axvline(epoch, ls=":", color="gray")
        axes.set_xlabel("epoch")
        axes.set_ylabel(name.replace("_", " "))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    figure.legend(drawn.values(), drawn, loc="outside lower center", ncols=3)
    return figure

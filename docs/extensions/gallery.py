"""Scripts as pages: their figures, and a clean start for each."""

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst

SHARPNESS = 150  # dots an inch


def figures(block: tuple, block_vars: dict, gallery_conf: dict) -> str:
    """Save the figures that a code cell made, pyplot's and others, and show them.

    A figure is shown once, after the cell where a name holds it or that ends with it.
    """
    names = block_vars["example_globals"]
    shown = names.setdefault("__figures_shown__", [])
    made = [plt.figure(number) for number in plt.get_fignums()]
    made += [value for value in names.values() if isinstance(value, Figure)]
    paths = []
    for figure in made:
        if not any(figure is each for each in shown):
            path = Path(next(block_vars["image_path_iterator"]))
            figure.savefig(path, dpi=SHARPNESS, bbox_inches="tight")
            shown.append(figure)
            paths.append(str(path))
    plt.close("all")
    return figure_rst(paths, gallery_conf["src_dir"])


def reset(gallery_conf: dict, script: str) -> None:
    """Start each script as a new process would: same seeds, no models of another."""
    import keras
    import matplotlib

    plt.close("all")
    matplotlib.rcdefaults()
    matplotlib.use("agg")
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)

"""Pictures of results, by matplotlib's objects: pyplot's state is never touched.

Each function returns a `matplotlib.figure.Figure`; `figure.savefig(path)` writes it.
"""

from seqkit.plots.classification import (
    accuracy_by_length,
    confusion_matrix,
    reliability_diagram,
)
from seqkit.plots.learning import learning_curves
from seqkit.plots.series import detection, forecast
from seqkit.plots.translation import alignments, bleu_by_length
from seqkit.plots.word_effects import attribution

__all__ = [
    "accuracy_by_length",
    "alignments",
    "attribution",
    "bleu_by_length",
    "confusion_matrix",
    "detection",
    "forecast",
    "learning_curves",
    "reliability_diagram",
]

"""The pictures of a run of the sentiment application."""

from typing import TYPE_CHECKING, Any

import numpy as np

from seqkit import plots
from seqkit.plots.classification import shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from seqkit.models.classification.classifier import SentimentClassifier
    from seqkit.models.classification.evaluation import Evaluation
    from seqkit.models.classification.labelled import LabelledTexts

_EXAMPLE_LENGTHS = (5, 40)  # tokens of the texts whose words are attributed


def figures(
    classifier: "SentimentClassifier", found: "Evaluation", test: "LabelledTexts"
) -> "dict[str, Figure]":
    """Draw how a classifier learnt and how it answered its test, by name."""
    lengths = classifier.codec.pieces(test.texts).row_lengths().numpy()
    metrics = found.metrics
    errors: dict[str, Any] = {
        "as trained": metrics["ece_before"],
        "calibrated": metrics["ece_after"],
    }
    parts = dict(zip(errors, (found.as_trained, found.calibrated), strict=True))
    rows = _example_rows(found, lengths)
    return {
        "learning_curves": plots.learning_curves(classifier.history, classifier.chosen),
        "confusion_matrix": plots.confusion_matrix(
            np.array(metrics["confusion"]), metrics["classes"]
        ),
        "reliability": plots.reliability_diagram(parts, errors),
        "accuracy_by_length": plots.accuracy_by_length(lengths, found.right),
        "attribution": plots.attribution(
            [_example(classifier, test, found, row) for row in rows]
        ),
    }


def _example_rows(found: "Evaluation", lengths: np.ndarray) -> list[int]:
    """Choose the surest right answer of up to three classes, and the surest mistake."""
    low, high = _EXAMPLE_LENGTHS
    readable = (lengths >= low) & (lengths <= high)
    if not readable.any():
        readable = lengths <= lengths.min()
    sure = np.where(readable, found.probabilities.max(axis=1), -1)
    classes = range(min(3, found.probabilities.shape[1]))
    groups = [found.right & (found.truth == each) for each in classes]
    return [
        int(np.argmax(np.where(group, sure, -1)))
        for group in [*groups, ~found.right]
        if (group & readable).any()
    ]


def _example(
    classifier: "SentimentClassifier",
    test: "LabelledTexts",
    found: "Evaluation",
    row: int,
) -> tuple[str, list[tuple[str, float]]]:
    probabilities = found.probabilities[row]
    answer = shortened(classifier.classes[probabilities.argmax()])
    label = shortened(test.labels[row])
    verdict = "right" if found.right[row] else f"labelled {label}"
    heading = f"{answer}, {probabilities.max():.2f} sure: {verdict}"
    return heading, classifier.attribute(test.texts[row])

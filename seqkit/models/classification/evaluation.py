"""How good a classifier is, in numbers. Needs the `apps` extra."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, log_loss

from seqkit.errors import InputError
from seqkit.models.classification.calibration import (
    Reliability,
    expected_calibration_error,
    neutral,
    reliability,
    softmax,
)
from seqkit.models.classification.classifier import (
    BOTH,
    NGRAMS_ALONE,
    SentimentClassifier,
)
from seqkit.models.classification.labels import class_names


class Evaluation(NamedTuple):
    """What a classifier made of texts whose labels are known."""

    metrics: dict[str, Any]  # numbers, fit for JSON
    probabilities: np.ndarray  # (texts, classes), calibrated
    truth: np.ndarray  # (texts,) class indices
    as_trained: Reliability
    calibrated: Reliability

    @property
    def right(self) -> np.ndarray:
        """Whether each text was classified right: (texts,)."""
        return self.probabilities.argmax(axis=1) == self.truth


def label_metrics(
    truth: Sequence[str] | np.ndarray, predicted: Sequence[str] | np.ndarray
) -> dict[str, float]:
    """Give accuracy and the mean F1 of the classes.

    Example:
        >>> label_metrics(["a", "b", "b", "b"], ["a", "a", "b", "b"])["accuracy"]
        0.75
    """
    return {
        "accuracy": float(np.mean(np.array(truth) == np.array(predicted))),
        "macro_f1": float(f1_score(truth, predicted, average="macro", zero_division=0)),
    }


def evaluate(
    classifier: SentimentClassifier, texts: Sequence[str], labels: Sequence[str]
) -> Evaluation:
    """Answer texts and compare with their labels.

    Args:
        classifier: The classifier.
        texts: Texts that it was not trained on.
        labels: Their labels.

    Returns:
        Among the metrics are the expected calibration error before and after
        calibration, and the confusion matrix: true class by row.

    Raises:
        InputError: A label is of no class that the classifier has.
    """
    names = list(classifier.classes)
    unknown = class_names(set(labels) - set(names))
    if unknown:
        raise InputError(
            f"labels must be of the model's classes, {', '.join(names)}; got also "
            f"{', '.join(unknown)} (--label-map gives them other names)"
        )
    truth = np.array([names.index(label) for label in labels])
    parts = classifier.parts(texts)
    plain = parts if classifier.answers == BOTH else parts[:, 1:]
    before = softmax(neutral(*plain.shape[1:])(plain))
    after = softmax(classifier.calibration(parts))
    predicted = after.argmax(axis=1)
    every = range(len(names))
    metrics = {
        "texts": len(labels),
        **label_metrics(labels, np.array(names)[predicted]),
        "cross_entropy": float(log_loss(truth, after, labels=every)),
        "ece_before": expected_calibration_error(before, truth),
        "ece_after": expected_calibration_error(after, truth),
        "classes": names,
        "confusion": confusion_matrix(truth, predicted, labels=every).tolist(),
    }
    return Evaluation(
        metrics, after, truth, reliability(before, truth), reliability(after, truth)
    )


def baselines(
    classifier: SentimentClassifier, texts: Sequence[str], labels: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Measure what a result must be compared with, on the same texts.

    All of it is kept with the classifier: the most frequent class of the training, and
    its n-grams weighted by naive Bayes, which are the strongest simple model here.
    """
    majority = max(classifier.shares, key=lambda name: classifier.shares[name])
    places = classifier.ngram_scores(texts).argmax(axis=1)
    answers = {
        "majority class": [majority] * len(labels),
        NGRAMS_ALONE: [classifier.classes[place] for place in places],
    }
    return {name: label_metrics(labels, answer) for name, answer in answers.items()}

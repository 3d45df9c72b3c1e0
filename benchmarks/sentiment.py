"""What a split at random flatters: `python -m benchmarks.sentiment`, three minutes.

The n-grams alone, trained on eight tenths of the 25,000 long reviews and measured on
one, by film and at random.
"""

import numpy as np

from seqkit.models.classification.evaluation import label_metrics
from seqkit.models.classification.labelled import (
    LabelledSplits,
    load_reviews,
    split,
    split_in_order,
)
from seqkit.models.classification.ngrams import NgramTable, fit_ngrams
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.text import TextCodec

SEEDS = (1, 2)


def accuracy(splits: LabelledSplits, settings: ClassifierSettings) -> float:
    """Fit the n-grams to the training, and measure them on the test."""
    codec = TextCodec(settings.level, [], settings.lowercase, read_only=True)
    table = NgramTable(codec.pieces, splits.training.texts, settings.ngrams)
    labels = np.array([each == "positive" for each in splits.training.labels]).astype(
        int
    )
    fitted, _ = fit_ngrams(table, labels, 2, settings.seed)
    scores = [fitted(codec.pieces([text])).numpy()[0] for text in splits.test.texts]
    names = np.array(["negative", "positive"])
    answers = names[np.argmax(scores, axis=1)]
    return label_metrics(splits.test.labels, answers)["accuracy"]


def main() -> None:
    """Print the accuracy of every split."""
    data = load_reviews("imdb").unique()
    for name, cut in (("by film", split_in_order), ("at random", split)):
        found = [accuracy(cut(data, seed), ClassifierSettings()) for seed in SEEDS]
        print(f"{name:9}", *(f"{each:.3f}" for each in found), flush=True)


if __name__ == "__main__":
    main()

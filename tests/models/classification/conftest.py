import random
from dataclasses import replace

import pytest

from seqkit.models import ClassifierSettings, SentimentClassifier
from seqkit.recurrence import portable

GOOD, BAD = ("good", "great", "lovely", "moving"), ("bad", "dull", "awful", "flat")
FILLER = ("the", "film", "was", "a", "plot", "and", "actors", "it", "is")
TINY = ClassifierSettings(
    network="GRU",
    bidirectional=False,
    units=8,
    embedding=8,
    dropout=0.0,
    word_dropout=0.0,
    epochs=6,
    batch_size=16,
    learning_rate=0.03,
    stretch=8,
    averaging=0.9,
)


def reviews(count, seed=0):
    """Texts with one telling word among others, and their labels."""
    generator = random.Random(seed)
    texts, labels = [], []
    for number in range(count):
        words = generator.choices(FILLER, k=generator.randrange(1, 12))
        telling = generator.choice(BAD if number % 2 else GOOD)
        words.insert(generator.randrange(len(words) + 1), telling)
        texts.append(" ".join(words))
        labels.append("negative" if number % 2 else "positive")
    return texts, labels


def quick_fit(
    training, validation, unlabelled=(), vectors=None, folder=None, **settings
):
    """Fit with the plain time loop: nothing is compiled, which takes seconds."""
    with portable():
        return SentimentClassifier.fit(
            *training, validation, replace(TINY, **settings), unlabelled, vectors,
            folder, verbose=0,
        )  # fmt: skip


@pytest.fixture(scope="session")
def classifier():
    return SentimentClassifier.fit(*reviews(200), reviews(40, seed=1), TINY, verbose=0)

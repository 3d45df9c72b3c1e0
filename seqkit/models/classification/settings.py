"""Everything that can be chosen about a text classifier, each default written once."""

from dataclasses import dataclass

from seqkit.errors import InputError
from seqkit.models.settings import (
    GREATEST_SEED,
    check_settings,
    describe_settings,
    setting,
)
from seqkit.text.rules import LEVELS, check_size

POOLINGS = ("max-mean", "max", "mean", "attention", "last")


@describe_settings
@dataclass(frozen=True)
class ClassifierSettings:
    """The choices behind a `SentimentClassifier`: text, network and training.

    Raises:
        InputError: A value breaks its rule; the message names the field.

    Example:
        >>> ClassifierSettings(network="GRU", units=32).units
        32
        >>> ClassifierSettings(units=0)
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: units must be at least 1; got 0
    """

    network: str = setting(
        "LSTM", "recurrent layer: the name of any in seqkit.layers", network=True
    )
    bidirectional: bool = setting(True, "read every text in both directions")
    layers: int = setting(1, "recurrent layers, one over the other", minimum=1)
    units: int = setting(64, "units of each recurrent layer", minimum=1)
    pooling: str = setting(
        "max-mean", "how the states of all words become one vector", choices=POOLINGS
    )
    embedding: int = setting(
        128, "size of a word vector; that of a file of vectors is its own", minimum=1
    )
    fine_tune: bool = setting(
        True, "train the word vectors too; else they stay as they were learnt or read"
    )
    dropout: float = setting(
        0.3, "share of word vector channels and of pooled features dropped in training",
        minimum=0, below=1,
    )  # fmt: skip
    word_dropout: float = setting(
        0.0, "share of words dropped in training", minimum=0, below=1
    )
    ngrams: int = setting(
        600000, "n-grams of one to three words that are weighted, at most", minimum=1
    )
    level: str = setting("word", "what a text is cut into", choices=LEVELS)
    lowercase: bool = setting(True, "read upper and lower case as one")
    vocabulary: int = setting(
        30000,
        "ids, the four reserved ones included; with level bpe the 256 bytes too",
        minimum=5,
    )
    minimum_count: int = setting(
        2, "words seen fewer times are unknown to the network", minimum=1
    )
    stretch: int = setting(
        128, "words read at a stretch; a longer text is read in several", minimum=1
    )
    pretraining: float = setting(
        5.0, "millions of words, at most, read to foretell their neighbours before any "
        "label, where all texts have half a million; 0 for none",
        minimum=0,
    )  # fmt: skip
    epochs: int = setting(20, "greatest number of epochs", minimum=1)
    patience: int = setting(
        2, "epochs without a better validation loss before training stops", minimum=1
    )
    batch_size: int = setting(32, "texts in a training step", minimum=1)
    learning_rate: float = setting(2e-3, "learning rate of Adam", above=0)
    clipnorm: float = setting(1.0, "greatest norm of all gradients together", above=0)
    averaging: float = setting(
        0.99, "share of the weights before in their running mean, which is kept",
        minimum=0, below=1,
    )  # fmt: skip
    seed: int = setting(
        1,
        "seed of splits, weights, dropout and order",
        minimum=0,
        maximum=GREATEST_SEED,
    )

    def __post_init__(self) -> None:
        check_settings(self)
        check_size(self.level, self.vocabulary, "vocabulary")
        in_one = self.pooling == "last" and self.layers == 1
        if in_one and self.stretch != type(self).stretch:
            raise InputError(
                "stretch goes with pooling over all words, or with more than "
                "one of layers: pooling last reads a text in one"
            )

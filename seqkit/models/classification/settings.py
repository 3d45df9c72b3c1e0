"""Everything that can be chosen about a text classifier, each default written once."""

from dataclasses import dataclass

from seqkit.models.settings import check_settings, setting

POOLINGS = ("last", "max", "mean", "attention")
LEVELS = ("word", "char")


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
        "max", "how the states of all words become one vector", choices=POOLINGS
    )
    embedding: int = setting(128, "size of a word vector", minimum=1)
    dropout: float = setting(
        0.5, "share of word vector channels and of pooled features dropped in training",
        minimum=0, below=1,
    )  # fmt: skip
    level: str = setting("word", "what a text is cut into", choices=LEVELS)
    lowercase: bool = setting(True, "read upper and lower case as one")
    vocabulary: int = setting(20000, "ids, the two reserved ones included", minimum=3)
    minimum_count: int = setting(
        2, "words seen fewer times in training are unknown words", minimum=1
    )
    max_length: int = setting(400, "words kept of a text, from its start", minimum=1)
    epochs: int = setting(10, "greatest number of epochs", minimum=1)
    patience: int = setting(
        2, "epochs without a better validation loss before training stops", minimum=1
    )
    batch_size: int = setting(32, "texts in a training step", minimum=1)
    learning_rate: float = setting(1e-3, "learning rate of Adam", above=0)
    clipnorm: float = setting(1.0, "greatest norm of all gradients together", above=0)
    seed: int = setting(1, "seed of splits, weights, dropout and order", minimum=0)

    def __post_init__(self) -> None:
        check_settings(self)

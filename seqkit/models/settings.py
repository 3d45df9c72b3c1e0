"""Everything that can be chosen about a text classifier, each default written once."""

from dataclasses import dataclass, field, fields
from typing import Any

from seqkit.errors import InputError

POOLINGS = ("last", "max", "mean", "attention")
LEVELS = ("word", "char")


def _setting(default: Any, help: str, **rule: Any) -> Any:
    return field(default=default, metadata={"help": help, **rule})


@dataclass(frozen=True)
class ClassifierSettings:
    """The choices behind a `TextClassifier`: text, network and training.

    The metadata of each field holds its help text and its rule: `choices`, or the
    range `minimum <= value` (`above < value`) and `value < below`.

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

    network: str = _setting("LSTM", "recurrent layer: the name of any in seqkit.layers")
    bidirectional: bool = _setting(True, "read every text in both directions")
    layers: int = _setting(1, "recurrent layers, one over the other", minimum=1)
    units: int = _setting(64, "units of each recurrent layer", minimum=1)
    pooling: str = _setting(
        "max", "how the states of all words become one vector", choices=POOLINGS
    )
    embedding: int = _setting(128, "size of a word vector", minimum=1)
    dropout: float = _setting(
        0.5, "share of word vector channels and of pooled features dropped in training",
        minimum=0, below=1,
    )  # fmt: skip
    level: str = _setting("word", "what a text is cut into", choices=LEVELS)
    lowercase: bool = _setting(True, "read upper and lower case as one")
    vocabulary: int = _setting(20000, "ids, the two reserved ones included", minimum=3)
    minimum_count: int = _setting(
        2, "words seen fewer times in training are unknown words", minimum=1
    )
    max_length: int = _setting(400, "words kept of a text, from its start", minimum=1)
    epochs: int = _setting(10, "greatest number of epochs", minimum=1)
    patience: int = _setting(
        2, "epochs without a better validation loss before training stops", minimum=1
    )
    batch_size: int = _setting(32, "texts in a training step", minimum=1)
    learning_rate: float = _setting(1e-3, "learning rate of Adam", above=0)
    clipnorm: float = _setting(1.0, "greatest norm of all gradients together", above=0)
    seed: int = _setting(1, "seed of splits, weights, dropout and order", minimum=0)

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, getattr(self, each.name), each.type, each.metadata)


def _check(name: str, value: Any, kind: Any, rule: Any) -> None:
    allowed = (int, float) if kind is float else kind
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
        raise InputError(f"{name} must be of type {kind.__name__}; got {value!r}")
    if "choices" in rule and value not in rule["choices"]:
        raise InputError(
            f"{name} must be one of {', '.join(rule['choices'])}; got {value!r}"
        )
    if "minimum" in rule and not value >= rule["minimum"]:
        raise InputError(f"{name} must be at least {rule['minimum']}; got {value}")
    if "above" in rule and not value > rule["above"]:
        raise InputError(f"{name} must be more than {rule['above']}; got {value}")
    if "below" in rule and not value < rule["below"]:
        raise InputError(f"{name} must be less than {rule['below']}; got {value}")

"""Everything that can be chosen about a translator, each default written once."""

from dataclasses import dataclass
from typing import Any

from seqkit.errors import InputError
from seqkit.models.settings import (
    GREATEST_SEED,
    check_network,
    check_settings,
    check_takes,
    describe_settings,
    setting,
)
from seqkit.text.rules import LEVELS, check_size

ATTENTIONS = ("bahdanau", "dot", "general", "concat", "none")
TYINGS = ("none", "output", "all")
BRIDGES = ("dense", "zero")
CONTEXTS = ("first", "every")
SCHEDULES = ("constant", "cosine", "inverse-sqrt")
MONITORS = ("bleu", "loss")


@describe_settings
@dataclass(frozen=True)
class TranslatorSettings:
    """The choices behind a `Translator`: text, network, training and search.

    Raises:
        InputError: A value breaks its rule, or two do not go together; the message
            names them.

    Example:
        >>> TranslatorSettings(attention="dot").attention
        'dot'
        >>> TranslatorSettings(tied="all", joint=False)
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: tied='all' needs joint=True: one vocabulary for both
    """

    level: str = setting("bpe", "what a sentence is cut into", choices=LEVELS)
    vocabulary: int = setting(
        8000,
        "tokens of a vocabulary, the four reserved ones included; with level bpe the "
        "256 bytes too",
        minimum=5,
    )
    joint: bool = setting(True, "one vocabulary for both languages")
    lowercase: bool = setting(False, "read and write lower case only")
    minimum_count: int = setting(
        1, "words or characters seen fewer times in training are unknown", minimum=1
    )
    max_length: int = setting(
        100, "tokens of a sentence: longer pairs are not trained on, and of a longer "
        "source no more is read", minimum=1,
    )  # fmt: skip

    encoder: str = setting(
        "GRU", "recurrent layer: the name of any in seqkit.layers", network=True
    )
    bidirectional: bool = setting(True, "read the source in both directions")
    encoder_layers: int = setting(1, "recurrent layers of the encoder", minimum=1)
    decoder: str = setting("GRU", "recurrent layer of the decoder", network=True)
    decoder_layers: int = setting(2, "recurrent layers of the decoder", minimum=1)
    units: int = setting(
        512, "units of each recurrent layer, both directions together", minimum=1
    )
    embedding: int = setting(256, "size of a token vector", minimum=1)
    tied: str = setting(
        "output", "token vectors in one: of the target and the output layer, or also "
        "of the source", choices=TYINGS,
    )  # fmt: skip
    attention: str = setting(
        "general", "how the source is looked at; none: its last state is all there is",
        choices=ATTENTIONS,
    )  # fmt: skip
    context: str = setting(
        "every", "without attention, the last state of the source is given at the "
        "first step or at every step", choices=CONTEXTS,
        goes_with={"attention": ("none",)},
    )  # fmt: skip
    input_feeding: bool = setting(
        False, "feed what attention gave for a token into the next step; a slower loop",
        goes_with={"attention": ATTENTIONS[:-1]},
    )  # fmt: skip
    bridge: str = setting(
        "dense", "first states of the decoder: a dense layer of the source's last "
        "state, or zero", choices=BRIDGES,
    )  # fmt: skip
    dropout: float = setting(
        0.3, "share of the inputs of each layer dropped in training, the same at every "
        "step of a sentence", minimum=0, below=1,
    )  # fmt: skip
    recurrent_dropout: float = setting(
        0.0, "share of the states dropped in training, the same at every step",
        minimum=0, below=1,
    )  # fmt: skip

    label_smoothing: float = setting(
        0.1, "share of the target probability spread over the vocabulary",
        minimum=0, below=1,
    )  # fmt: skip
    scheduled_sampling: float = setting(
        0.0, "share of the target tokens that are replaced by the network's own guess "
        "as it reads them in training", minimum=0, maximum=1,
    )  # fmt: skip
    batch_tokens: int = setting(
        2000, "target tokens of a training step, about", minimum=1
    )
    epochs: int = setting(
        20, "greatest number of epochs; a schedule ends with them", minimum=1
    )
    patience: int = setting(
        4, "epochs without a better validation before training stops", minimum=1
    )
    monitor: str = setting("bleu", "what the validation is judged by", choices=MONITORS)
    monitored: int = setting(
        1000, "validation pairs translated after each epoch, at most", minimum=1,
        goes_with={"monitor": ("bleu",)},
    )  # fmt: skip
    averaged: int = setting(
        3, "best epochs whose weights are averaged, where that is better than the best",
        minimum=1,
    )  # fmt: skip
    learning_rate: float = setting(1e-3, "greatest learning rate of Adam", above=0)
    schedule: str = setting(
        "cosine", "how the learning rate falls after the warm-up", choices=SCHEDULES
    )
    warmup: int = setting(
        200, "training steps in which the learning rate rises from zero", minimum=0
    )
    clipnorm: float = setting(1.0, "greatest norm of all gradients together", above=0)
    seed: int = setting(
        1,
        "seed of splits, weights, dropout and order",
        minimum=0,
        maximum=GREATEST_SEED,
    )

    beam: int = setting(5, "translations kept in the search; 1 is greedy", minimum=1)
    length_penalty: float = setting(
        1.0, "exponent of the length in the score (Wu 2016); 0 favours short ones",
        minimum=0,
    )  # fmt: skip
    coverage_penalty: float = setting(
        0.0, "weight of source tokens left out, in the score (Wu 2016)", minimum=0,
        goes_with={"attention": ATTENTIONS[:-1]},
    )  # fmt: skip

    def __post_init__(self) -> None:
        check_settings(self)
        check_size(self.level, self.vocabulary, "vocabulary")
        if self.bidirectional and self.units % 2:
            raise InputError(
                f"units must be even where bidirectional=True; got {self.units}"
            )
        if self.tied == "all" and not self.joint:
            raise InputError("tied='all' needs joint=True: one vocabulary for both")
        for network in (self.encoder, self.decoder):
            check_takes("recurrent_dropout", self.recurrent_dropout, network, 0.0)
        check_network("decoder", self.decoder, self.units, as_decoder=True)
        # Imports Keras, for which help texts need not wait.
        from seqkit.models.named_layers import find_recurrent_layer

        layer = find_recurrent_layer(self.decoder)
        if self.input_feeding and getattr(layer(self.units).cell, "batch_norm", False):
            raise InputError(
                f"input_feeding needs a decoder that reads one step at a time; got "
                f"{self.decoder!r}, whose batch normalization reads all first"
            )
        if self.bidirectional:
            check_network("encoder", self.encoder, self.units // 2)
        if self.context == "first" and self.bridge == "zero":
            raise InputError(
                "attention='none' with context='first' needs bridge='dense': the "
                "decoder would see nothing of the source"
            )

    @property
    def layer_options(self) -> dict[str, Any]:
        """What every recurrent layer is made with."""
        options = {"return_sequences": True, "dropout": self.dropout}
        if self.recurrent_dropout:
            options["recurrent_dropout"] = self.recurrent_dropout
        return options

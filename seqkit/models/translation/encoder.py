"""The source as vectors."""

from typing import Any, NamedTuple

import keras
from keras import ops

from seqkit import layers as seqkit_layers
from seqkit.models.named_layers import find_recurrent_layer
from seqkit.models.translation.settings import TranslatorSettings
from seqkit.text import TextCodec


class Encoded(NamedTuple):
    """A source, as the decoder sees it."""

    memory: Any  # (batch, source, features), what is looked at
    keys: Any  # (batch, source, size), what a query is compared with
    mask: Any  # (batch, source) boolean
    summary: Any  # (batch, features), the last state in each direction


class Encoder(keras.layers.Layer):
    """Token vectors, then recurrent layers over them.

    Args:
        settings: Sizes and kinds.
        vocabulary_size: Ids of the source.
        **kwargs: `name`, `dtype`, as for any Keras layer.

    Call arguments:
        ids: int32 (batch, source), padded at the end with zeros.
        training: Whether to apply dropout.

    Returns:
        The states of the last layer (batch, source, features); where there are tokens,
        boolean (batch, source); and the last state in each direction (batch, features).
    """

    def __init__(
        self, settings: TranslatorSettings, vocabulary_size: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.embedding = token_vectors(settings, vocabulary_size)
        layer = find_recurrent_layer(settings.encoder)
        self.bidirectional = settings.bidirectional
        self.recurrent = []
        for _ in range(settings.encoder_layers):
            recurrent = layer(
                settings.units // (2 if self.bidirectional else 1),
                **settings.layer_options,
            )
            if self.bidirectional:
                recurrent = seqkit_layers.Bidirectional(recurrent)
            self.recurrent.append(recurrent)
        self.built = True  # the layers inside are, at their first call

    def call(self, ids: Any, training: bool = False) -> tuple[Any, Any, Any]:
        """Read a batch of sources."""
        mask = ops.not_equal(ids, TextCodec.PADDING)
        states = self.embedding(ids)
        for recurrent in self.recurrent:
            states = recurrent(states, mask=mask, training=training)
        last = ops.sum(ops.cast(mask, "int32"), axis=1) - 1
        is_last = ops.one_hot(last, ops.shape(ids)[1], dtype=states.dtype)
        summary = ops.einsum("bt,btd->bd", is_last, states)
        if self.bidirectional:
            half = states.shape[-1] // 2
            summary = ops.concatenate([summary[:, :half], states[:, 0, half:]], -1)
        return states, mask, summary


def token_vectors(
    settings: TranslatorSettings, vocabulary_size: int
) -> keras.layers.Embedding:
    """Make the token vectors of a vocabulary."""
    return keras.layers.Embedding(
        vocabulary_size,
        settings.embedding,
        embeddings_initializer=keras.initializers.RandomNormal(
            stddev=settings.embedding**-0.5
        ),
        name="tokens",
    )

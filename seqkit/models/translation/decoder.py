"""The target, token by token, from the source as vectors."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from seqkit.keras_internals import keras_rnn
from seqkit.layers.attention import BahdanauAttention, LuongAttention
from seqkit.models.named_layers import find_recurrent_layer
from seqkit.models.translation.encoder import Encoded, token_vectors
from seqkit.models.translation.settings import TranslatorSettings
from seqkit.text import TextCodec

_NEVER = -1e9  # logit of what is no token of a text


class Decoder(keras.layers.Layer):
    """A recurrent layer, attention over the source, and recurrent layers above it.

        h^1_t = recurrent(e_t; h^1_{t-1})                 e_t: vector of token t
        c_t   = attention(h^1_t, memory)
        h^l_t = recurrent([h^{l-1}_t, c_t]; h^l_{t-1})    l = 2, 3, ...
        a_t   = tanh(W [h^L_t, c_t] + b)
        p_t   = softmax(E a_t + d)

    No step of a layer depends on the attention of the step before it, so each layer
    runs over a whole sentence at once, by the fast recurrence, and attention is a few
    large products. What was looked at before is known to the layers above the first.
    With `input_feeding`, [e_t, a_{t-1}] takes the place of e_t (Luong 2015): then one
    loop over the steps runs all of it, which is slower.

    Without attention, c_t is the last state of the source, which the first layer
    sees too; or, with `context="first"`, it is left out, and the source is known
    through the first states alone (Sutskever 2014).

    Args:
        settings: Sizes and kinds.
        vocabulary_size: Ids of the target.
        embedding: Token vectors to share with the source, or None for its own.
        **kwargs: `name`, `dtype`, as for any Keras layer.

    Reference: D. Bahdanau et al., "Neural machine translation by jointly learning to
    align and translate", ICLR 2015; M.-T. Luong et al., "Effective approaches to
    attention-based neural machine translation", EMNLP 2015. The first layer below the
    attention, the others above it: R. Sennrich et al., "Nematus", EACL 2017.
    """

    def __init__(
        self,
        settings: TranslatorSettings,
        vocabulary_size: int,
        embedding: keras.layers.Embedding | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.settings = settings
        self.embedding = embedding or token_vectors(settings, vocabulary_size)
        layer = find_recurrent_layer(settings.decoder)
        self.recurrent = [
            layer(settings.units, **settings.layer_options)
            for _ in range(settings.decoder_layers)
        ]
        self.bridge = None
        if settings.bridge == "dense":
            sizes = [size for each in self.recurrent for size in each.cell.state_sizes]
            self.bridge = keras.layers.Dense(sum(sizes), "tanh", name="bridge")
        self.attention = make_attention(settings)
        self.combine = keras.layers.Dense(settings.embedding, "tanh", name="combine")
        self.dropout = keras.layers.Dropout(settings.dropout)
        if settings.tied == "none":
            self.output_layer = keras.layers.Dense(vocabulary_size, name="output")
        else:
            self.output_bias = self.add_weight(
                shape=(vocabulary_size,), initializer="zeros", name="output_bias"
            )
        self.built = True  # the layers inside are, at their first call

    def look_at(self, memory: Any, mask: Any, summary: Any) -> Encoded:
        """Prepare a source for the attention, once for all steps."""
        if self.attention is None:
            return Encoded(memory, memory, mask, summary)
        if not self.attention.built:
            self.attention.build((None, self.settings.units), memory.shape)
        return Encoded(memory, self.attention.project(memory, mask), mask, summary)

    def first_states(self, summary: Any) -> list[list]:
        """Give the states (batch, size) of each layer before the first token."""
        if self.bridge is None:
            rows = ops.shape(summary)[0]
            return [each.initial_state(rows) for each in self.recurrent]
        flat, start = self.bridge(summary), 0
        states: list[list] = []
        for each in self.recurrent:
            states.append([])
            for size in each.cell.state_sizes:
                states[-1].append(flat[:, start : start + size])
                start += size
        return states

    def call(self, tokens: Any, encoded: Encoded, training: bool = False) -> Any:
        """Give a_t for every step of targets that are known.

        Args:
            tokens: int32 (batch, target), each the token before the one to be guessed.
            encoded: What `look_at` gave.
            training: Whether to apply dropout.

        Returns:
            a (batch, target, embedding).
        """
        state = self.search_state(encoded.summary)
        vectors = self.embedding(tokens)
        kept = ops.ones_like(vectors[:, 0])[:, None]
        noise = self.dropout(kept, training=training)
        if self.settings.input_feeding:
            return self._fed_steps(vectors, state, encoded, noise, training)

        def run(number: int, inputs: Any) -> Any:
            layer, states = self.recurrent[number], state["layers"][number]
            return layer(inputs, initial_state=states, training=training)

        return self.through(vectors, run, encoded)[0] * noise

    def _fed_steps(
        self, vectors: Any, first: dict, encoded: Encoded, noise: Any, training: bool
    ) -> Any:
        """Give a_t for every step, each fed with the one before.

        The loop is Keras's: what each step reads is known only after the one before. It
        runs a step ahead of the loop, where the layers draw their dropout.
        """

        def step(vector: Any, states: tuple) -> tuple[Any, list]:
            state = tf.nest.pack_sequence_as(first, states)
            state = tf.nest.map_structure(lambda each: each[:, None], state)
            features, new, _ = self._step(vector[:, None], state, encoded, training)
            new["fed"] = features * noise
            new = tf.nest.map_structure(lambda each: each[:, 0], new)
            return new["fed"], tf.nest.flatten(new)

        _, features, _ = keras_rnn(
            step, vectors, tf.nest.flatten(first), return_all_outputs=True
        )
        for layer in self.recurrent:
            layer.reset_dropout()
        return features

    def through(self, vectors: Any, run: Callable, encoded: Encoded) -> tuple[Any, Any]:
        """Give a, and the weights of the attention: of whole sentences or of one step.

        Args:
            vectors: (batch, steps, features).
            run: `run(number, inputs)` runs a recurrent layer.
            encoded: The source.
        """
        context, weights = None, None
        if self.attention is None and self.settings.context == "every":
            context = encoded.summary[:, None] * ops.ones_like(vectors[..., :1])
        hidden = run(0, joined(vectors, context))
        if self.attention is not None:
            context, weights = self.attention(
                hidden,
                encoded.memory,
                memory_mask=encoded.mask,
                keys=encoded.keys,
                return_weights=True,
            )
        for number in range(1, len(self.recurrent)):
            hidden = run(number, joined(hidden, context))
        return self.combine(joined(hidden, context)), weights

    def search_state(self, summary: Any) -> dict[str, Any]:
        """Give the state of a search before the first token: a nest (batch, size)."""
        state = {"layers": self.first_states(summary)}
        if self.settings.input_feeding:
            size = (ops.shape(summary)[0], self.settings.embedding)
            state["fed"] = ops.zeros(size, self.compute_dtype)
        return state

    def step(
        self, tokens: Any, state: dict[str, Any], encoded: Encoded
    ) -> tuple[Any, dict[str, Any], Any]:
        """Guess the tokens after the given ones, for some sequences of each source.

        Args:
            tokens: int32 (batch, beam), the token before.
            state: As `search_state` or this method gives it, each (batch, beam, size).
            encoded: What `look_at` gave, (batch, ...).

        Returns:
            Logits (batch, beam, vocabulary); the new state; and the weights of the
            attention (batch, beam, source), or None.
        """
        features, new, weights = self._step(self.embedding(tokens), state, encoded)
        logits = self.logits(features)
        reserved = ops.arange(logits.shape[-1]) < TextCodec.END  # padding and start
        return ops.where(reserved, _NEVER, logits), new, weights

    def _step(
        self, vectors: Any, state: dict, encoded: Encoded, training: bool = False
    ) -> tuple[Any, dict, Any]:
        """Give a, the new state and the weights of the attention, of (batch, beam)."""
        shape = ops.shape(vectors)[:2]
        new: dict[str, Any] = {"layers": []}

        def run(number: int, inputs: Any) -> Any:
            rows = [
                ops.reshape(each, (-1, each.shape[-1]))
                for each in (inputs, *state["layers"][number])
            ]
            output, states = self.recurrent[number].step(rows[0], rows[1:], training)
            output, *states = (
                ops.reshape(each, (*shape, each.shape[-1]))
                for each in (output, *states)
            )
            new["layers"].append(states)
            return output

        if self.settings.input_feeding:
            vectors = joined(vectors, state["fed"])
        features, weights = self.through(vectors, run, encoded)
        if self.settings.input_feeding:
            new["fed"] = features
        return features, new, weights

    def logits(self, features: Any) -> Any:
        """Give the logits (..., vocabulary) of a (..., embedding)."""
        if self.settings.tied == "none":
            return self.output_layer(features)
        vectors = ops.transpose(self.embedding.embeddings)
        return ops.matmul(features, vectors) + self.output_bias


def joined(first: Any, second: Any) -> Any:
    """Concatenate features; the second may be None."""
    return first if second is None else ops.concatenate([first, second], axis=-1)


def make_attention(settings: TranslatorSettings) -> keras.layers.Layer | None:
    """Make the attention layer that the settings name."""
    if settings.attention == "none":
        return None
    if settings.attention == "bahdanau":
        return BahdanauAttention(settings.units, name="attention")
    units = settings.units if settings.attention == "concat" else None
    return LuongAttention(settings.attention, units, name="attention")

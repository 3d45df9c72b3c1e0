"""What training lowers: the cross-entropy of the target tokens, smoothed."""

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from seqkit.models.translation.encoder import Encoded
from seqkit.models.translation.network import EncoderDecoder
from seqkit.recurrence.given_gradients import constants, local, with_gradient
from seqkit.text import TextCodec


class Sums(NamedTuple):
    """Sums over the target tokens of a batch: scalars."""

    loss: Any  # smoothed cross-entropy
    cross_entropy: Any
    correct: Any  # tokens guessed right
    tokens: Any


def sums(
    network: EncoderDecoder, sources: Any, targets: Any, training: bool = False
) -> Sums:
    """Compare what a network guesses with the targets.

        loss = -Σ_t [(1 - ε) log p_t(y_t) + ε mean_v log p_t(v)]

    Logits are computed where there is a token alone: padding costs nothing there.

    Args:
        network: The network.
        sources: int32 (batch, source), each ended with END, then padded.
        targets: int32 (batch, target), the same.
        training: Whether to apply dropout, and scheduled sampling.
    """
    settings = network.settings
    encoded = network.encode(sources, training)
    previous = after_start(targets)
    if training and settings.scheduled_sampling:
        previous = with_guesses(network, encoded, previous)
    features = network.decoder(previous, encoded, training=training)
    there = tf.where(targets != TextCodec.PADDING)
    labels = tf.gather_nd(targets, there)
    logits = network.decoder.logits(tf.gather_nd(features, there))
    loss, cross_entropy = cross_entropies(logits, labels, settings.label_smoothing)
    correct = tf.argmax(logits, axis=-1, output_type=tf.int32) == labels
    return Sums(
        tf.reduce_sum(loss),
        tf.reduce_sum(cross_entropy),
        tf.reduce_sum(tf.cast(correct, tf.float32)),
        tf.cast(tf.size(labels), tf.float32),
    )


def cross_entropies(logits: Any, labels: Any, smoothing: float) -> tuple[Any, Any]:
    """Give the smoothed cross-entropy of each row, and the plain one.

        smoothed = -(1 - ε) log p(y) - ε mean_v log p(v)

    Logits are the largest tensor of a training step. So the gradient, of the smoothed
    one alone, is made of what the plain one leaves: p - 1_y + ε 1_y - ε / V.

    Args:
        logits: (rows, vocabulary).
        labels: int32 (rows,).
        smoothing: ε.
    """

    logits, labels = local((logits, labels))
    fixed = constants(logits)
    plain, difference = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
        features=fixed, labels=labels
    )  # difference is p - 1_y
    smoothed = plain
    if smoothing:
        of_label = tf.gather(fixed, labels, batch_dims=1)
        smoothed += smoothing * (of_label - tf.reduce_mean(fixed, axis=-1))

    def gradient(upstream: Any, _: Any) -> list:
        if not smoothing:
            return [upstream[:, None] * difference]
        share = smoothing / tf.cast(tf.shape(logits)[-1], logits.dtype)
        places = tf.stack([tf.range(tf.size(labels)), labels], axis=1)
        return [
            tf.tensor_scatter_nd_add(
                upstream[:, None] * (difference - share), places, smoothing * upstream
            )
        ]

    smoothed, plain = with_gradient([smoothed, plain], [logits], gradient)
    return smoothed, plain


def after_start(tokens: Any) -> Any:
    """Move tokens (batch, steps) one step to the right, with START before them."""
    starts = tf.fill([tf.shape(tokens)[0], 1], TextCodec.START)
    return tf.concat([starts, tokens[:, :-1]], axis=1)


def with_guesses(network: EncoderDecoder, encoded: Encoded, previous: Any) -> Any:
    """Replace some of the tokens that the decoder reads by its own guesses.

    A first pass over the known target guesses all tokens at once, so that the second,
    which is trained, still needs no loop over the steps: the guesses follow known
    tokens, and not other guesses.

    Reference: S. Bengio et al., "Scheduled sampling for sequence prediction with
    recurrent neural networks", NeurIPS 2015; in parallel: D. Duckworth et al.,
    "Parallel scheduled sampling", 2019 (arXiv 1906.04331).
    """
    decoder = network.decoder
    logits = decoder.logits(decoder(previous, encoded))
    guesses = tf.argmax(logits, axis=-1, output_type=tf.int32)
    draw = keras.random.uniform(tf.shape(previous), seed=network.seed_generator)
    chosen = draw < network.settings.scheduled_sampling
    is_first = tf.range(tf.shape(previous)[1]) == 0
    return tf.where(chosen & ~is_first, after_start(guesses), previous)

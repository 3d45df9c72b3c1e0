"""The network of the text classifier, built of any recurrent layer of seqkit."""

import keras

from seqkit import layers as seqkit_layers
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.named_layers import find_recurrent_layer


def text_classifier(
    settings: ClassifierSettings, vocabulary_size: int, classes: int
) -> keras.Model:
    """Build the network: ids to logits.

    Embedding that masks id 0, dropout of words and of channels, recurrent layers,
    pooling over the words that are there, dropout, one dense layer.

    Args:
        settings: Sizes and kinds.
        vocabulary_size: Ids in all.
        classes: Number of classes.

    Returns:
        A model of ids (batch, time) to logits (batch, classes).

    Raises:
        InputError: `settings.network` names no layer.

    Example:
        >>> settings = ClassifierSettings(network="GRU", units=8, embedding=4)
        >>> text_classifier(settings, vocabulary_size=50, classes=3).output_shape
        (None, 3)
    """
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = keras.layers.Embedding(
        vocabulary_size,
        settings.embedding,
        mask_zero=True,
        trainable=settings.fine_tune,
        name="embedding",
    )(ids)
    x = keras.layers.Dropout(settings.word_dropout, noise_shape=(None, None, 1))(x)
    x = keras.layers.SpatialDropout1D(settings.dropout / 2)(x)
    for number in range(1, settings.layers + 1):
        last = number == settings.layers and settings.pooling == "last"
        name = f"recurrent_{number}"
        if last:
            x = recurrent_layer(settings, return_sequences=False, name=name)(x)
        else:
            layer = recurrent_layer(settings, return_sequences=True)
            x = seqkit_layers.Stretches(layer, settings.stretch, name=name)(x)
    if settings.pooling != "last":
        pools = [
            seqkit_layers.MaskedPooling(mode)(x) for mode in settings.pooling.split("-")
        ]
        x = pools[0] if len(pools) == 1 else keras.layers.Concatenate()(pools)
    x = keras.layers.Dropout(settings.dropout)(x)
    logits = keras.layers.Dense(classes, name="logits")(x)
    return keras.Model(ids, logits, name="text_classifier")


def recurrent_layer(
    settings: ClassifierSettings, return_sequences: bool, name: str | None = None
) -> keras.layers.Layer:
    """Give a recurrent layer, in one direction or both."""
    kind = find_recurrent_layer(settings.network)
    if not settings.bidirectional:
        return kind(settings.units, return_sequences=return_sequences, name=name)
    layer = kind(settings.units, return_sequences=return_sequences)
    return seqkit_layers.Bidirectional(layer, name=name)

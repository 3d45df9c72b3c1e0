"""The network of the text classifier, built of any recurrent layer of seqkit."""

import keras

from seqkit import layers as seqkit_layers
from seqkit.models.classification.pooling import MaskedPooling
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.named_layers import find_recurrent_layer


def text_classifier(
    settings: ClassifierSettings, vocabulary_size: int, classes: int
) -> keras.Model:
    """Build the network: ids (batch, time) to logits (batch, classes).

    Embedding that masks id 0, spatial dropout, recurrent layers, pooling over the
    words that are there, dropout, one dense layer.

    Args:
        settings: Sizes and kinds.
        vocabulary_size: Ids in all.
        classes: Number of classes.

    Raises:
        InputError: `settings.network` names no layer.

    Example:
        >>> settings = ClassifierSettings(network="GRU", units=8, embedding=4)
        >>> text_classifier(settings, vocabulary_size=50, classes=3).output_shape
        (None, 3)
    """
    layer = find_recurrent_layer(settings.network)
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = keras.layers.Embedding(
        vocabulary_size, settings.embedding, mask_zero=True, name="embedding"
    )(ids)
    x = keras.layers.SpatialDropout1D(settings.dropout)(x)
    for number in range(1, settings.layers + 1):
        last = number == settings.layers and settings.pooling == "last"
        recurrent = layer(settings.units, return_sequences=not last)
        if settings.bidirectional:
            recurrent = seqkit_layers.Bidirectional(recurrent)
        x = recurrent(x)
    if settings.pooling != "last":
        x = MaskedPooling(settings.pooling, name="pooling")(x)
    x = keras.layers.Dropout(settings.dropout)(x)
    logits = keras.layers.Dense(classes, name="logits")(x)
    return keras.Model(ids, logits, name="text_classifier")

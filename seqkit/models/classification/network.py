"""The network of the text classifier, built of any recurrent layer of seqkit."""

from typing import Any

import keras

from seqkit import layers as seqkit_layers
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.named_layers import find_recurrent_layer


def text_classifier(
    settings: ClassifierSettings, vocabulary_size: int, classes: int
) -> keras.Model:
    """Build the network: ids to logits.

    Embedding that masks id 0; then, for each member, dropout of words and of channels,
    recurrent layers, pooling over the words that are there, dropout, one dense layer:

        logits = mean over the members of W pool(states) + b

    Args:
        settings: Sizes and kinds.
        vocabulary_size: Ids in all.
        classes: Number of classes.

    Returns:
        A model of ids (batch, time) to logits (batch, classes). Its layer "logits" has
        the logits of each member as inputs where there are several.

    Raises:
        InputError: `settings.network` names no layer.

    Example:
        >>> settings = ClassifierSettings(network="GRU", units=8, embedding=4)
        >>> text_classifier(settings, vocabulary_size=50, classes=3).output_shape
        (None, 3)
    """
    layer = find_recurrent_layer(settings.network)
    ids = keras.Input((None,), dtype="int32", name="ids")
    vectors = keras.layers.Embedding(
        vocabulary_size, settings.embedding, mask_zero=True, name="embedding"
    )(ids)
    if settings.members == 1:
        logits = _member(vectors, layer, settings, classes, "logits")
    else:
        logits = keras.layers.Average(name="logits")(
            [
                _member(vectors, layer, settings, classes, f"logits_{number}")
                for number in range(1, settings.members + 1)
            ]
        )
    return keras.Model(ids, logits, name="text_classifier")


def _member(
    x: Any, layer: Any, settings: ClassifierSettings, classes: int, name: str
) -> Any:
    """Read vectors of words (batch, time, size); give logits (batch, classes)."""
    x = keras.layers.Dropout(settings.word_dropout, noise_shape=(None, None, 1))(x)
    x = keras.layers.SpatialDropout1D(settings.dropout / 2)(x)
    for number in range(1, settings.layers + 1):
        last = number == settings.layers and settings.pooling == "last"
        recurrent = layer(settings.units, return_sequences=not last)
        if settings.bidirectional:
            recurrent = seqkit_layers.Bidirectional(recurrent)
        if not last:
            recurrent = seqkit_layers.Stretches(recurrent, settings.stretch)
        x = recurrent(x)
    if settings.pooling != "last":
        x = seqkit_layers.MaskedPooling(settings.pooling)(x)
    x = keras.layers.Dropout(settings.dropout)(x)
    return keras.layers.Dense(classes, name=name)(x)

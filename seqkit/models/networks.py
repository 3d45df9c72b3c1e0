"""The networks of text models, built of any recurrent layer of seqkit."""

import keras

from seqkit import layers as seqkit_layers
from seqkit.errors import InputError
from seqkit.models.pooling import MaskedPooling
from seqkit.models.settings import ClassifierSettings


def recurrent_layers() -> dict[str, type[keras.layers.Layer]]:
    """Give every recurrent layer of `seqkit.layers` by its name.

    Example:
        >>> "LSTM" in recurrent_layers()
        True
    """
    members = {name: getattr(seqkit_layers, name) for name in seqkit_layers.__all__}
    return {
        name: member
        for name, member in members.items()
        if issubclass(member, seqkit_layers.RecurrentLayer)
        and member is not seqkit_layers.RecurrentLayer
    }


def find_recurrent_layer(name: str) -> type[keras.layers.Layer]:
    """Give a recurrent layer by its name, in upper or lower case.

    Raises:
        InputError: There is none of that name; the message lists those there are.

    Example:
        >>> find_recurrent_layer("lstm").__name__
        'LSTM'
    """
    found = recurrent_layers()
    by_lower_case = {each.lower(): layer for each, layer in found.items()}
    if name.lower() not in by_lower_case:
        raise InputError(
            f"network must be one of {', '.join(sorted(found))}; got {name!r}"
        )
    return by_lower_case[name.lower()]


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

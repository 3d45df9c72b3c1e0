"""The network of the text classifier, built of any recurrent layer of seqkit."""

import keras

from seqkit import layers as seqkit_layers
from seqkit.models.classification.settings import ClassifierSettings
from seqkit.models.named_layers import find_recurrent_layer


def text_classifier(
    settings: ClassifierSettings, vocabulary_size: int, classes: int
) -> keras.Model:
    """Build the network: ids and the scores of n-grams to logits.

    Embedding that masks id 0, dropout of words and of channels, recurrent layers,
    pooling over the words that are there, dropout, one dense layer; to its result the
    scores are added, each class with a factor that is trained and starts at 1:

        logits = W pool(states) + b + a ⊙ scores

    Args:
        settings: Sizes and kinds.
        vocabulary_size: Ids in all.
        classes: Number of classes.

    Returns:
        A model of ids (batch, time) and scores (batch, classes) to logits (batch,
        classes).

    Raises:
        InputError: `settings.network` names no layer.

    Example:
        >>> settings = ClassifierSettings(network="GRU", units=8, embedding=4)
        >>> text_classifier(settings, vocabulary_size=50, classes=3).output_shape
        (None, 3)
    """
    layer = find_recurrent_layer(settings.network)
    ids = keras.Input((None,), dtype="int32", name="ids")
    scores = keras.Input((classes,), name="scores")
    x = keras.layers.Embedding(
        vocabulary_size, settings.embedding, mask_zero=True, name="embedding"
    )(ids)
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
        x = seqkit_layers.MaskedPooling(settings.pooling, name="pooling")(x)
    x = keras.layers.Dropout(settings.dropout)(x)
    residual = keras.layers.Dense(classes, name="logits")(x)
    scaled = keras.layers.EinsumDense(
        "bc,c->bc", classes, kernel_initializer="ones", name="ngrams"
    )(scores)
    logits = keras.layers.Add()([residual, scaled])
    return keras.Model([ids, scores], logits, name="text_classifier")

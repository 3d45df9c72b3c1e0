"""Training of text networks in length buckets, with early stopping."""

import sys

import keras
import numpy as np
import tensorflow as tf

from seqkit.models.classification.batches import bucket_lengths, bucketed_batches
from seqkit.models.classification.network import text_classifier
from seqkit.models.classification.settings import ClassifierSettings

Encoded = tuple[tf.RaggedTensor, np.ndarray]  # ids (n, None), class indices (n,)


def train_network(
    training: Encoded,
    validation: Encoded,
    settings: ClassifierSettings,
    sizes: tuple[int, int],
    verbose: int | str = "auto",
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train a new network until the validation loss no longer falls.

    Args:
        training: Ragged ids and class indices.
        validation: The same, of texts that are not trained on.
        settings: Every choice.
        sizes: Ids of the vocabulary, classes.
        verbose: As in `keras.Model.fit`; "auto" is a progress bar on a terminal and a
            line an epoch elsewhere.

    Returns:
        The network with the weights of its best epoch, without the optimizer; and
        the history: by metric, a value for each epoch.
    """
    network = text_classifier(settings, *sizes)
    network.compile(
        optimizer=keras.optimizers.Adam(
            settings.learning_rate, global_clipnorm=settings.clipnorm
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        weighted_metrics=[  # the filler rows of the last batches have weight 0
            keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
            keras.metrics.SparseCategoricalCrossentropy(
                name="cross_entropy", from_logits=True
            ),
        ],
        jit_compile=False,  # the recurrence compiles itself, which is faster
    )
    network.optimizer.build(network.trainable_variables)  # or the step is traced twice
    ids, valid_ids = training[0], validation[0]
    lengths = bucket_lengths(
        np.concatenate([ids.row_lengths(), valid_ids.row_lengths()]),
        settings.batch_size,
    )
    if verbose == "auto":
        verbose = 1 if sys.stdout.isatty() else 2
    history = network.fit(
        bucketed_batches(*training, lengths, settings.batch_size, settings.seed),
        validation_data=bucketed_batches(*validation, lengths, settings.batch_size),
        epochs=settings.epochs,
        verbose=verbose,
        shuffle=False,  # the batches are shuffled already
        callbacks=[
            keras.callbacks.EarlyStopping(
                "val_cross_entropy",
                patience=settings.patience,
                mode="min",
                restore_best_weights=True,
            )
        ],
    )
    trained = text_classifier(settings, *sizes)
    trained.set_weights(network.get_weights())
    return trained, {name: list(map(float, v)) for name, v in history.history.items()}

"""Pages that show what happens inside a model as it answers."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from seqkit.decoding import beam_search
from seqkit.errors import InputError
from seqkit.inspect import Trace, explore, trace
from seqkit.text import TextCodec

if TYPE_CHECKING:
    from seqkit.models import AnomalyDetector, SentimentClassifier, Translator
    from seqkit.series import TimeSeries


def explain_text(model: "SentimentClassifier", text: str, path: str) -> str:
    """Write a page on how a text is classified; give the answer.

    The gradients are of the log-odds of the class that is answered.

    Raises:
        InputError: The text has no tokens, or too many for a page.
    """
    from seqkit.models.classification.encoding import pad

    pieces = model.codec.pieces([text])
    tokens = [each.decode() for each in pieces[0].numpy()]
    if not tokens:
        raise InputError("TEXT must have a token; got none")
    (answer,) = model([text])
    place = model.classes.index(answer.label)

    def log_odds(logits: Any) -> Any:
        # Where the n-grams answer alone: of what the network would say.
        weight, other = map(float, model.weights if model.weights[0] else (1, 0))
        scaled = weight * logits[0] + other * scores[0] + model.bias
        others = [k for k in range(len(model.classes)) if k != place]
        return scaled[place] - tf.reduce_logsumexp(tf.gather(scaled, others))

    ids, scores = pad(model.codec.ids(pieces)), model.ngrams(pieces)
    found = trace(model.network, ids, loss=log_odds)
    said = f"{answer.label}, {answer.score:.3f}"
    if model.answers != "network and n-grams":
        said += ", by the n-grams alone: the network has no part in the answer"
    _write(found, path, tokens=tokens, title=said)
    return said


def explain_translation(model: "Translator", text: str, path: str) -> str:
    """Write a page on how a text is translated; give the translation.

    The decoder is shown its own translation, as in training. The gradients are of the
    log-probability of that.

    Raises:
        InputError: The decoder takes its steps one by one, or the text has no tokens or
            too many for a page.
    """
    if model.settings.input_feeding:
        raise InputError(
            "explain needs a decoder that reads whole sentences; got one with input "
            "feeding"
        )
    source = model.source_codec([text])[0].numpy()[: model.settings.max_length]
    if not len(source):
        raise InputError("TEXT must have a token; got none")
    source = [*map(int, source), TextCodec.END]
    found: dict[str, Any] = {}

    def search(*arguments: Any, **options: Any) -> Any:
        found["best"] = beam_search(*arguments, **options)
        return found["best"]

    answers = model.search(tf.constant([text]), model.settings.beam, 1, by=search)
    translation = answers["texts"][0, 0].numpy().decode()
    ids = found["best"].ids[0, 0].numpy().tolist()
    target = [*(each for each in ids if each > TextCodec.END), TextCodec.END]

    def log_probability(logits: Any) -> Any:
        rows = tf.nn.log_softmax(logits[0])
        return tf.reduce_sum(tf.gather(rows, target, batch_dims=1))

    before = [TextCodec.START, *target[:-1]]
    inputs = (tf.constant([source]), tf.constant([before]))
    traced = trace(model.network, inputs, loss=log_probability)
    names = [layer.name for layer in traced.layers]
    read = _tokens(model.source_codec, source)
    written = _tokens(model.target_codec, target)
    _write(
        traced,
        path,
        tokens={n: read if n.startswith("encoder/") else written for n in names},
        units={n: read for n in names if n.endswith("attention")},
        title=translation,
    )
    return translation


def explain_reading(
    detector: "AnomalyDetector",
    series: "TimeSeries",
    labels: Sequence[str],
    at: str | None,
    readings: int,
    path: str,
) -> str:
    """Write a page on what a network made of the readings before one; say which.

    The gradients are of the squared error of what was forecast of that reading.

    Args:
        detector: The detector.
        series: The readings.
        labels: What to call each.
        at: Which reading; None for the peak of the most severe event, or where there
            is none for the highest score.
        readings: How many before it to show.
        path: The page.

    Raises:
        InputError: The detector has no network, or there is no such reading.
    """
    from seqkit.models.anomaly.forecaster import network_features

    forecaster = detector.forecaster
    network = forecaster.network
    if network is None:
        raise InputError(
            f"explain needs a model with a recurrent network; got {detector.report}"
        )
    found = detector.detect(series)
    if at is None:
        events = sorted(found.events(), key=lambda event: -event.severity)
        place = events[0].peak if events else int(np.nanargmax(found.scores))
    elif at in labels:
        place = labels.index(at)
    else:
        raise InputError(
            f"--at must be a reading from {labels[0]} to {labels[-1]}; got {at!r}"
        )
    if place == 0:
        raise InputError(f"--at must have a reading before it; got {labels[0]}")
    first = None if series.times is None else series.times[0]
    read = forecaster.normal.read(series.values, first)
    linear = forecaster.normal.forecasts(read)
    features = network_features(read, linear)
    stack, residual = network.get_layer("stack"), network.get_layer("residual")
    start = max(place - readings, 0)
    states = stack.initial_state(1)
    if start:
        _, *states = stack(features[None, :start], initial_state=states)
    shape = network.output_shape[2:]
    units = np.asarray(forecaster.outlook.units)
    left = np.nan_to_num(read.truth[place] - linear[place - 1, 0])

    def squared_error(results: Any) -> Any:
        said = tf.reshape(residual(results[0][:, -1]), shape)[0]
        return tf.reduce_sum((tf.cast(said, tf.float64) * units - left) ** 2)

    traced = trace(
        stack, features[None, start:place], initial_state=states, loss=squared_error
    )
    score = found.scores[place]
    said = f"score {score:.3g}" if score >= 0 else "no score"
    said = f"{labels[place]}: {said}, threshold {found.levels[place]:.3g}"
    _write(traced, path, tokens=labels[start:place], title=said)
    return said


def _tokens(codec: TextCodec, ids: list[int]) -> list[str]:
    return [each.decode() for each in codec.tokens([ids])[0].numpy()]


def _write(found: Trace, path: str | os.PathLike, **options: Any) -> None:
    try:
        explore(found, path, **options)
    except ValueError as error:
        raise InputError(str(error)) from error

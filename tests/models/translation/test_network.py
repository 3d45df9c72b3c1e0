from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.errors import InputError
from seqkit.models.translation.network import EncoderDecoder
from seqkit.models.translation.settings import ATTENTIONS, TranslatorSettings

SMALL = TranslatorSettings(units=6, embedding=5, dropout=0.0)
SOURCES = np.array([[4, 8, 5, 2], [5, 2, 0, 0]], "int32")
TOKENS = np.array([[1, 5, 6, 4], [1, 3, 2, 0]], "int32")
KINDS = [
    *({"attention": kind} for kind in ATTENTIONS),
    {"attention": "none", "context": "first"},
    {"input_feeding": True},
    {"attention": "none", "decoder": "LSTM"},
    {"encoder": "Elman", "decoder": "LSTM", "encoder_layers": 2, "decoder_layers": 3},
    {"bidirectional": False, "decoder_layers": 1, "bridge": "zero", "tied": "none"},
]


def network_of(**kinds):
    keras.utils.set_random_seed(1)
    return EncoderDecoder(replace(SMALL, **kinds), source_size=9, target_size=9)


def name_of(kinds):
    return ",".join(f"{key}={value}" for key, value in kinds.items())


@pytest.mark.parametrize("kinds", KINDS, ids=name_of)
def test_step_by_step_as_at_once(kinds):
    network = network_of(**kinds)
    at_once = network((SOURCES, TOKENS)).numpy()
    encoded = network.encode(tf.constant(SOURCES))
    state = network.decoder.search_state(encoded.summary)
    state = tf.nest.map_structure(lambda each: each[:, None], state)
    for time in range(TOKENS.shape[1]):
        tokens = tf.constant(TOKENS[:, time, None])
        logits, state, weights = network.decoder.step(tokens, state, encoded)
        np.testing.assert_allclose(logits[:, 0, 2:], at_once[:, time, 2:], atol=1e-5)
        assert np.all(logits[..., :2] < -1e8)  # padding and start are no translation
    assert (weights is None) == (kinds.get("attention") == "none")
    if weights is not None:
        np.testing.assert_allclose(tf.reduce_sum(weights, -1), 1, rtol=1e-5)
        assert np.all(weights.numpy()[1, :, 2:] == 0)


@pytest.mark.parametrize("kinds", KINDS, ids=name_of)
def test_padding_changes_nothing_and_no_token_is_seen_early(kinds):
    network = network_of(**kinds)
    answer = network((SOURCES, TOKENS)).numpy()
    more = np.pad(SOURCES, [[0, 0], [0, 3]])
    np.testing.assert_allclose(network((more, TOKENS)), answer, atol=1e-5)
    alone = network((SOURCES[1:, :2], TOKENS[1:]))
    np.testing.assert_allclose(alone, answer[1:], atol=1e-5)
    changed = TOKENS.copy()
    changed[:, 2] = 7
    other = network((SOURCES, changed)).numpy()
    np.testing.assert_allclose(other[:, :2], answer[:, :2], atol=1e-6)
    assert np.abs(other[:, 2:] - answer[:, 2:]).max(axis=(1, 2)).min() > 1e-4


@pytest.mark.parametrize("kinds", KINDS, ids=name_of)
def test_every_weight_is_trained(kinds):
    network = network_of(**kinds, dropout=0.2, recurrent_dropout=0.1)
    with tf.GradientTape() as tape:
        logits = network((SOURCES, TOKENS), training=True)
        loss = tf.reduce_sum(logits * tf.random.normal(tf.shape(logits), seed=1))
    gradients = tape.gradient(loss, network.trainable_variables)
    for weight, gradient in zip(network.trainable_variables, gradients, strict=True):
        assert np.any(tf.convert_to_tensor(gradient) != 0), weight.path
    network((SOURCES, TOKENS), training=True)  # the masks of a loop are left behind


def test_the_source_is_seen_where_there_is_no_attention():
    for context in ("first", "every"):
        network = network_of(attention="none", context=context)
        answer = network((SOURCES, TOKENS)).numpy()
        other = network((SOURCES[:, ::-1].copy(), TOKENS)).numpy()
        assert np.abs(other - answer).min(axis=2).max() > 1e-5
    sizes = {
        context: network_of(attention="none", context=context).count_params()
        for context in ("first", "every")
    }
    # every step of both layers and the output sees 6 more features
    assert sizes["every"] - sizes["first"] == 6 * (18 + 18 + 5)


@pytest.mark.parametrize("tied", ["none", "output", "all"])
def test_token_vectors_are_shared_as_asked(tied):
    network = network_of(tied=tied)
    tables = [w for w in network.weights if w.path.endswith("embeddings")]
    assert len(tables) == (1 if tied == "all" else 2)
    assert (network.decoder.embedding is network.encoder.embedding) == (tied == "all")
    network.decoder.embedding.embeddings.assign(tf.zeros((9, 5)))
    logits = network((SOURCES, TOKENS)).numpy()
    assert np.all(logits == 0) == (tied != "none")


def test_with_everything_named_a_known_number_of_weights():
    network = network_of(decoder_layers=1)
    encoder = 9 * 5 + 2 * (5 * 9 + 3 * 9 + 2 * 9)
    decoder = 9 * 5 + (5 * 18 + 6 * 18 + 2 * 18) + 6 * 6
    bridge, combine, bias = 6 * 6 + 6, 12 * 5 + 5, 9
    assert network.count_params() == encoder + decoder + bridge + combine + bias


def test_dropout_is_the_same_at_every_step():
    network = network_of(dropout=0.5, decoder_layers=1, attention="none")
    encoded = network.encode(tf.constant(SOURCES))
    made = network.decoder(tf.constant(TOKENS), encoded, training=True).numpy()
    dropped = made == 0
    assert 0 < dropped.mean() < 1
    assert np.all(dropped == dropped[:, :1])


def test_saved_and_read(tmp_path):
    network = network_of(tied="all", attention="bahdanau")
    network.save(tmp_path / "model.keras")
    read = keras.models.load_model(tmp_path / "model.keras")
    assert read.settings == network.settings
    np.testing.assert_array_equal(read((SOURCES, TOKENS)), network((SOURCES, TOKENS)))


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ({"units": 7}, "units must be even where bidirectional=True; got 7"),
        ({"tied": "all", "joint": False}, "tied='all' needs joint=True"),
        (
            {"attention": "none", "context": "first", "bridge": "zero"},
            "needs bridge='dense'",
        ),
        ({"attention": "none", "coverage_penalty": 0.1}, "coverage_penalty goes with"),
        ({"encoder": "none"}, "encoder must be one of"),
        (
            {"encoder": "Clockwork", "units": 6},
            "encoder Clockwork: units must be a mul",
        ),
        (
            {"encoder": "Clockwork", "units": 12},
            "encoder Clockwork: units must be a mu",
        ),
        ({"decoder": "GRUD"}, "decoder must have states of fixed sizes"),
        ({"dropout": 1.0}, "dropout must be less than 1"),
    ],
)
def test_settings_that_do_not_go_together(kinds, message):
    with pytest.raises(InputError, match=message):
        network_of(**kinds)

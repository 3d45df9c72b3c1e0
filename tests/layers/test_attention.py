import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.layers import GRU, BahdanauAttention, LuongAttention, networks
from seqkit.testing.discovery import public_layers

LAYERS = {
    "bahdanau": lambda **kwargs: BahdanauAttention(7, **kwargs),
    "dot": lambda **kwargs: LuongAttention("dot", **kwargs),
    "general": lambda **kwargs: LuongAttention("general", **kwargs),
    "concat": lambda **kwargs: LuongAttention("concat", units=7, **kwargs),
}
BATCH, TIME, SOURCE = 3, 4, 5


@pytest.fixture(params=LAYERS)
def kind(request):
    return request.param


def examples(kind, seed=0):
    """Queries, a memory and a mask that leaves 5, 2 and no steps."""
    random = np.random.default_rng(seed)
    features, memory_features = (6, 6) if kind == "dot" else (6, 8)
    queries = random.normal(size=(BATCH, TIME, features)).astype("float32")
    memory = random.normal(size=(BATCH, SOURCE, memory_features)).astype("float32")
    return queries, memory, np.arange(SOURCE) < np.array([[5], [2], [0]])


def by_the_paper(layer, kind, query, memory, mask):
    """One query, one row: context and weights, in float64."""
    weights = {w.name: np.asarray(w, "float64") for w in layer.weights}
    scores = []
    for vector in memory[mask].astype("float64"):
        if kind == "dot":
            scores.append(query @ vector)
        elif kind == "general":
            scores.append(query @ (vector @ weights["memory_kernel"]))
        else:
            kernel = np.vstack([weights["query_kernel"], weights["memory_kernel"]])
            hidden = np.tanh(np.concatenate([query, vector]) @ kernel)
            scores.append(hidden @ weights["score_kernel"][:, 0])
    alpha, context = np.zeros(len(memory)), np.zeros(memory.shape[-1])
    if scores:
        alpha[mask] = np.exp(scores) / np.exp(scores).sum()
        context = sum(a * h for a, h in zip(alpha, memory, strict=True))
    return context, alpha


def test_equations(kind):
    layer = LAYERS[kind]()
    queries, memory, mask = examples(kind)
    context, weights = layer(queries, memory, mask, return_weights=True)
    assert context.shape == (BATCH, TIME, memory.shape[-1])
    assert weights.shape == (BATCH, TIME, SOURCE)
    for row in range(BATCH):
        for time in range(TIME):
            expected = by_the_paper(
                layer, kind, queries[row, time], memory[row], mask[row]
            )
            np.testing.assert_allclose(context[row, time], expected[0], atol=1e-5)
            np.testing.assert_allclose(weights[row, time], expected[1], atol=1e-5)


def test_one_query_at_a_time(kind):
    """Alone, with keys computed once, and without weights: the same."""
    layer = LAYERS[kind]()
    queries, memory, mask = examples(kind)
    together = layer(queries, memory, mask, return_weights=True)
    keys = layer.project(memory, mask)
    for time in range(TIME):
        one = layer(queries[:, time], memory, mask, keys=keys, return_weights=True)
        for expected, found in zip(together, one, strict=True):
            np.testing.assert_allclose(found, expected[:, time], atol=1e-6)
    np.testing.assert_array_equal(layer(queries, memory, mask), together[0])


@pytest.mark.parametrize("garbage", [np.nan, np.inf, 1e30])
def test_nothing_gets_through_the_mask(kind, garbage):
    layer = LAYERS[kind]()
    queries, memory, mask = examples(kind)
    hidden = np.where(mask[..., None], memory, garbage).astype("float32")

    def answers(memory):
        memory = tf.constant(memory)
        with tf.GradientTape() as tape:
            tape.watch(memory)
            context, weights = layer(queries, memory, mask, return_weights=True)
            loss = tf.reduce_sum(context**2)
        wanted = [*layer.trainable_variables, memory]
        return [context, weights, *tape.gradient(loss, wanted)]

    for expected, found in zip(answers(memory), answers(hidden), strict=True):
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert not np.any(layer(queries, hidden, mask)[2])
    keys = layer.project(hidden, mask)
    np.testing.assert_allclose(
        layer(queries, hidden, mask, keys=keys), layer(queries, memory, mask), atol=1e-5
    )


def test_masks_come_with_the_tensors():
    """The memory's own mask is used, and the context has the query's."""
    embed = keras.layers.Embedding(9, 6, mask_zero=True)
    source, target = np.array([[3, 4, 0, 0]]), np.array([[5, 6, 0]])
    encoder = GRU(6, return_sequences=True)
    layer = LuongAttention("dot")
    memory, queries = encoder(embed(source)), embed(target)
    context, weights = layer(queries, memory, return_weights=True)
    assert not np.any(weights[:, :, 2:])
    np.testing.assert_array_equal(context._keras_mask, target != 0)
    assert getattr(weights, "_keras_mask", None) is None
    assert layer(queries[:, 0], memory).shape == (1, 6)


def test_a_model_with_it_survives_a_file(kind, tmp_path):
    queries, memory, mask = examples(kind)
    inputs = [keras.Input((None, x.shape[-1])) for x in (queries, memory)]
    mask_input = keras.Input((None,), dtype="bool")
    layer = LAYERS[kind](kernel_initializer="he_normal", name="reader")
    outputs = layer(*inputs, memory_mask=mask_input, return_weights=True)
    model = keras.Model([*inputs, mask_input], outputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for expected, found in zip(
        model([queries, memory, mask]), loaded([queries, memory, mask]), strict=True
    ):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert loaded.get_layer("reader").get_config() == layer.get_config()
    assert layer.get_config()["kernel_initializer"]["class_name"] == "HeNormal"


def test_unknown_shapes(kind):
    layer = LAYERS[kind]()
    queries, memory, mask = examples(kind)
    expected = layer(queries, memory, mask)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, queries.shape[-1]]),
            tf.TensorSpec([None, None, memory.shape[-1]]),
            tf.TensorSpec([None, None], tf.bool),
        ]
    )
    def traced(queries, memory, mask):
        return layer(queries, memory, mask)

    np.testing.assert_allclose(traced(queries, memory, mask), expected, atol=1e-6)
    assert traced(queries[:0], memory[:0], mask[:0]).shape[0] == 0


def test_mixed_precision(kind):
    layer = LAYERS[kind](dtype="mixed_float16")
    queries, memory, mask = examples(kind)
    context, weights = layer(queries, memory, mask, return_weights=True)
    assert context.dtype == weights.dtype == tf.float16
    assert {w.dtype for w in layer.weights} <= {"float32"}
    keys = layer.project(memory, mask)
    assert keys.dtype == tf.float16
    exact = LAYERS[kind]()
    exact.build(queries.shape, memory.shape)
    exact.set_weights(layer.get_weights())
    np.testing.assert_allclose(context, exact(queries, memory, mask), atol=0.02)
    np.testing.assert_allclose(
        layer(queries, memory, mask, keys=keys), context, atol=0.01
    )


def test_parameters():
    """W, U and v of Bahdanau 2015 without biases; one kernel for "general"."""
    queries, memory, _ = examples("general")
    layer = BahdanauAttention(7)
    layer(queries, memory)
    assert layer.count_params() == 8 * 7 + 6 * 7 + 7
    layer = LuongAttention()
    layer(queries, memory)
    assert layer.count_params() == 8 * 6


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BahdanauAttention(0), "`units` must be a positive integer, got 0"),
        (lambda: LuongAttention("cosine"), "`score` must be one of .* got 'cosine'"),
        (lambda: LuongAttention("concat"), "`units` must be given with score="),
        (lambda: LuongAttention("dot", units=3), "got score='dot' and units=3"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_bad_shapes():
    queries, memory, _ = examples("general")
    with pytest.raises(ValueError, match=r"same number of features.* got 6 and 8"):
        LuongAttention("dot")(queries, memory)
    with pytest.raises(ValueError, match=r"`query` of .* must have the shape"):
        LuongAttention()(queries[0, 0], memory)
    with pytest.raises(ValueError, match=r"`memory` of .* must have the shape"):
        LuongAttention()(queries, memory[0])
    layer = LuongAttention()
    layer(queries, memory)
    with pytest.raises(ValueError, match=r"`query` .* must have the shape"):
        layer(queries[:, :, :2], memory)
    with pytest.raises(ValueError, match=r"`query` .* must have the shape"):
        layer(queries[:1], memory)
    with pytest.raises(ValueError, match=r"`memory` .* must have the shape"):
        layer(queries, memory[0])
    with pytest.raises(ValueError, match=r"`keys` .* must have the shape"):
        layer(queries, memory, keys=layer.project(memory)[:, :-1])
    with pytest.raises(ValueError, match="no weights before its first call"):
        LuongAttention().project(memory)


def test_a_memory_of_one_step_is_all_there_is_to_see(kind):
    """Without the warning that Keras's softmax gives of it."""
    layer = LAYERS[kind]()
    queries, memory, _ = examples(kind)
    context, weights = layer(queries, memory[:, :1], return_weights=True)
    np.testing.assert_array_equal(weights, np.ones((BATCH, TIME, 1)))
    np.testing.assert_allclose(context, np.repeat(memory[:, :1], TIME, 1), rtol=1e-6)


def test_are_not_recurrent_layers():
    for found in (networks(), public_layers()):
        assert "LSTM" in found
        assert not {"BahdanauAttention", "LuongAttention"} & set(found)

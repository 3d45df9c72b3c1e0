"""Zoneout, DropConnect, random first states: random by step, call and seed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit.cells import (
    ClockworkCell,
    GRUCell,
    GRUDCell,
    LSTMCell,
    SimpleRNNCell,
    SkipCell,
    StackCell,
    ZoneoutCell,
    sLSTMCell,
)
from seqkit.layers import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    Clockwork,
    LearnedInitialState,
    MinGRU,
    SimpleRNN,
    SkipRNN,
    Stack,
    WeightDrop,
    Zoneout,
)
from seqkit.recurrence import portable

X = np.random.default_rng(0).normal(size=(4, 9, 3)).astype("float32")
FULL = {"return_sequences": True, "return_state": True}


def given(layer):
    layer.build((None, None, X.shape[-1]))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) * 0.5 for w in layer.weights])
    return layer


def zoneout(seed=1, **options):
    return given(Zoneout(LSTMCell(4), 0.3, 0.6, seed=seed, **FULL, **options))


def weight_drop(seed=1, **options):
    return given(WeightDrop(GRUCell(4), 0.5, seed=seed, **FULL, **options))


MAKERS = {"zoneout": zoneout, "weight_drop": weight_drop}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_seeds_repeat_and_calls_differ(make):
    one, again, other = make(1), make(1), make(2)
    first = one(X, training=True)[0]
    np.testing.assert_array_equal(again(X, training=True)[0], first)
    assert not np.allclose(other(X, training=True)[0], first)
    assert not np.allclose(one(X, training=True)[0], first)
    still = one(X)[0]
    np.testing.assert_array_equal(one(X)[0], still)
    assert not np.allclose(still, first)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_what_is_repeated_backward_sees_the_same(make):
    """The compiled loop's gradients are those of the plain loop for the same seed."""

    def gradients(layer):
        weights = [w.value for w in layer.trainable_weights]
        x = tf.constant(X)

        @tf.function(autograph=False)
        def compute():
            with tf.GradientTape() as tape:
                tape.watch(x)
                results = layer(x, training=True)
                loss = tf.add_n([tf.reduce_sum(tf.sin(r)) for r in results])
            return [loss, *tape.gradient(loss, [x, *weights])]

        return compute()

    compiled = gradients(make())
    with portable():
        plain = gradients(make())
    for one, other in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)


def test_zoneout_keeps_each_unit_by_its_rate_at_each_step():
    layer = zoneout()
    x = np.tile(X[:1], (300, 1, 1))
    states = layer.initial_state(300)
    kept = []
    for t in range(4):
        inner = layer.cell.layer(x[:, t], states)[1]
        y, new = layer.cell(x[:, t], states, training=True)
        keeps = [np.asarray(a == b) for a, b in zip(new, states, strict=True)]
        takes = [np.isclose(a, b) for a, b in zip(new, inner, strict=True)]
        if t:
            for k, rate in enumerate((0.3, 0.6)):
                assert (keeps[k] | takes[k]).all()
                assert abs(keeps[k].mean() - rate) < 0.06
            kept.append(keeps)
        np.testing.assert_array_equal(y, new[0])
        states = new
    assert (kept[0][0] != kept[1][0]).any(), "one mask for all steps"


def test_zoneout_outside_training_is_the_expectation():
    layer = zoneout()
    states = [tf.constant(np.full((4, 4), v, "float32")) for v in (0.2, -0.4)]
    _, inner = layer.cell.layer(X[:, 0], states)
    _, found = layer.step(X[:, 0], states)
    for rate, before, after, mixed in zip(
        (0.3, 0.6), states, inner, found, strict=True
    ):
        expected = rate * before + (1 - rate) * after
        np.testing.assert_allclose(mixed, expected, atol=1e-6)


def test_zoneout_leaves_clocks_counts_and_readings_alone():
    """Or a clock between two numbers would never move on."""
    x = np.where(np.arange(9)[:, None] % 2, np.nan, X)
    for cell, apart, sequences in (
        (ClockworkCell(4, periods=(2, 3)), [1], X),
        (GRUDCell(4), [1, 2], x),
        (sLSTMCell(4), [1, 2, 3], X),
        (SkipCell(GRUCell(4)), [1, 2, 3, 4], X),
        (StackCell([ClockworkCell(4), LSTMCell(2)]), [1], X),
    ):
        layer = given(RNN(ZoneoutCell(cell, 0.7), return_state=True))
        assert list(cell.states_apart) == apart
        for training in (False, True):
            states = layer.initial_state(4)
            for t in range(4):
                drive = cell.drive(sequences[:, t])
                dot = cell.dot_with(keras.ops.matmul, None)
                _, plain = cell.run_step(drive, states, dot, None)
                _, states = layer.step(sequences[:, t], states, training)
                for place in apart:
                    np.testing.assert_allclose(states[place], plain[place], atol=1e-6)


def test_weight_drop_is_one_mask_for_all_steps_on_recurrent_kernels_alone():
    layer = weight_drop()
    kernel = next(w for w in layer.weights if w.name == "recurrent_kernel")
    others = [w for w in layer.trainable_weights if w is not kernel]
    reached = []
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(layer(X, training=True)[0]))
        found = tape.gradient(loss, [kernel.value, *(w.value for w in others)])
        reached.append(found[0].numpy() != 0)
        assert all(np.all(g.numpy() != 0) for g in found[1:])
        # Over nine steps and four rows a number not dropped throughout has a gradient.
        assert 0.3 < reached[-1].mean() < 0.7
    assert (reached[0] != reached[1]).any()


def test_each_layer_of_a_stack_draws_its_own():
    stack = given(
        Stack([Zoneout(GRU(4), 0.5, seed=1), WeightDrop(SimpleRNN(4), seed=2)], **FULL)
    )
    first, second = stack(X, training=True)[0], stack(X, training=True)[0]
    assert not np.allclose(first, second)
    as_one_cell = keras.layers.RNN(stack.cell, **FULL)
    np.testing.assert_allclose(as_one_cell(X)[0], stack(X)[0], atol=1e-6)
    y, _ = stack.cell(X[:, 0], stack.initial_state(4), training=True)
    assert np.isfinite(y).all()


def test_first_states():
    learned = LearnedInitialState(LSTM(4, return_sequences=True))
    learned.build((None, None, 3))
    plain = LSTM(4, return_sequences=True)
    plain.build((None, None, 3))
    plain.set_weights(learned.get_weights()[2:])
    np.testing.assert_allclose(learned(X), plain(X), atol=1e-6)  # zeros at first
    learned.set_weights([np.full(4, 0.5), np.full(4, -0.5), *plain.get_weights()])
    halves = [np.full((4, 4), v, "float32") for v in (0.5, -0.5)]
    np.testing.assert_allclose(learned(X), plain(X, initial_state=halves), atol=1e-6)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(learned(X))
    gradients = tape.gradient(loss, learned.trainable_variables)
    assert all(np.any(g.numpy()) for g in gradients)
    drawn = LearnedInitialState(GRUCell(200), kind="random", stddev=0.5, seed=1)
    states = drawn.initial_state(4)[0]
    assert 0.4 < np.std(states) < 0.6
    assert not np.allclose(states, drawn.initial_state(4)[0])
    again = LearnedInitialState(GRUCell(200), kind="random", stddev=0.5, seed=1)
    np.testing.assert_array_equal(again.initial_state(4)[0], states)
    zeros = LearnedInitialState(GRUCell(3), kind="zeros").initial_state(2)[0]
    assert not np.any(zeros)


def test_skip_rnn_by_its_equations():
    """Step by step in NumPy, with the cell inside as a function."""
    layer = SkipRNN(GRUCell(4), return_updates=True, return_sequences=True)
    layer = given(layer)
    w, b = layer.cell.update_kernel.numpy(), np.float32(-1.2)
    layer.cell.update_bias.assign([b])
    h, y = np.zeros((4, 4), "float32"), np.zeros((4, 4), "float32")
    delta, a, updates = np.ones((4, 1)), np.zeros((4, 1)), []
    found = layer(X).numpy()
    for t in range(9):
        a = a + np.minimum(delta, 1 - a)
        u = np.round(a)
        output, (new,) = layer.cell.layer(X[:, t], [h])
        h, y = u * new + (1 - u) * h, u * output + (1 - u) * y
        delta = u / (1 + np.exp(-(h @ w + b))) + (1 - u) * delta
        a = (1 - u) * a
        h = h.numpy().astype("float32")
        updates.append(u[:, 0])
        np.testing.assert_allclose(found[:, t, :-1], y, atol=1e-5)
        np.testing.assert_array_equal(found[:, t, -1], u[:, 0])
    assert 0.2 < np.mean(updates) < 0.8


def test_a_budget_makes_for_fewer_updates():
    """The gradient of the budget loss lowers the bias: less Δ, fewer updates."""
    layer = given(SkipRNN(GRUCell(4), return_updates=True, budget=0.5, **FULL))
    layer.cell.update_bias.assign([-0.5])
    with tf.GradientTape() as tape:
        outputs = layer(X)[0]
        loss = layer.losses[0]
    expected = 0.5 * np.mean(np.sum(outputs[..., -1], axis=1))
    assert float(loss) == pytest.approx(expected, rel=1e-5)
    assert tape.gradient(loss, layer.cell.update_bias.value).numpy()[0] > 0


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_a_budget_is_added_to_losses_of_any_dtype(dtype):
    layer = SkipRNN(GRU(3, dtype=dtype), budget=0.5)
    layer(X)
    assert [loss.dtype for loss in layer.losses] == ["float32"]


@pytest.mark.parametrize("outside", [Bidirectional, Zoneout, RNN])
def test_a_budget_counts_wherever_a_skip_rnn_stands(outside):
    def loss(budgets):
        lower, upper = (SkipRNN(GRU(3), budget=budget) for budget in budgets)
        stack = Stack([lower, upper], return_sequences=True)
        inside = stack.cell if outside is RNN else stack
        layer = given(outside(inside))
        layer(X)
        return float(sum(layer.losses))

    first, second, both = loss((1, 0)), loss((0, 1)), loss((0.5, 2))
    assert min(first, second) > 0
    assert both == pytest.approx(0.5 * first + 2 * second)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Zoneout(GRU(3), 1.0), "`rate` must"),
        (lambda: Zoneout(GRU(3), cell_rate=0.5), "`cell_rate` is for the states after"),
        (
            lambda: Zoneout(keras.layers.GRU(3)),
            "`layer` must be a recurrent",
        ),
        (lambda: WeightDrop(SimpleRNNCell(3), rate=-0.5), "`rate` must"),
        (lambda: LearnedInitialState(GRU(3), kind="none"), "`kind` must be one of"),
        (lambda: Zoneout(GRU(3), dtype="float64")(X), "`dtype` of 'zoneout_cell.*floa"),
        (
            lambda: Stack([GRU(3), GRU(3, dtype="mixed_float16")])(X),
            "that of 'gru_cell.*' inside, mixed_float16, got float32",
        ),
        (lambda: WeightDrop(MinGRU(3))(X), "`layer` must have weights that act on a"),
        (lambda: Zoneout(Clockwork(4), cell_rate=0.5), "`cell_rate` is for the states"),
        (lambda: LearnedInitialState(GRU(3), stddev=0.5), "`stddev` goes with kind="),
        (
            lambda: LearnedInitialState(GRU(3), "random", stddev="a"),
            "`stddev` must be a positive number",
        ),
        (lambda: SkipRNN(GRU(3), budget=-1), "`budget` must be a number from 0"),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()

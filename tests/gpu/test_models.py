"""Where layers stand in models, on a card: types, compilers, wrappers, states, devices.

Run with `python -m pytest -m gpu` on a machine that has one.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.recurrence import portable
from tests.gpu.comparing import (
    BATCH,
    FEATURES,
    MASKS,
    ON_A_CARD,
    TIME,
    agree,
    differentiated,
    inputs,
)

pytestmark = ON_A_CARD

MAKERS = [layers.LSTM, layers.GRU, layers.SimpleRNN, layers.Jordan]
makers = pytest.mark.parametrize("make", MAKERS)


def built(make, *arguments, **options):
    layer = make(*arguments, **options)
    layer.build((BATCH, None, FEATURES))
    return layer


def in_graph(function, **options):
    return tf.function(function, autograph=False, **options)


def trained(make, **options):
    """The weights after some steps of `fit`, from the same first weights each time."""
    model = keras.Sequential(
        [
            keras.layers.Input((None, FEATURES)),
            keras.layers.Masking(),
            make(),
            keras.layers.Dense(1),
        ]
    )
    rng = np.random.default_rng(2)
    model.set_weights([rng.normal(0, 0.5, w.shape) for w in model.weights])
    model.compile(keras.optimizers.SGD(0.1), "mse", **options)
    x = inputs() * MASKS["right"][..., None]
    model.fit(x, inputs(1)[:, 0, :1], epochs=2, batch_size=3, verbose=0, shuffle=False)
    return model.get_weights()


@makers
@pytest.mark.parametrize("mask", ["none", "right", "holes"])
@pytest.mark.parametrize("dtype", ["float64", "mixed_bfloat16"])
def test_other_types(make, mask, dtype):
    layer = built(make, 8, return_sequences=True, dtype=dtype)
    x = tf.constant(inputs().astype(layer.compute_dtype))
    mask = None if MASKS[mask] is None else tf.constant(MASKS[mask])
    with portable():
        expected = differentiated(layer, x, mask)
    found = in_graph(lambda x, mask: differentiated(layer, x, mask))(x, mask)
    agree(found, expected, 1e-10 if dtype == "float64" else 0.1)


@makers
@pytest.mark.parametrize("mask", ["none", "right", "left"])
def test_within_a_compiled_function(make, mask):
    layer = built(make, 8, return_sequences=True)
    x = tf.constant(inputs())
    mask = None if MASKS[mask] is None else tf.constant(MASKS[mask])
    with portable():
        expected = differentiated(layer, x, mask)
    compiled = in_graph(lambda x, m: differentiated(layer, x, m), jit_compile=True)
    agree(compiled(x, mask), expected, 1e-5)


@makers
@pytest.mark.parametrize(
    "options",
    [{"jit_compile": True}, {"run_eagerly": True}, {"steps_per_execution": 2}],
    ids=str,
)
def test_fit_however_it_is_compiled(make, options):
    agree(trained(lambda: make(5), **options), trained(lambda: make(5)), 1e-4)


@makers
def test_fit_beside_keras_masks_and_all(make):
    theirs = getattr(keras.layers, make.__name__, None)
    if theirs is None:
        pytest.skip("Keras has no such layer")
    agree(trained(lambda: make(5)), trained(lambda: theirs(5)), 1e-4)


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Bidirectional(layers.LSTM(4)),
        lambda: layers.Bidirectional(
            layers.LSTM(4), backward_layer=layers.Jordan(3, go_backwards=True)
        ),
        lambda: keras.layers.Bidirectional(layers.GRU(4)),
        lambda: layers.Stack([layers.LSTM(4), layers.GRU(4)]),
        lambda: layers.Zoneout(layers.LSTM(4), 0.0),
        lambda: layers.Residual(layers.LSTM(FEATURES)),
        lambda: layers.LearnedInitialState(layers.LSTM(4)),
        lambda: layers.OutputFeedback(layers.LSTM(4), keras.layers.Dense(2)),
        lambda: layers.LSTM(4, recompute=4),
        lambda: layers.LSTM(4, go_backwards=True),
        lambda: layers.LSTM(4, unroll=False, use_cudnn=False),
    ],
)
def test_layers_around_layers(make):
    """Train as the plain loop on the CPU trains them."""
    found = trained(make)
    with portable(), tf.device("CPU"):
        expected = trained(make, jit_compile=False)
    agree(found, expected, 1e-4)


@makers
def test_states_given_returned_and_kept(make):
    layer = built(make, 4, return_state=True, stateful=True)
    x = tf.constant(inputs())
    with portable():
        whole = layer(x)
        layer.reset_state()
    call = in_graph(lambda x: layer(x))
    call(x[:, :5])
    agree(call(x[:, 5:]), whole, 1e-5)
    fresh = built(make, 4, return_state=True)
    fresh.set_weights(layer.get_weights())
    _, *states = fresh(x[:, :5])
    call = in_graph(lambda x, states: fresh(x, initial_state=states))
    agree(call(x[:, 5:], states), whole, 1e-5)


@makers
@pytest.mark.parametrize(("rows", "steps"), [(0, TIME), (BATCH, 0), (0, 0)])
@pytest.mark.parametrize("known", [False, True])
def test_no_rows_and_no_steps(make, rows, steps, known):
    layer = built(make, 4, return_sequences=True)
    shape = (rows, steps, FEATURES) if known else (None, None, FEATURES)
    call = in_graph(
        lambda x: differentiated(layer, x, None), input_signature=[tf.TensorSpec(shape)]
    )
    output, *gradients = call(tf.zeros((rows, steps, FEATURES)))
    assert output.shape == (rows, steps, 4)
    assert all(np.all(np.asarray(gradient) == 0) for gradient in gradients)


@makers
def test_in_a_pipeline_of_data(make):
    """`tf.data` runs its functions on the CPU."""
    layer = built(make, 4)
    data = tf.data.Dataset.from_tensors(inputs()).map(lambda x: layer(x))
    with portable():
        expected = layer(inputs())
    agree([next(iter(data))], [expected], 1e-5)


@makers
def test_on_the_cpu_of_a_machine_with_a_card(make):
    layer = built(make, 4, return_sequences=True)
    x = tf.constant(inputs())
    with portable():
        expected = differentiated(layer, x, None)
    with tf.device("CPU"):
        agree(in_graph(lambda x: differentiated(layer, x, None))(x), expected, 1e-5)


@makers
def test_under_a_strategy(make):
    with tf.distribute.MirroredStrategy(["GPU:0"]).scope():
        found = trained(lambda: make(5))
    agree(found, trained(lambda: make(5)), 1e-4)


@makers
def test_a_second_derivative_is_an_error_in_one_line(make):
    layer = built(make, 4)

    def twice(x):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                loss = tf.reduce_sum(layer(x, training=True) ** 2)
            first = tf.reduce_sum(inner.gradient(loss, x) ** 2)
        return outer.gradient(first, x)

    x = tf.constant(inputs())
    with pytest.raises(NotImplementedError, match="first derivatives only"):
        in_graph(twice)(x)
    with portable():
        in_graph(twice)(x)


@makers
@pytest.mark.parametrize("every", [False, True])
def test_a_jacobian(make, every):
    layer = built(make, 4, return_sequences=every)
    gated = make in (layers.LSTM, layers.GRU)

    def jacobian(x, pfor):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = layer(x, training=True)
        return tape.jacobian(y, x, experimental_use_pfor=pfor)

    x = tf.constant(inputs()[:2])
    with portable():
        expected = jacobian(x, pfor=False)
    found = in_graph(lambda x: jacobian(x, pfor=not gated))(x)
    agree([found], [expected], 1e-5)
    if gated:
        with pytest.raises(NotImplementedError, match="use_pfor=False"):
            in_graph(lambda x: jacobian(x, pfor=True))(x)


@pytest.mark.parametrize("name", ["right", "left", "holes", "row"])
def test_a_saved_model_with_masks_answers_without_a_card(name, tmp_path):
    model = keras.Sequential(
        [
            keras.layers.Input((None, FEATURES)),
            keras.layers.Masking(),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.GRU(4),
        ]
    )
    model.export(tmp_path / "saved", verbose=False)
    x = inputs() * MASKS[name][..., None]
    found = tf.saved_model.load(tmp_path / "saved")
    with tf.device("CPU"):
        agree([found.serve(x)], [model.predict(x, verbose=0)], 1e-5)

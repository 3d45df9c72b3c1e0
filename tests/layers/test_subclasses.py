"""Layers and cells subclassed as Keras's are: signatures, arguments and configs."""

import abc
import copy
import functools
import inspect
import json
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import cells, layers

X = np.ones((2, 5, 3), "float32")
BASES = [layers.SimpleRNN, layers.LSTM, layers.GRU, layers.Elman, layers.Jordan]
bases = pytest.mark.parametrize("base", BASES)


def again(layer):
    """The layer that the config makes, after JSON."""
    config = json.loads(json.dumps(layer.get_config()))
    made = type(layer).from_config(config)
    assert made.get_config() == config
    return made


@bases
def test_units_go_on_by_position(base):
    class Passing(base):
        def __init__(self, units, **kwargs):
            super().__init__(units, **kwargs)

    assert inspect.signature(Passing) == inspect.signature(base)
    assert Passing(4)(X).shape == (2, 4)
    layer = again(Passing(4, use_bias=False, name="passing"))
    assert (layer.units, layer.use_bias, layer.name) == (4, False, "passing")


@bases
def test_positional_arguments_go_on_as_they_come(base):
    class Passing(base):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, return_sequences=True, **kwargs)

    second = list(inspect.signature(base).parameters)[1]
    value = 3 if second == "output_units" else "relu"
    layer = Passing(4, value)
    assert layer.get_config()[second] == again(layer).get_config()[second]
    assert again(layer)(X).shape[:2] == (2, 5)
    assert inspect.signature(Passing) == inspect.signature(base)


@bases
def test_a_subclass_without_kwargs(base):
    class Closed(base):
        def __init__(self, units):
            super().__init__(units, return_sequences=True)

    assert str(inspect.signature(Closed)) == "(units)"
    assert again(Closed(4))(X).shape == (2, 5, 4)
    with pytest.raises(TypeError, match=r"^Closed: .*unexpected .* 'name'$"):
        Closed(4, name="closed")


def test_a_mixin_with_abc():
    class Shown(abc.ABC):
        @abc.abstractmethod
        def show(self): ...

    class Half(Shown, layers.LSTM): ...

    class Whole(Half):
        def show(self):
            return self.units

    class Last(layers.GRU, abc.ABC): ...

    with pytest.raises(TypeError, match="abstract"):
        Half(4)
    assert again(Whole(4)).show() == 4
    assert again(Last(4)).units == 4


def test_a_mixin_with_a_constructor():
    class Tagged:
        def __init__(self, *args, tag=None, **kwargs):
            super().__init__(*args, **kwargs)
            self.tag = tag

    class Both(Tagged, layers.LSTM): ...

    layer = again(Both(4, "relu", tag="a"))
    assert (layer.units, layer.tag, layer.activation) == (
        4,
        "a",
        keras.activations.relu,
    )


def test_two_bases_with_arguments_of_their_own():
    class One(layers.SimpleRNN):
        def __init__(self, units, one=1, **kwargs):
            super().__init__(units, **kwargs)
            self.one = one

    class Two(layers.SimpleRNN):
        def __init__(self, units, *, two=2, **kwargs):
            super().__init__(units=units, **kwargs)
            self.two = two

    class Three(One, Two): ...

    layer = again(Three(4, 5, two=6, seed=7))
    assert (layer.units, layer.one, layer.two, layer.seed) == (4, 5, 6, 7)
    assert list(inspect.signature(Three).parameters)[:3] == [
        "units",
        "one",
        "activation",
    ]


def test_what_a_subclass_gives_by_itself_is_not_in_the_config():
    class Doubled(layers.LSTM):
        def __init__(self, size, **kwargs):
            super().__init__(2 * size, return_sequences=True, **kwargs)

    layer = again(Doubled(2, dropout=0.5))
    assert (layer.units, layer.dropout) == (4, 0.5)
    assert layer(X).shape == (2, 5, 4)
    assert {"units", "return_sequences"}.isdisjoint(layer.get_config())


def test_another_default_is_the_subclasss():
    class Dropping(layers.GRU):
        def __init__(self, units, dropout=0.25, **kwargs):
            super().__init__(units, dropout=dropout, **kwargs)

    assert again(Dropping(4)).dropout == 0.25
    assert again(Dropping(4, dropout=0.5)).dropout == 0.5


def test_required_and_positional_only_arguments():
    class Odd(layers.LSTM):
        def __init__(self, units, /, use_bias, *, gain, **kwargs):
            super().__init__(units, use_bias=use_bias, **kwargs)
            self.gain = gain

    layer = Odd(4, True, gain=2)
    assert (layer.units, layer.use_bias, layer.gain) == (4, True, 2)
    assert Odd.__signature__.parameters["gain"].kind is inspect.Parameter.KEYWORD_ONLY


def test_the_signature_of_a_layer_is_that_of_its_call():
    theirs, ours = keras.layers.LSTM(4), layers.LSTM(4)
    names = [list(inspect.signature(thing).parameters) for thing in (theirs, ours)]
    assert names[0] == names[1]
    for made in (ours, layers.BahdanauAttention(4), cells.LSTMCell(4)):
        assert "units" not in inspect.signature(made).parameters
    assert tf.function(layers.SimpleRNN(4))(X).shape == (2, 4)


def test_partial():
    make = functools.partial(layers.LSTM, activation="relu", return_sequences=True)
    assert make(4)(X).shape == (2, 5, 4)
    assert "units" in inspect.signature(make).parameters


@pytest.mark.parametrize("base", [layers.LSTM, layers.Jordan])
def test_copies(base):
    layer = base(4, seed=3)
    layer.build((None, None, 3))
    for other in (
        copy.copy(layer),
        copy.deepcopy(layer),
        pickle.loads(pickle.dumps(layer)),
    ):
        np.testing.assert_array_equal(other(X), layer(X))
        assert other.get_config() == layer.get_config()


def test_a_cell_without_kwargs():
    class Cell(cells.SimpleRNNCell):
        def __init__(self, units):
            super().__init__(units, activation="relu")

    class Layer(layers.RecurrentLayer):
        cell_class = Cell

    layer = again(Layer(4, dtype="float64", trainable=False))
    assert layer(X).dtype == "float64"
    assert layer.trainable_weights == []


@bases
def test_unknown_missing_and_repeated_arguments(base):
    name = base.__name__
    with pytest.raises(ValueError, match=rf"^.*{name}: {{'gain': 3}}$"):
        base(4, gain=3)
    with pytest.raises(TypeError, match=f"^{name}: missing .*'units'$"):
        base()
    with pytest.raises(TypeError, match=f"^{name}: multiple values .*'units'$"):
        base(4, units=4)
    with pytest.raises(TypeError, match=f"^{name}: too many positional arguments$"):
        base(*range(99))


def test_numpy_scalars_are_numbers():
    layer = layers.Jordan(
        np.int64(4),
        output_units=np.array(3),
        decay=np.float32(0.5),
        dropout=np.float32(0.25),
        recurrent_dropout=np.array(0.5),
        seed=np.int32(1),
        unroll=np.int8(2),
        use_bias=np.bool_(False),
        return_sequences=np.bool_(True),
    )
    layer = again(layer)
    assert (layer.units, layer.output_units, layer.dropout) == (4, 3, 0.25)
    assert again(layers.GRU(4, implementation=np.int64(1))).implementation == 1
    assert again(layers.BahdanauAttention(np.int64(4))).units == 4
    assert again(layers.LRU(4, max_angle=np.float32(2 * np.pi))).units == 4


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("units", np.float32(4.0)),
        ("units", np.array([4])),
        ("dropout", np.float32(1.5)),
        ("dropout", np.array([0.5])),
        ("dropout", np.bool_(True)),
        ("seed", 0.5),
        ("seed", True),
        ("use_bias", "no"),
        ("use_bias", None),
        ("return_sequences", np.array([True, False])),
        ("stateful", 2),
        ("dtype", "int32"),
        ("use_cudnn", np.array([True, False])),
    ],
)
def test_values_that_are_refused(argument, value):
    with pytest.raises(ValueError, match=rf"^`{argument}` must .* got [^\n]*\.$"):
        layers.LSTM(**{"units": 4, argument: value})


@pytest.mark.parametrize("shape", [(2, 1, 4), (4,), (2, 3)])
def test_what_dot_takes(shape):
    class Cell(cells.SimpleRNNCell):
        def step(self, drive, states, dot):
            return super().step(drive, [keras.ops.zeros(shape)], dot)

    class Layer(layers.RecurrentLayer):
        cell_class = Cell

    with pytest.raises(ValueError, match=r"`dot` takes a vector \(batch, n\) and a"):
        Layer(4)(X)


class Returning(cells.RecurrentCell):
    """A cell whose step returns what a function makes of h."""

    def __init__(self, units, function, **kwargs):
        super().__init__(units=units, **kwargs)
        self.function = function

    def build(self, input_shape):
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))

    def drive(self, inputs):
        return self.affine(inputs, self.kernel, None)

    def step(self, drive, states, dot):
        return self.function(keras.ops.tanh(drive + states[0]))


@pytest.mark.parametrize("in_graph", [False, True])
@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda h: h, "what it emits and a list of states, got <tf.Tensor"),
        (lambda h: (h, h), "what it emits and a list of states, got "),
        (lambda h: (h, [h, h]), "1 states, as it gets, got 2"),
        (lambda h: (h, [h[:, :2]]), r"of the shape \(2, 4\) in float32.* \(2, 2\) in"),
        (lambda h: (h, [keras.ops.cast(h, "float64")]), r"got \(2, 4\) in float64"),
    ],
)
def test_what_a_step_returns(function, text, in_graph):
    layer = layers.RNN(Returning(4, function))
    call = tf.function(layer, autograph=False) if in_graph else layer
    message = f"`step` of Returning must return .*{text}"
    with pytest.raises(ValueError, match=message) as caught:
        call(tf.ones((2, 3, 2)))
    assert "\n" not in str(caught.value)


class Average(cells.RecurrentCell):
    """h_t = 0.9 h_{t-1} + 0.1 x_t, which has no weight."""

    def drive(self, inputs):
        return inputs

    def step(self, drive, states, dot):
        h = 0.9 * states[0] + 0.1 * drive
        return h, [h]


def test_a_cell_may_have_no_weights():
    layer, x = layers.RNN(Average(3)), tf.ones((9, 5, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.function(layer, autograph=False)(x, training=True)
    np.testing.assert_allclose(y, np.full((9, 3), 1 - 0.9**5), rtol=1e-6)
    expected = np.broadcast_to(0.1 * 0.9 ** np.arange(4, -1, -1)[:, None], x.shape)
    np.testing.assert_allclose(tape.gradient(y, x), expected, rtol=1e-6)


class Counting(cells.SimpleRNNCell):
    """It assigns to a weight in a method."""

    def __init__(self, units, where, **kwargs):
        super().__init__(units, **kwargs)
        self.where = where

    def build(self, input_shape):
        super().build(input_shape)
        self.count = self.add_weight(shape=(), trainable=False, name="count")

    def drive(self, inputs):
        if self.where == "drive":
            self.count.assign(self.count + 1)
        return super().drive(inputs)

    def step(self, drive, states, dot):
        if self.where == "step":
            self.count.assign_add(1)
        return super().step(drive, states, dot)


@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize("where", ["drive", "step"])
def test_assigning_to_a_weight_in_a_loop_is_refused(where, graph):
    layer = layers.RNN(Counting(2, where))
    call = tf.function(layer, autograph=False) if graph else layer
    with pytest.raises(ValueError, match=r"must assign to none of its weights .*count"):
        call(tf.constant(X))

"""What is kept of a step for its gradient, and that nothing else is needed."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seqkit import cells, layers
from seqkit.recurrence import portable
from seqkit.recurrence.equations import Equations
from seqkit.recurrence.forward import Forward
from seqkit.recurrence.sweep import Given


def kept_of(layer, masked=False):
    """The shapes of what the forward loop keeps, by kind."""
    layer.build((2, 3, 4))
    cell = Equations(layer.cell, noisy=False)
    found = {}

    @tf.function
    def run(x):
        sizes = layer.cell.state_size
        sizes = sizes if isinstance(sizes, list) else [sizes]
        states = [tf.zeros((2, size)) for size in sizes]
        valid = tf.ones((2, 3), "bool") if masked else None
        weights = [weight.value for weight in layer.cell.weights]
        given = Given(x, valid, 3, states, None, weights, True, 1)
        kept = Forward(cell, given, tf.constant(0), True, False).run()[2]
        found.update({k: [s.shape[-1] for s in v] for k, v in kept._asdict().items()})
        return kept

    run.get_concrete_function(tf.zeros((2, 3, 4)))
    return found


def test_a_simple_network_keeps_its_states_alone():
    kept = kept_of(layers.SimpleRNN(5))
    assert kept == {
        "drives": [], "carries": [5], "products": [], "values": [], "emissions": []
    }  # fmt: skip


def test_under_a_mask_the_state_is_not_what_tanh_gave():
    assert kept_of(layers.SimpleRNN(5), masked=True)["values"] == [5]


def test_a_gated_network_keeps_its_gates():
    kept = kept_of(layers.LSTM(5))
    assert kept["carries"] == [5, 5]
    assert kept["values"] == [5] * 5  # i, f, g, o and tanh(c)
    assert not kept["drives"] + kept["products"]


def test_a_gated_recurrent_unit_keeps_what_the_reset_gate_multiplies():
    assert kept_of(layers.GRU(5))["values"] == [5] * 4  # z, r, n and U h of n


class Odd(cells.RecurrentCell):
    """A cell whose step does one unusual thing."""

    def __init__(self, units, what, **kwargs):
        super().__init__(units=units, **kwargs)
        self.what = what

    def build(self, input_shape):
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.units)
        )
        self.rate = self.add_bias("rate", (self.units,), "ones")

    def drive(self, inputs):
        return self.affine(inputs, self.kernel, None)

    def step(self, drive, states, dot):
        (h,) = states
        return getattr(self, self.what)(drive, h, dot)

    def softplus(self, x, h, dot):
        h = ops.softplus(x + dot(h, self.recurrent_kernel)) * 0.3
        return h, [h]

    def leaky(self, x, h, dot):
        h = ops.leaky_relu(x - dot(h, self.recurrent_kernel))
        return h, [h]

    def of_weights_alone(self, x, h, dot):
        h = ops.exp(-ops.softplus(self.rate)) * h + ops.tanh(x)
        return h, [ops.tanh(h + dot(h, self.recurrent_kernel))]

    def one_result_used_twice(self, x, h, dot):
        product = dot(h, self.recurrent_kernel)
        h = ops.tanh(x + x * product) + ops.sigmoid(product) * product
        return h, [h]

    def a_value_multiplied(self, x, h, dot):
        n = ops.tanh(x + h)
        y = ops.sigmoid(dot(n, self.recurrent_kernel))
        return y, [n * y]

    def a_new_state_multiplied(self, x, h, dot):
        h = ops.tanh(x + 0.5 * h)
        return dot(h, self.recurrent_kernel, dropout=False), [h]

    def cut_after_the_gate(self, x, h, dot):
        both = ops.concatenate([x + dot(h, self.recurrent_kernel), h], axis=-1)
        one, other = ops.split(ops.sigmoid(both), 2, axis=-1)
        h = one * h + (1 - one) * ops.tanh(other + x)
        return other, [h]

    def normed(self, x, h, dot):
        product = dot(h, self.recurrent_kernel)
        spread = ops.rsqrt(ops.mean(product**2, axis=-1, keepdims=True) + 0.1)
        h = ops.tanh(x + product * spread * self.rate)
        return h, [h]

    def a_branch(self, x, h, dot):
        n = ops.tanh(x + dot(h, self.recurrent_kernel))
        h = tf.cond(tf.reduce_sum(n) > 0, lambda: n * 0.5, lambda: n * n)
        return h, [h]

    def a_loop(self, x, h, dot):
        body = lambda k, h: (k + 1, tf.tanh(h + x))  # noqa: E731
        _, h = tf.while_loop(lambda k, _: k < 3, body, (0, h), maximum_iterations=3)
        return h, [dot(h, self.recurrent_kernel)]

    def the_drive_itself(self, x, h, dot):
        return x, [ops.tanh(x) * h + x]

    def the_state_before(self, x, h, dot):
        return h, [ops.relu(x + dot(h, self.recurrent_kernel))]


ODD = [
    name
    for name in vars(Odd)
    if name not in ("build", "drive", "step") and name[0] != "_"
]


class Uncompilable(Odd):
    def python(self, x, h, dot):
        h = tf.ensure_shape(tf.numpy_function(np.tanh, [x + h], tf.float32), x.shape)
        return h, [h]

    def printing(self, x, h, dot):
        tf.print(h, output_stream="file:///dev/null")
        return x + h, [x + h]

    def a_loop_of_any_length(self, x, h, dot):
        h = ops.fori_loop(0, 3, lambda _, h: ops.tanh(h + x), h)
        return h, [h]


@pytest.mark.parametrize(
    ("what", "op"),
    [
        ("python", "PyFunc"),
        ("printing", "PrintV2"),
        ("a_loop_of_any_length", "StatelessWhile of any number of iterations"),
    ],
)
def test_what_cannot_be_compiled_is_named(what, op):
    layer, x = layers.RNN(Uncompilable(5, what)), tf.ones((2, 3, 4))
    layer.build(x.shape)
    call = tf.function(lambda x: layer(x, training=True), autograph=False)
    with pytest.raises(ValueError, match=f"got the op {op}; inside `seq") as caught:
        call(x)
    assert "\n" not in str(caught.value)
    with portable():
        np.testing.assert_allclose(call(x + 0), layer(x), atol=1e-6)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("what", ODD)
def test_gradients_of_unusual_steps(what, masked):
    keras.utils.set_random_seed(3)
    layer = layers.RNN(Odd(5, what), return_sequences=True, return_state=True)
    x = tf.random.stateless_normal((3, 6, 4), seed=(0, 1))
    layer.build(x.shape)
    mask = tf.constant([[1] * 6, [0, 1, 1, 0, 1, 0], [0] * 6]) > 0 if masked else None

    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            output, state = layer(x, mask=mask, training=True)
            loss = tf.reduce_sum(output**2) + tf.reduce_sum(tf.sin(state))
        return loss, tape.gradient(
            loss, [x, *(w.value for w in layer.trainable_variables)],
            unconnected_gradients="zero",
        )  # fmt: skip

    fast = tf.function(gradients)(x)
    with portable():
        plain = gradients(x)
    for one, other in zip(tf.nest.flatten(fast), tf.nest.flatten(plain), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert np.all(np.abs(fast[1][0]).sum((0, 2)) > 0)

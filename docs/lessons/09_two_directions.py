r"""
9. Two directions
=================

A recurrent network knows what came before. Often what comes after matters as much: in a
sentence, the meaning of a word depends on both sides. A bidirectional network reads the
sequence twice, once from each end, and puts both together at every step.

**After this lesson** you can

- compute a bidirectional layer by hand, and name the shapes of its output;
- reverse padded sequences correctly, and say what happens otherwise;
- say what one direction cannot do, with a proof;
- tell where a bidirectional network must not be used.

**You need** lessons 1 and 2.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from seqkit.layers import LSTM, Bidirectional, SimpleRNN

# %%
# Two readings
# ------------
# Two layers with weights of their own read the same sequence. The forward states go
# from left to right, the backward states from right to left:
#
# .. math::
#    \overrightarrow{h}_t &= f(x_t, \overrightarrow{h}_{t-1}) \\
#    \overleftarrow{h}_t &= g(x_t, \overleftarrow{h}_{t+1}) \\
#    y_t &= \operatorname{merge}(\overrightarrow{h}_t, \overleftarrow{h}_t)
#
# With a unit that adds up and the inputs 1, 2, 3, the forward states are 1, 3, 6. The
# backward states begin at the right: 3, then 3 + 2 = 5, then 6; in the order of the
# steps that is 6, 5, 3. Side by side, the output of step 2 is (3, 5).


def adding(bias=0.0, **kwargs):
    layer = SimpleRNN(1, "linear", return_sequences=True, **kwargs)
    layer.build((None, None, 1))
    layer.set_weights([np.ones((1, 1)), np.ones((1, 1)), np.full(1, bias)])
    return layer


x = np.array([1.0, 2.0, 3.0], "float32").reshape(1, 3, 1)
both = Bidirectional(adding(), backward_layer=adding(go_backwards=True))
both.build(x.shape)
both.set_weights([*adding().get_weights(), *adding().get_weights()])
found = both(x)[0].numpy()

assert found[:, 0].tolist() == np.cumsum([1, 2, 3]).tolist() == [1, 3, 6]
assert found[:, 1].tolist() == np.cumsum([3, 2, 1])[::-1].tolist() == [6, 5, 3]
print("outputs, one step a row:", found.tolist())

# %%
# How to merge
# ------------
# ``merge_mode`` puts both side by side (``"concat"``, the default), or adds, averages
# or multiplies them. Side by side the output is twice as wide:
#
# .. math:: y_t \in \mathbb{R}^{2N} \text{ (concat)}, \qquad
#           y_t \in \mathbb{R}^{N} \text{ (sum, ave, mul)}
#
# There are twice as many weights in each case, because each direction has its own.

x_wide = np.ones((2, 5, 3), "float32")
one = LSTM(4, return_sequences=True)
shapes, weights = {"one direction": one(x_wide).shape}, [one.count_params()]
for mode in ("concat", "sum", "ave", "mul"):
    layer = Bidirectional(LSTM(4, return_sequences=True), merge_mode=mode)
    shapes[mode] = layer(x_wide).shape
    weights.append(layer.count_params())

assert shapes["concat"] == (2, 5, 8)
assert {shapes[mode] for mode in ("sum", "ave", "mul")} == {(2, 5, 4)}
assert weights[1:] == [2 * weights[0]] * 4
print({mode: tuple(shape) for mode, shape in shapes.items()})

# %%
# The last output
# ---------------
# Without ``return_sequences`` each direction gives its last state **in its own reading
# order**: the forward layer that of step :math:`T`, the backward layer that of step 1.
# Both have then seen the whole sequence:
#
# .. math:: y = (\overrightarrow{h}_T,\; \overleftarrow{h}_1)
#
# It is a mistake to take the last step of the outputs instead. There the backward layer
# has seen one input only.

whole = Bidirectional(LSTM(2, return_sequences=True))
sequence = np.random.default_rng(9).normal(size=(1, 6, 3)).astype("float32")
steps = whole(sequence).numpy()[0]
short = Bidirectional(LSTM(2))
short.build(sequence.shape)
short.set_weights(whole.get_weights())
y = short(sequence).numpy()[0]

np.testing.assert_allclose(y, [*steps[-1, :2], *steps[0, 2:]], atol=1e-6)
print("last outputs:", y.round(4), " last step:", steps[-1].round(4))

# %%
# Rows of different lengths
# -------------------------
# Rows are padded at the end. To turn the padded row around would put the padding first,
# and the backward layer would begin with it. It has to begin at the last **real** step
# of each row:
#
# .. math:: \overleftarrow{h}_t = m_t\, g(x_t, \overleftarrow{h}_{t+1})
#           + (1 - m_t)\, \overleftarrow{h}_{t+1}, \qquad \overleftarrow{h}_{T+1} = 0
#
# with the mask :math:`m_t`, 1 for real steps. Take a unit with a bias of 1 and the row
# 1, 2, padded with 0. Right: :math:`2 + 0 + 1 = 3`, then :math:`1 + 3 + 1 = 5`. Turned
# around with its padding it is 0, 2, 1, and gives
# :math:`0 + 0 + 1 = 1`, :math:`2 + 1 + 1 = 4`, :math:`1 + 4 + 1 = 6`: a network that
# sees how much padding there is.

padded = np.array([1.0, 2.0, 0.0], "float32").reshape(1, 3, 1)
mask = np.array([[True, True, False]])
backward = Bidirectional(
    adding(), backward_layer=adding(go_backwards=True), merge_mode=None
)
backward.build(padded.shape)
backward.set_weights([*adding(1.0).get_weights(), *adding(1.0).get_weights()])
right = backward(padded, mask=mask)[1].numpy()[0, :2, 0]
turned = adding(1.0)(padded[:, ::-1]).numpy()[0, ::-1, 0][:2]

assert right.tolist() == [5, 3]
assert turned.tolist() == [6, 4]
print("within the row's length:", right, " turned with its padding:", turned)

# %%
# What one direction cannot do
# ----------------------------
# Let the inputs be random bits, and the target of each step the **next** bit. What a
# forward network says at step :math:`t`, call it :math:`p`, depends on what came so
# far, and the next bit :math:`x` is independent of that. So the mean squared error is
#
# .. math:: \mathbb{E} (p - x)^2 = \mathbb{E} (p - \tfrac12)^2 + \tfrac14 \ge \tfrac14
#
# because the mixed term :math:`2\, \mathbb{E} (p - \frac12)(\frac12 - x)` is zero. No
# training helps. Any rule shows it; here :math:`p` is the mean of the bits so far.

bits = np.random.default_rng(9).integers(0, 2, (2000, 50))
p = np.cumsum(bits, axis=1)[:, :-1] / np.arange(1, 50)
error = np.mean((p - bits[:, 1:]) ** 2)
by_formula = np.mean((p - 0.5) ** 2) + 0.25

np.testing.assert_allclose(error, by_formula, atol=0.002)
assert error > 0.25
print("error:", error.round(4), " formula:", by_formula.round(4))

# %%
# With two directions it can be done without any training. Two linear units, the first
# of which holds the input and the second what the first held one step before:
#
# .. math:: h_t = x_t\, (1, 0) + h_{t-1} \begin{pmatrix} 0 & 1 \\ 0 & 0 \end{pmatrix}
#           = (x_t,\, x_{t-1})
#
# Read backward, "before" is the next step, and the second unit holds :math:`x_{t+1}`.
# So every step sees both neighbours.

shift = [np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros(2)]
layer = Bidirectional(SimpleRNN(2, "linear", return_sequences=True))
layer.build((None, None, 1))
layer.set_weights([*shift, *shift])
some = bits[:4, :, None].astype("float32")
found = layer(some).numpy()  # x_t, x_{t-1}, x_t, x_{t+1}

np.testing.assert_array_equal(found[:, :-1, 3], some[:, 1:, 0])
np.testing.assert_array_equal(found[:, 1:, 1], some[:, :-1, 0])
print("at step 2 of the first row:", found[0, 1], " bits:", some[0, :3, 0])

# %%
# Both ends are near
# ------------------
# In lesson 5 the gradient faded on its way back. With two directions, a step near the
# beginning is far from the end of the forward reading, but near that of the backward
# reading. The gradient of the last outputs with respect to the input of each step, at
# first:
#
# .. math:: \frac{\partial}{\partial x_t} \sum_j y_j = \underbrace{\dots}_{T - t
#           \text{ steps of the forward layer}} + \underbrace{\dots}_{t - 1
#           \text{ steps of the backward layer}}
#
# The middle is far from both ends, though by half as much.

keras.utils.set_random_seed(9)
inputs = tf.Variable(np.random.default_rng(9).normal(size=(8, 40, 4)).astype("float32"))
reach = {}
for name, network in {"forward": LSTM(16), "both": Bidirectional(LSTM(16))}.items():
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(network(inputs))
    gradient = tape.gradient(total, inputs).numpy()
    reach[name] = np.linalg.norm(gradient, axis=-1).mean(axis=0)

assert reach["forward"][0] < 0.01 * reach["forward"][-1]
assert min(reach["both"][0], reach["both"][-1]) > 10 * reach["both"][20]
print("first, middle, last:", {k: v[[0, 20, -1]].round(4) for k, v in reach.items()})

# %%
figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
for name, norms in reach.items():
    axes.semilogy(np.arange(1, 41), norms, label=name)
axes.set(xlabel="step of the input", ylabel="norm of the gradient")
_ = axes.legend()

# %%
# Where it must not be used
# -------------------------
# The output of a step depends on all later inputs:
#
# .. math:: \frac{\partial y_t}{\partial x_s} \ne 0 \quad\text{also for } s > t
#
# So there is no output before the sequence is complete. A stream cannot be answered
# step by step, and a forecast trained with two directions has seen what it forecasts:
# its errors in training are worthless. Change the last input, and see which outputs
# change:

changed = sequence.copy()
changed[:, -1] += 1
moved = {}
for name, network in {"forward": LSTM(2, return_sequences=True), "both": whole}.items():
    difference = network(changed).numpy() - network(sequence).numpy()
    moved[name] = np.abs(difference[0]).max(axis=-1) > 0

assert moved["forward"].tolist() == [False] * 5 + [True]
assert moved["both"].all()
print({name: change.astype(int).tolist() for name, change in moved.items()})

# %%
# Try it
# ------
# The unit that adds up reads 2, 0, 1 in both directions. What are the three outputs,
# side by side and as a sum? Forward 2, 2, 3; backward, from the right, 1, 1, 3, which
# in the order of the steps is 3, 1, 1. Side by side (2, 3), (2, 1), (3, 1); as a sum 5,
# 3, 4.

found = both(np.float32([[[2], [0], [1]]])).numpy()[0]

assert found.tolist() == [[2, 3], [2, 1], [3, 1]]
assert found.sum(axis=1).tolist() == [5, 3, 4]
print("outputs:", found.tolist())

# %%
# What to keep
# ------------
# - Two layers, two readings, one output at each step; the last output takes each
#   reading at its own end.
# - Padded rows are reversed within their own length.
# - Not for streams, and not for forecasts.
#
# M. Schuster, K. K. Paliwal, "Bidirectional recurrent neural networks", IEEE
# Transactions on Signal Processing 45, 1997. With LSTMs: A. Graves, J. Schmidhuber,
# "Framewise phoneme classification with bidirectional LSTM and other neural network
# architectures", Neural Networks 18, 2005.

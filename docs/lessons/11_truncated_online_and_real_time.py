r"""
11. Truncated, online and real-time learning
============================================

Back-propagation through time has to wait for the end of the sequence, and to keep all
states until then. For a series without an end neither is possible. There are two ways
out: to go back a few steps only, or to carry the derivatives forward instead of back.

**After this lesson** you can

- say which part of the gradient truncation leaves out, and compute the rest by hand;
- train on a long series in chunks, with the state carried over;
- compute the same gradient forward, step by step, and say what that costs;
- let a network learn while the series comes in.

**You need** lessons 3 and 4.
"""

import itertools

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from seqkit.inspect import pictures
from seqkit.layers import LSTM, Elman, SimpleRNN
from seqkit.learning import CarryState, RealTimeLearning, SeriesChunks

# %%
# Going back a few steps only
# ---------------------------
# The example of lesson 3: a unit with :math:`w = 1` and :math:`u = 2` reads 1, 2, 1,
# its states are 1, 4, 9, and the loss is :math:`\frac12 (h_3 - 8)^2`. Going all the way
# back, :math:`\delta = 4, 2, 1`. **Truncated** after :math:`k` steps, the sum has the
# last :math:`k` terms only:
#
# .. math:: \frac{\partial L}{\partial w} \approx \sum_{t = T-k+1}^{T} \delta_t\, x_t
#
# With :math:`k = 1` that is :math:`1 \cdot 1 = 1`, with :math:`k = 2` it is
# :math:`2 \cdot 2 + 1 = 5`, and with :math:`k = 3` all of it, :math:`4 + 4 + 1 = 9`.
# What is left out is what would tell the network about older inputs.

x, h, delta = [1, 2, 1], [0, 1, 4, 9], [4, 2, 1]
by_w = {
    k: sum(d * v for d, v in zip(delta[-k:], x[-k:], strict=True)) for k in (1, 2, 3)
}
by_u = {k: sum(delta[t] * h[t] for t in range(3 - k, 3)) for k in (1, 2, 3)}

assert by_w == {1: 1, 2: 5, 3: 9}
assert by_u == {1: 4, 2: 6, 3: 6}
print("dL/dw truncated after 1, 2, 3 steps:", by_w, " dL/du:", by_u)

# %%
# In practice the series is cut into **chunks**. The last state of a chunk is the first
# state of the next, as a mere number, through which no gradient goes. With the chunk
# 2, 1 and the state 1 before it,
#
# .. math:: h_0^{\text{(chunk)}} = 1 \;\text{ (a constant)}, \qquad
#           \frac{\partial L}{\partial w} = 5
#
# which is the truncated gradient for :math:`k = 2`. The forward pass is exact: the last
# state is 9 as before.

unit = SimpleRNN(1, activation="linear", use_bias=False)
unit.build((None, None, 1))
unit.set_weights([np.array([[1.0]]), np.array([[2.0]])])
with tf.GradientTape() as tape:
    last = unit(np.float32([[[2], [1]]]), initial_state=[np.float32([[1]])])
    L = 0.5 * tf.reduce_sum((last - 8) ** 2)
of_w, of_u = (float(g[0, 0]) for g in tape.gradient(L, unit.trainable_variables))

assert float(last[0, 0]) == 9
assert [of_w, of_u] == [by_w[2], by_u[2]] == [5, 6]
print("gradient of the chunk:", of_w, of_u, " last state:", float(last[0, 0]))

# %%
# What truncation cannot learn
# ----------------------------
# Sixteen endless rows of random signs; the target is the sign of six steps before. A
# network is trained on chunks of 2, 5 and 20 steps, with as many updates each.
# ``SeriesChunks`` cuts the series so that each row of the batches goes on where it
# stopped, and ``CarryState`` carries the states. A gradient that goes back at most
# :math:`k - 1` steps says nothing of an input :math:`l \ge k` steps before:
#
# .. math:: \frac{\partial L_t}{\partial x_{t-l}} = 0 \;\text{ in the truncated gradient
#           for } l \ge k


def train(series, targets, length, updates=900):
    keras.utils.set_random_seed(11)
    chunks = SeriesChunks(series, targets, length=length, batch_size=16)
    inputs = keras.Input(batch_shape=(16, length, 1))
    h = SimpleRNN(12, return_sequences=True, stateful=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(h))
    model.compile(keras.optimizers.Adam(0.003), "mse")
    how = {"epochs": updates // len(chunks), "callbacks": [CarryState(chunks)]}
    return model.fit(chunks, verbose=0, **how).history["loss"][-1]


# %%
# The squared error of a network that says nothing is 1, the variance of the signs.

rng = np.random.default_rng(11)
series = [rng.choice([-1.0, 1.0], (600, 1)).astype("float32") for _ in range(16)]
targets = [np.concatenate([np.zeros((6, 1), "float32"), s[:-6]]) for s in series]
errors = {length: train(series, targets, length) for length in (2, 5, 20)}

assert errors[20] < 0.05 < min(errors[2], errors[5])
print("squared error:", {k: round(v, 3) for k, v in errors.items()})

# %%
# Chunks of 20 steps learn it, those of 2 and 5 do not. They do not fail altogether:
# even an untrained network holds some of the older inputs in its states, and the output
# layer can find them there. (On this an echo state network is built.)
#
# Memory
# ------
# Full back-propagation keeps what it needs of every step. Truncated it keeps one chunk.
# A third way keeps the states of every :math:`k`-th step, and computes what lies
# between once more when the gradient arrives: all of the gradient, for about one more
# forward pass. With :math:`k` near :math:`\sqrt T`,
#
# .. math:: T \text{ steps} \;\to\; \frac{T}{k} + k \approx 2 \sqrt T \text{ steps}
#
# For 10,000 steps and :math:`k = 100` that is 200 in place of 10,000.

T, k = 10_000, 100
x = np.random.default_rng(12).normal(size=(1, 400, 2)).astype("float32")
gradients = []
for recompute in (False, 20):
    layer = LSTM(3, recompute=recompute, kernel_initializer="ones", seed=1)
    layer.build(x.shape)
    layer.cell.recurrent_kernel.assign(0.1 * np.ones((3, 12)))
    with tf.GradientTape() as tape:
        L = tf.reduce_sum(layer(x))
    gradients.append(tape.gradient(L, layer.trainable_variables))

assert T / k + k == 2 * T**0.5 == 200
for full, again in zip(*gradients, strict=True):
    np.testing.assert_allclose(full, again, atol=1e-5)
print("steps kept:", int(T / k + k), "of", T, "; the gradients are the same")

# %%
# For an LSTM of 128 units, 32 rows and 1,000 steps, in bytes:

layer = LSTM(128)
layer.build((None, None, 64))
figure = pictures.memory_of_learning(layer, batch=32, steps=1000)

# %%
# Forward instead of back
# -----------------------
# **Real-time recurrent learning** asks at each step: how would the state be different
# now, if the weight had been different all along? Call that
# :math:`p_t = \frac{\partial h_t}{\partial u}`. In :math:`h_t = w x_t + u h_{t-1}` the
# weight acts in two ways: now, where it multiplies :math:`h_{t-1}`, and before, through
# :math:`h_{t-1}`. So
#
# .. math:: p_t = h_{t-1} + u\, p_{t-1}, \quad p_0 = 0, \qquad
#           \frac{\partial L_t}{\partial u} = (h_t - \text{target}_t)\, p_t
#
# In our example: :math:`p_1 = 0`, :math:`p_2 = 1 + 2 \cdot 0 = 1`,
# :math:`p_3 = 4 + 2 \cdot 1 = 6`. With the error 1 at the end the gradient is
# :math:`1 \cdot 6 = 6`: that of lesson 3, found without going back. With the targets 0,
# 3, 8 all errors were 1, and the sum is :math:`0 + 1 + 6 = 7`, as there.

h, p, ps = 0, 0, []
for x_t in (1, 2, 1):
    p = h + 2 * p  # with the state before
    h = 1 * x_t + 2 * h
    ps.append(p)

assert ps == [0, 1, 6]
assert sum(1 * p for p in ps) == 7
print("p:", ps, " dL/du, loss at the end:", ps[-1], " at every step:", sum(ps))

# %%
# For many units and weights, :math:`P_t` is a matrix with a row for each state and a
# column for each weight :math:`\theta`, and each step multiplies it by the Jacobian:
#
# .. math:: P_t = \frac{\partial h_t}{\partial h_{t-1}} P_{t-1} +
#           \frac{\partial h_t}{\partial \theta}, \qquad
#           \frac{\partial L_t}{\partial \theta} =
#           \frac{\partial L_t}{\partial h_t} P_t
#
# While the weights are held still, the gradients of all steps add up to that of
# back-propagation through time.

x, aim = np.random.default_rng(13).normal(size=(2, 1, 6, 2)).astype("float32")
layer = SimpleRNN(2, return_sequences=True)
layer.build(x.shape)
learner = RealTimeLearning(layer, lambda y, h: 0.5 * keras.ops.sum((h - y) ** 2))
steps = [learner.step(x[:, t], aim[:, t]).gradients for t in range(6)]
forward = [sum(each) for each in zip(*steps, strict=True)]
with tf.GradientTape() as tape:
    L = 0.5 * tf.reduce_sum((layer(x) - aim) ** 2)
back = tape.gradient(L, layer.trainable_variables)

for one, other in zip(forward, back, strict=True):
    np.testing.assert_allclose(one, other, atol=1e-5)
print("gradient of U, forward:", forward[1].numpy().round(4).tolist())

# %%
# What it costs
# -------------
# :math:`P` has one number for each pair of a state and a weight. Back-propagation keeps
# one number for each state and each step:
#
# .. math:: \underbrace{N \cdot (DN + N^2 + N)}_{\text{real-time}} \qquad\text{against}
#           \qquad \underbrace{N \cdot T}_{\text{back-propagation}}
#
# So :math:`P` is the smaller one only where there are more steps than weights. And each
# step multiplies :math:`P` by an :math:`N \times N` matrix, which takes about
# :math:`N^4` multiplications, where a forward step takes :math:`N^2`. It is for small
# networks on endless series.

costs = {}
for N, D in ((8, 2), (100, 10)):
    weights = D * N + N**2 + N
    costs[N] = {"P": N * weights, "steps as large": weights}
layer = SimpleRNN(8)
layer.build((None, None, 2))

assert layer.count_params() == costs[8]["steps as large"] == 88
assert costs[100]["P"] == 1_110_000
print(costs)

# %%
# Online: learning while the series comes in
# ------------------------------------------
# The weights are changed at every step. Strictly, :math:`P` then belongs to older
# weights; with small steps it is near enough. An Elman network predicts the next value
# of a sine, whose frequency changes in the middle.

layer = Elman(8, output_units=1)
layer.build((None, None, 1))
learner = RealTimeLearning(layer, lambda y, found: keras.ops.sum((y - found) ** 2))
optimizer = keras.optimizers.SGD(0.03)
t = np.arange(801)
signal = np.where(t < 400, np.sin(t / 3), np.sin(1.7 * t / 3))
errors = []
for now, following in itertools.pairwise(signal):
    step = learner.step([[now]], [[following]])
    optimizer.apply(step.gradients, layer.trainable_variables)
    errors.append(float(step.loss))
errors = np.array(errors)
of_last = ((signal[1:] - signal[:-1]) ** 2)[300:399].mean()  # "it stays as it is"

assert errors[300:399].mean() < 0.2 * of_last
assert errors[700:].mean() < errors[400:440].mean()
print("squared error, steps 300 to 398:", errors[300:399].mean().round(5))
print("of saying the last value again:", of_last.round(5))

# %%
# Each error was made before the network learned from it.

figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
axes.semilogy(np.arange(19, 800), np.convolve(errors, np.ones(20) / 20, "valid"))
axes.axvline(400, color="grey", linewidth=0.8)
_ = axes.set(
    xlabel="step", ylabel="squared error, mean of the last 20", title="Learning online"
)

# %%
# Try it
# ------
# Compute :math:`q_t = \frac{\partial h_t}{\partial w}` for the same unit: it is
# :math:`q_t = x_t + u\, q_{t-1}`. With the inputs 1, 2, 1: :math:`q_1 = 1`,
# :math:`q_2 = 2 + 2 = 4`, :math:`q_3 = 1 + 8 = 9`, and 9 was the gradient of :math:`w`
# in lesson 3.

q, qs = 0, []
for x_t in (1, 2, 1):
    q = x_t + 2 * q
    qs.append(q)

assert qs == [1, 4, 9]
print("q:", qs)

# %%
# What to keep
# ------------
# - Truncation keeps the forward pass exact, and cuts the gradient: what lies further
#   back than a chunk is not learned on purpose.
# - Recomputation gives the whole gradient in little memory, for more time.
# - Real-time learning gives the whole gradient without going back, at the price of a
#   number for each state and weight.
#
# Truncated: R. J. Williams, J. Peng, "An efficient gradient-based algorithm for on-line
# training of recurrent network trajectories", Neural Computation 2, 1990. Real-time: R.
# J. Williams, D. Zipser, "A learning algorithm for continually running fully recurrent
# neural networks", Neural Computation 1, 1989. Recomputation: A. Gruslys et al.,
# "Memory-efficient backpropagation through time", NIPS 2016 (arXiv 1606.03401).

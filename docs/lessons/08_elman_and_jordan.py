r"""
8. Elman and Jordan networks, as published
==========================================

The two networks from which the others come differ in one thing: what comes back. In
Elman's it is the hidden state, in Jordan's the output. Both were published with details
that some later programs leave out. This lesson takes the papers at their word.

**After this lesson** you can

- draw both networks, and say what each can remember;
- compute Jordan's state units with their decay, and say what the decay is for;
- train an Elman network as Elman did, without going back in time;
- tell three common mistakes in programs that call themselves Jordan networks.

**You need** lessons 1 to 3.
"""

import itertools

import keras
import matplotlib.pyplot as plt
import numpy as np

from seqkit.layers import Elman, Jordan

# %%
# Elman: the hidden state comes back
# ----------------------------------
# Beside the input, Elman's network (1990) has **context units**: a copy of the hidden
# units at the step before. And it has an output layer of its own:
#
# .. math:: h_t = f(x_t W + h_{t-1} U + b), \qquad y_t = g(h_t V + d)
#
# With one linear unit and all weights 1, the network adds up its inputs: 1, 1, 1, 3
# give 1, 2, 3, 6, as in lesson 1.


def ones(layer):
    layer.build((None, None, 1))
    for weight in layer.weights:
        weight.assign(np.full(weight.shape, 0.0 if "bias" in weight.name else 1.0))
    return layer


x = np.array([1.0, 1.0, 1.0, 3.0], "float32").reshape(1, 4, 1)
linear = {"activation": "linear", "output_activation": "linear"}
elman = ones(Elman(1, output_units=1, return_sequences=True, **linear))
found = np.ravel(elman(x))

assert found.tolist() == [1, 2, 3, 6]
print("Elman:", found)

# %%
# Jordan: the output comes back
# -----------------------------
# Jordan's network (1986) was made to produce series of actions. Each action depends on
# those before, so what comes back is the **output**, through **state units**
# :math:`s_t`. In the simplest form, variant A, they hold the last output:
#
# .. math:: h_t = f(x_t W + s_t U + b), \qquad y_t = g(h_t V + d), \qquad
#           s_{t+1} = y_t, \quad s_1 = 0
#
# With one linear unit and all weights 1, output and hidden state are the same number,
# and so are both networks. In general they are not: there are as many state units as
# outputs, and :math:`U` has a row for each of these.

jordan = ones(Jordan(1, output_units=1, return_sequences=True, **linear))
found = np.ravel(jordan(x))
wide = {"Elman": Elman(8, output_units=2), "Jordan": Jordan(8, output_units=2)}
for network in wide.values():
    network.build((None, None, 3))
shapes = {name: tuple(n.cell.recurrent_kernel.shape) for name, n in wide.items()}

assert found.tolist() == [1, 2, 3, 6]
assert shapes == {"Elman": (8, 8), "Jordan": (2, 8)}
print("Jordan:", found, " shapes of U:", shapes)

# %%
# So Elman's network remembers as much as its hidden units hold. Jordan's remembers what
# it has said, and no more: with one output, its memory is a single number.
#
# State units with decay
# ----------------------
# Jordan gave the state units a connection to themselves, of the weight :math:`\alpha`
# between 0 and 1. This is variant B:
#
# .. math:: s_{t+1} = \alpha\, s_t + y_t
#
# Suppose the network is to say 1, 0, 0, 1, 0, 0. With variant A the state is the last
# output. After 1, 0 and after 1, 0, 0 it is zero both times, so that the network cannot
# know whether a 0 or a 1 comes next. With :math:`\alpha = \frac12` the states are
# :math:`1,\; \frac12 + 0 = \frac12,\; \frac14`: all different, and the memory of the 1
# fades but is there.
#
# To see the state units, the layer below has :math:`U = 0` and says what it is told.

told = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], "float32").reshape(1, 6, 1)
states = {}
for alpha in (None, 0.5):
    layer = ones(Jordan(1, output_units=1, decay=alpha, return_state=True, **linear))
    layer.cell.recurrent_kernel.assign([[0.0]])
    lengths = range(1, 7)
    states[alpha] = [float(layer(told[:, :t])[1][0, 0]) for t in lengths]

assert states[None] == [1, 0, 0, 1, 0, 0]
assert states[0.5] == [1, 1 / 2, 1 / 4, 9 / 8, 9 / 16, 9 / 32]
print("A:", states[None], " B:", states[0.5])

# %%
# Under a constant output the state units grow towards a limit. In the limit
# :math:`s = \alpha s + y`, so
#
# .. math:: s = \frac{y}{1 - \alpha}
#
# With :math:`\alpha = \frac12` it is twice the output. Some programs use
# :math:`s_{t+1} = \alpha s_t + (1 - \alpha) y_t`, whose limit is :math:`y` itself. That
# is another model (here ``normalized=True``): the same weights give other outputs.

limits = {}
for normalized in (False, True):
    kind = {"decay": 0.5, "normalized": normalized, **linear}
    layer = ones(Jordan(1, output_units=1, return_state=True, **kind))
    layer.cell.recurrent_kernel.assign([[0.0]])
    limits[normalized] = float(layer(np.ones((1, 40, 1), "float32"))[1][0, 0])

np.testing.assert_allclose([limits[False], limits[True]], [2, 1], rtol=1e-6)
print("limits:", limits)

# %%
# A plan becomes a series
# -----------------------
# In Jordan's paper the input is a **plan**: it stays the same during the whole series,
# and says which series is to be produced. Here there are two plans and two series of
# eight actions. The network has to keep its place in the series by what it has said.
#
# There is an easy way to train it. While it learns, feed back the **targets** in place
# of its own outputs, as if it had said all things right. This is called **teacher
# forcing**. The state units are then known before training begins:
#
# .. math:: s_{t+1} = \alpha\, s_t + \text{target}_t
#
# Nothing is left of the recurrence: each step is an example of its own, with the input
# :math:`(p, s_t)` and the target of the step.

plans = np.repeat(np.eye(2, dtype="float32")[:, None], 8, axis=1)  # (2, 8, 2)
series = np.array([[1, 0, 0, 1, 0, 0, 1, 0], [1, 1, 0, 0, 1, 1, 0, 0]])[..., None]
s = np.zeros((2, 8, 1))
for t in range(7):
    s[:, t + 1] = 0.5 * s[:, t] + series[:, t]

assert s[0, :4, 0].tolist() == [0, 1, 1 / 2, 1 / 4]
print("states of both series:", s[0, :, 0].round(2), s[1, :, 0].round(2))

# %%
# So an ordinary network of two ``Dense`` layers learns the 16 examples. Its weights are
# put into a Jordan network, whose own outputs come back. If they are right, its states
# are those of the training, and it says the whole series by itself.

examples = np.concatenate([plans, s], axis=-1).reshape(16, 3)
keras.utils.set_random_seed(8)
layers = keras.layers.Dense(8, "tanh"), keras.layers.Dense(1, "sigmoid")
forward = keras.Sequential(layers)
forward.compile(keras.optimizers.Adam(0.03), "binary_crossentropy")
many = np.tile(examples, (1500, 1)), np.tile(series.reshape(16, 1), (1500, 1))
forward.fit(*many, batch_size=16, verbose=0)
kernel, b, V, d = forward.get_weights()
network = Jordan(8, 1, "tanh", "sigmoid", decay=0.5, return_sequences=True)
network.build(plans.shape)
network.set_weights([kernel[:2], kernel[2:], b, V, d])
said = np.asarray(network(plans))

np.testing.assert_array_equal(said.round(), series)
print("plan 1:", said[0, :, 0].round(2), "\nplan 2:", said[1, :, 0].round(2))

# %%
# Three mistakes
# --------------
# Some programs that are called Jordan networks are something else.
#
# 1. The context is never updated, and stays zero. Then there is no recurrence at all.
# 2. The hidden state comes back in place of the output: an Elman network.
# 3. The output is made as large as the hidden layer, so that one kernel fits both.
#
# The first is found by a series whose answer needs memory:
#
# .. math:: y_t = x_t + y_{t-1} \;\text{ gives } 1, 2, 3, 6, \qquad
#           y_t = x_t + 0 \;\text{ gives } 1, 1, 1, 3
#
# The second by a readout that is not one: with :math:`V = 2` the output 2, 6, 14, 34
# of Jordan's network contains the factor 2 again at every step, Elman's 2, 4, 6, 12
# once.

without = np.ravel(x)  # what a network whose context stays zero says
doubled = {}
for kind in (Elman, Jordan):
    layer = ones(kind(1, output_units=1, return_sequences=True, **linear))
    layer.cell.output_kernel.assign([[2.0]])
    doubled[kind.__name__] = np.ravel(layer(x)).tolist()

assert without.tolist() == [1, 1, 1, 3] != np.ravel(jordan(x)).tolist()
assert doubled == {"Elman": [2, 4, 6, 12], "Jordan": [2, 6, 14, 34]}
print(doubled)

# %%
# How Elman trained
# -----------------
# Elman did not go back in time. To his network the context is an input like others: it
# is copied, and no gradient goes through the copy. So of lesson 3 only the last step is
# left:
#
# .. math:: \delta_t = \left( e_t V^\top \right) \odot f'(a_t), \qquad
#           \frac{\partial L}{\partial U} \approx \sum_t h_{t-1}^\top \delta_t
#
# without the part :math:`\delta_{t+1} U^\top` that comes from later steps. It is not
# the true gradient, but it needs no memory of older steps, and the weights can be
# changed at each of them.
#
# For the unit of lesson 3 (inputs 1, 2, 1, states 1, 4, 9, error 1 at the end) it is
# :math:`1 \cdot h_2 = 4`, where the true gradient is 6.

h, u = [0, 1, 4, 9], 2
true = sum(u ** (3 - t) * h[t - 1] for t in (1, 2, 3))  # delta_t is u^(3-t)
one_step = 1 * h[2]

assert [one_step, true] == [4, 6]
print("one step:", one_step, " the whole way:", true)

# %%
# XOR in time
# -----------
# Elman's first experiment: an endless row of bits, in which two random bits are
# followed by their exclusive or, then two random ones again. The network reads bit
# after bit and predicts the next. Only every third can be predicted, and nothing tells
# the network where the triples begin.
#
# One input, four hidden units, sigmoids, learned by the one-step rule at every bit.


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def row_of_bits(rng, triples=1000):
    pairs = rng.integers(0, 2, (triples, 2))
    return np.column_stack([pairs, pairs[:, 0] ^ pairs[:, 1]]).ravel()


def pass_over(bits, W, U, b, V, d, rate):
    h, errors = np.full(4, 0.5), []
    for bit, following in itertools.pairwise(bits):
        context = h
        h = sigmoid(bit * W + context @ U + b)
        e = sigmoid(h @ V + d) - following
        errors.append(e**2)
        delta = e * V * h * (1 - h)
        V -= rate * e * h
        d -= rate * e
        W -= rate * bit * delta
        U -= rate * np.outer(context, delta)
        b -= rate * delta
    return np.array(errors)


rng = np.random.default_rng(1)
weights = [rng.uniform(-1, 1, 4), rng.uniform(-1, 1, (4, 4)), np.zeros(4)]
weights += [rng.uniform(-1, 1, 4), np.zeros(())]
for _ in range(30):
    pass_over(row_of_bits(rng), *weights, rate=0.1)
errors = pass_over(row_of_bits(rng), *weights, rate=0.0)  # new bits, nothing learned
by_place = [errors[place::3].mean() for place in range(3)]  # of the bits 2, 3, 1

assert by_place[1] < 0.18 < 0.23 < min(by_place[0], by_place[2])
print("squared error by place in the triple:", np.round(by_place, 3))

# %%
# A guess of one half has the squared error 0.25. The third bit of the triples is
# predicted much better than that. The others, which are random, are predicted a little
# worse: now and then the network takes the wrong place for the third.

figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
mean = errors[: 3 * (len(errors) // 3)].reshape(-1, 3).mean(axis=0)
axes.bar(np.arange(12), np.tile(mean, 4), color=["grey", "tab:blue", "grey"] * 4)
axes.axhline(0.25, color="black", linewidth=0.8)
axes.set(xlabel="bit predicted", ylabel="squared error", title="Every third is learned")
_ = axes.set_xticks(np.arange(12), ["2nd", "3rd", "1st"] * 4)

# %%
# The simulator's Jordan network
# ------------------------------
# The simulator SNNS, and the R package RSNNS over it, have a Jordan network whose
# constants are fixed, and no gradient goes through its state units:
#
# .. math:: s_1 = 0.5, \qquad s_{t+1} = 0.3\, s_t + y_t
#
# with logistic hidden units and a linear output. Here this is ``preset="rsnns"``.

layer = Jordan(1, output_units=1, preset="rsnns", return_state=True)
first = float(layer.cell.get_initial_state(1)[0][0, 0])
y, s = layer(np.ones((1, 1, 1), "float32"))

assert first == 0.5
np.testing.assert_allclose(s, 0.3 * 0.5 + y, rtol=1e-6)
print("s_1:", first, " s_2 - y_1:", round(float(s[0, 0] - y[0, 0]), 4))

# %%
# Try it
# ------
# A linear Jordan network of variant B with :math:`\alpha = \frac12`, all weights 1,
# reads 1, 0, 0. Compute :math:`s_t` and :math:`y_t`. Since :math:`y_t = x_t + s_t`:
# :math:`y_1 = 1`, :math:`s_2 = 1`, :math:`y_2 = 1`, :math:`s_3 = \frac12 + 1 = 1.5`,
# :math:`y_3 = 1.5`.

layer = ones(Jordan(1, output_units=1, decay=0.5, return_sequences=True, **linear))
found = np.ravel(layer(np.float32([[[1], [0], [0]]])))

assert found.tolist() == [1, 1, 1.5]
print("outputs:", found)

# %%
# What to keep
# ------------
# - Elman: the hidden state comes back. Jordan: the output comes back, through state
#   units that may have a decay.
# - Jordan's memory is what it has said; the decay makes it longer.
# - The one-step rule is what is left of back-propagation through time when no gradient
#   goes through the context.
#
# J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990. M. I. Jordan,
# "Serial order: a parallel distributed processing approach", ICS report 8604,
# University of California, San Diego, 1986.

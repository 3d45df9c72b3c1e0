r"""
5. Vanishing and exploding gradients
====================================

Every step of the way back multiplies by the recurrent kernel and by a slope. A product
of many factors below one is nearly zero, and one of many factors above one is huge.
This is why simple recurrent networks find it hard to learn what happened long ago, and
why the networks of lessons 6 and 7 were invented.

**After this lesson** you can

- compute how much of a gradient is left after :math:`k` steps;
- say what sigmoid, tanh and relu do to it, and what the recurrent kernel does;
- start a network so that its gradients neither vanish nor explode at first;
- clip a gradient, and say what that changes and what it does not.

**You need** lesson 3.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from seqkit.inspect import pictures, trace
from seqkit.layers import IRNN, LSTM, SimpleRNN
from seqkit.learning import gradient_norms

# %%
# One unit: powers
# ----------------
# For one unit without activation, :math:`h_t = w x_t + u h_{t-1}`, the way back
# multiplies by :math:`u` at every step. Over :math:`k` steps:
#
# .. math:: \frac{\partial h_T}{\partial h_{T-k}} = u^k
#
# With :math:`u = \frac12` it is halved at each step; after 10 steps one thousandth is
# left (:math:`2^{10} = 1024`). With :math:`u = 2` it is a thousand times as large.
# ``gradient_norms`` gives the size of :math:`\frac{\partial L}{\partial h_t}` for
# every step; the loss is the last output itself.

sizes = {}
for u in (0.5, 1.0, 2.0):
    start = keras.initializers.Constant(u)
    unit = SimpleRNN(1, activation="linear", recurrent_initializer=start)
    norms = gradient_norms(unit, np.ones((1, 11, 1), "float32"), keras.ops.sum)
    sizes[u] = norms[::-1, 0]  # from the last step back: lag 0, 1, 2, …

for u, found in sizes.items():
    np.testing.assert_allclose(found, u ** np.arange(11))
    print(f"u = {u}: after 1, 2, 10 steps back {found[1]}, {found[2]}, {found[10]}")

# %%
# The slope of the activation
# ---------------------------
# With an activation each step also multiplies by its slope, :math:`u f'(a_t)`. The
# slopes of the usual functions, and the most that they can be:
#
# .. math::
#    \sigma'(a) = \sigma(a) (1 - \sigma(a)) \le \tfrac14, \qquad
#    \tanh'(a) = 1 - \tanh^2(a) \le 1, \qquad
#    \operatorname{relu}'(a) = 0 \text{ or } 1
#
# The product :math:`p (1 - p)` is largest at :math:`p = \frac12`, where it is
# :math:`\frac14`; and :math:`1 - \tanh^2(a)` is largest where the tanh is zero. Both
# are largest at :math:`a = 0` alone, and fall towards zero on both sides: there the
# unit is **saturated**.

a = tf.Variable(np.linspace(-6, 6, 1201))
slopes = {}
for name in ("sigmoid", "tanh", "relu"):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(keras.activations.get(name)(a))
    slopes[name] = tape.gradient(total, a).numpy()

np.testing.assert_allclose(slopes["sigmoid"].max(), 1 / 4)
np.testing.assert_allclose(slopes["tanh"].max(), 1)
assert set(slopes["relu"]) == {0, 1}
print("largest slopes:", {name: float(s.max()) for name, s in slopes.items()})

# %%
figure, axes = plt.subplots(figsize=(6, 2.8), layout="constrained")
for name, slope in slopes.items():
    axes.plot(a.numpy(), slope, label=name)
axes.set(xlabel="a", ylabel="slope", title="Slopes of activations")
_ = axes.legend()

# %%
# So a chain of sigmoid units with :math:`u = 1` keeps at most a quarter at each step:
#
# .. math:: \left| \frac{\partial h_T}{\partial h_{T-k}} \right| \le
#           \left( \tfrac14 |u| \right)^k
#
# After 10 steps that is less than one millionth, :math:`4^{-10} = 9.5 \cdot 10^{-7}`.

one = keras.initializers.Constant(1.0)
unit = SimpleRNN(1, activation="sigmoid", recurrent_initializer=one)
x = np.random.default_rng(5).normal(size=(1, 11, 1)).astype("float32")
norms = gradient_norms(unit, x, keras.ops.sum)[::-1, 0]
bound = 0.25 ** np.arange(11)

assert np.all(norms <= bound + 1e-12)
print(f"after 10 steps: {norms[10]:.1e}, at most {bound[10]:.1e}")

# %%
# Many units: a product of matrices
# ---------------------------------
# With many units, one step back is a matrix, the **Jacobian**, made of the recurrent
# kernel and of the slopes; and many steps are a product of such matrices:
#
# .. math:: \delta_{t} = \delta_{t+1} J_t, \qquad
#           J_t = U^\top \operatorname{diag}(f'(a_t))
#
# (The row :math:`\delta_{t+1}` is multiplied by :math:`U^\top`, then each number by its
# slope; a diagonal matrix does that.) Here is the product over four steps of a tanh
# layer of 3 units, against the tape.

layer = SimpleRNN(3, return_sequences=True, dtype="float64")
h_0 = tf.Variable(np.random.default_rng(6).normal(size=(1, 3)))
x = np.random.default_rng(7).normal(size=(1, 4, 2))
with tf.GradientTape() as tape:
    H = layer(x, initial_state=[h_0])
    last = tf.reduce_sum(H[:, -1] * [1.0, 2.0, 3.0])
row, U = np.array([1.0, 2.0, 3.0]), layer.get_weights()[1]
for h in H.numpy()[0, ::-1]:
    row = (row * (1 - h**2)) @ U.T

np.testing.assert_allclose(tape.gradient(last, h_0)[0], row)
print("gradient of h_0 as a product of Jacobians:", row.round(5))

# %%
# How much a matrix can stretch
# -----------------------------
# The most by which :math:`U` can make a vector longer is its largest **singular
# value** :math:`s`. Applied again and again, it goes on to do so by its largest
# **eigenvalue** in absolute value, the **spectral radius** :math:`\rho`. With slopes of
# at most :math:`\gamma`,
#
# .. math:: \| \delta_{t} \| \le (\gamma\, s)^{k}\, \| \delta_{t+k} \|
#
# So :math:`\gamma s < 1` is enough for gradients to vanish, and :math:`\gamma s > 1` is
# needed for them to explode (Pascanu et al. 2013). Without an activation, the spectral
# radius decides in the long run: scaled to :math:`\rho = 0.9`, ten steps multiply the
# length by about :math:`0.9^{10} = 0.35`, scaled to 1.1 by about 2.6.

rng = np.random.default_rng(8)
U = rng.normal(size=(40, 40))
U /= np.abs(np.linalg.eigvals(U)).max()  # spectral radius 1
s = np.linalg.svd(U, compute_uv=False).max()
row = rng.normal(size=40)
lengths = {rho: [] for rho in (0.9, 1.0, 1.1)}
for rho, found in lengths.items():
    for k in range(61):
        power = np.linalg.matrix_power(rho * U.T, k)
        found.append(np.linalg.norm(row @ power) / np.linalg.norm(row))

for rho, found in lengths.items():
    assert np.all(found <= (rho * s) ** np.arange(61) * (1 + 1e-9))
    print(f"rho {rho}: 10 more steps multiply by {found[60] / found[50]:.3f}")

# %%
# Starting in between
# -------------------
# An **orthogonal** matrix turns vectors and leaves their length as it is: all its
# singular values are 1. Keras and seqkit start recurrent kernels so. The simplest one
# is the identity, and with relu it is the **IRNN**: at first it keeps its state as
# it is and adds its inputs, and no gradient vanishes (Le et al. 2015).
#
# .. math:: U^\top U = I \;\Rightarrow\; \| \delta\, U^\top \| = \| \delta \|, \qquad
#           \text{IRNN: } U = I,\; b = 0,\; f = \operatorname{relu}
#
# ``IRNN`` has these weights from the start; a positive drive stays in its sum.

U = np.asarray(keras.initializers.Orthogonal(seed=5)((30, 30)))
row = np.random.default_rng(9).normal(size=30)
irnn = IRNN(4, kernel_initializer="ones", return_sequences=True)
sums = irnn(np.float32([[[1], [2], [3]]]))

np.testing.assert_allclose(U.T @ U, np.eye(30), atol=1e-5)
np.testing.assert_allclose(np.linalg.norm(row @ U.T), np.linalg.norm(row), rtol=1e-5)
np.testing.assert_array_equal(sums[0, :, 0], [1, 3, 6])
print("length kept; states of an IRNN for 1, 2, 3:", np.ravel(sums[0, :, 0]))

# %%
# Five networks, before any training
# ----------------------------------
# How much of the gradient of the last output reaches the state of a step? The vertical
# axis is logarithmic: equal distances are equal factors. (Of the LSTM it is the larger
# of its two states, the memory cell, see lesson 6. The gradient of the sigmoid network
# soon is too small for a 32-bit number, and becomes zero.)

keras.utils.set_random_seed(5)
x = np.random.default_rng(5).normal(size=(4, 61, 4)).astype("float32")
cases = {
    "sigmoid": SimpleRNN(32, activation="sigmoid"),
    "tanh": SimpleRNN(32),
    "relu": SimpleRNN(32, activation="relu"),
    "IRNN": IRNN(32),
    "LSTM": LSTM(32),
}
traces = {name: trace(layer, x, loss=keras.ops.sum) for name, layer in cases.items()}
figure = pictures.gradient_by_lag(traces)
norms = pictures.gradient_by_lag_table(traces).groupby(["network", "lag"])["norm"].max()
share = {name: norms[name][50] / norms[name][0] for name in cases}

assert share["sigmoid"] < 1e-20 < share["tanh"] < share["IRNN"]
print("share left after 50 steps:", {name: f"{s:.0e}" for name, s in share.items()})

# %%
# Exploding, and what clipping does
# ---------------------------------
# A gradient that explodes is not wrong: it says that the loss is steep here. But one
# step of descent with it goes far away. Take :math:`h_T = u^{T} h_0` with
# :math:`h_0 = 1`, :math:`T = 20`, and the target 1. Then
#
# .. math:: L(u) = \tfrac12 (u^{20} - 1)^2, \qquad
#           L'(u) = (u^{20} - 1) \cdot 20\, u^{19}
#
# At :math:`u = 0.9` the slope is about −2.4; at :math:`u = 1.2` it is about 24,000: a
# cliff.


def steepness(u):
    return (u**20 - 1) * 20 * u**19


u = tf.Variable([0.9, 1.2], dtype="float64")
with tf.GradientTape() as tape:
    L = tf.reduce_sum(0.5 * (u**20 - 1) ** 2)

np.testing.assert_allclose(tape.gradient(L, u), [steepness(0.9), steepness(1.2)])
print("slopes at 0.9 and 1.2:", round(steepness(0.9), 2), round(steepness(1.2)))

# %%
figure, axes = plt.subplots(figsize=(6, 2.8), layout="constrained")
places = np.linspace(0.5, 1.12, 400)
axes.plot(places, 0.5 * (places**20 - 1) ** 2)
_ = axes.set(xlabel="u", ylabel="loss", title="Flat, then a cliff: 20 steps")

# %%
# **Clipping** makes a gradient shorter where it is longer than :math:`c`, and leaves
# its direction:
#
# .. math:: g \leftarrow g \cdot \min\left(1, \frac{c}{\|g\|}\right)
#
# The gradient :math:`(3, 4)` has the length :math:`\sqrt{9 + 16} = 5`. Clipped to 1 it
# is :math:`(0.6, 0.8)`. Keras does it with ``clipnorm`` for each weight, and with
# ``global_clipnorm`` for all together. (``clipvalue`` cuts each number by itself, here
# to :math:`(1, 1)`: that is another direction.)

g = np.array([3.0, 4.0])
clipped = g * min(1, 1 / np.linalg.norm(g))
moves = {}
for rule in ("global_clipnorm", "clipvalue"):
    weight = keras.Variable([0.0, 0.0])
    keras.optimizers.SGD(1.0, **{rule: 1.0}).apply([tf.constant([3.0, 4.0])], [weight])
    moves[rule] = -np.asarray(weight)

np.testing.assert_allclose(clipped, [0.6, 0.8])
np.testing.assert_allclose(moves["global_clipnorm"], clipped, atol=1e-6)
np.testing.assert_allclose(moves["clipvalue"], [1, 1])
print("clipped:", clipped, " by each value:", moves["clipvalue"])

# %%
# Clipping mends exploding gradients. It does nothing for vanishing ones: what is not
# there cannot be made longer without making noise longer too.
#
# Does it matter in training?
# ---------------------------
# A small experiment. The first step of a sequence holds 1 or −1, the other 39 hold
# noise, and at the end the network has to say which it was. Three networks of 16 units
# are trained in the same way, clipped to the length 1. A network that learns nothing
# has half of them right.

rng = np.random.default_rng(10)
sign = rng.choice([-1.0, 1.0], 2400)
inputs = 0.1 * rng.normal(size=(2400, 40, 1))
inputs[:, 0, 0] += sign
results, kernels = {}, {}
for name, network in {
    "sigmoid": SimpleRNN(16, activation="sigmoid"),
    "IRNN": IRNN(16, kernel_initializer=keras.initializers.RandomNormal(stddev=0.1)),
    "LSTM": LSTM(16),
}.items():
    keras.utils.set_random_seed(5)
    model = keras.Sequential([network, keras.layers.Dense(1, "sigmoid")])
    model.build((None, 40, 1))
    kernels[name] = {"before training": pictures.recurrent_matrices(network)}
    optimizer = keras.optimizers.Adam(0.003, global_clipnorm=1.0)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    model.fit(inputs[:2000], sign[:2000] > 0, epochs=5, verbose=0)
    results[name] = model.evaluate(inputs[2000:], sign[2000:] > 0, verbose=0)[1]
    kernels[name]["after training"] = pictures.recurrent_matrices(network)

assert results["sigmoid"] < 0.6 < 0.9 < results["IRNN"]
print("right on new sequences:", {k: round(v, 3) for k, v in results.items()})

# %%
# One run of three small networks proves little, but it is what the picture above says.
# With an orthogonal kernel, the sigmoid network keeps at most :math:`4^{-39}`, or
# :math:`3 \cdot 10^{-24}`, of the gradient over 39 steps. That is lost in the rounding
# of the sum over the steps, whose numbers have seven digits.
#
# What training did to the kernel of the IRNN: at first all eigenvalues are 1, then they
# spread, to both sides of the unit circle. Those outside make the gradient grow.

figure = pictures.eigenvalues(kernels["IRNN"])
radius = {
    moment: float(np.abs(np.linalg.eigvals(matrices["recurrent_kernel"])).max())
    for moment, matrices in kernels["IRNN"].items()
}

assert radius["before training"] == 1 != radius["after training"]
print("spectral radius:", {moment: round(r, 3) for moment, r in radius.items()})

# %%
# What to keep
# ------------
# - Over :math:`k` steps the gradient is a product of :math:`k` Jacobians
#   :math:`U^\top \operatorname{diag}(f'(a_t))`.
# - The slope of the sigmoid is at most a quarter; that of tanh at most one, and less
#   where units are saturated; that of relu is zero or one.
# - An orthogonal or identity kernel keeps lengths at first. Training may change that.
# - Clipping keeps the direction, and mends only what explodes. Gates mend the rest.
#
# The problem was described by S. Hochreiter, "Untersuchungen zu dynamischen neuronalen
# Netzen", diploma thesis, TU München, 1991, and by Y. Bengio, P. Simard, P. Frasconi,
# "Learning long-term dependencies with gradient descent is difficult", IEEE
# Transactions on Neural Networks 5, 1994. Conditions and clipping: R. Pascanu, T.
# Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML
# 2013. IRNN: Q. V. Le, N. Jaitly, G. E. Hinton, "A simple way to initialize recurrent
# networks of rectified linear units", 2015 (arXiv 1504.00941).

r"""
7. The GRU
==========

The gated recurrent unit has what makes the LSTM last, with less: one state in place of
two, and two gates in place of three. This lesson takes it apart, sorts out the two
versions and the two sign conventions that are in use, and ends with a GRU that needs no
loop over the steps.

**After this lesson** you can

- compute a step of a GRU, and say what its two gates do;
- convert between its versions without changing a single output;
- count its weights, and say what is left when its gates stand still;
- compute a linear recurrence for all steps at once.

**You need** lesson 6.
"""

import keras
import numpy as np

from seqkit.inspect import trace
from seqkit.layers import GRU, MGU, MinGRU, SimpleRNN

# %%
# The update gate
# ---------------
# The new state lies between the old one and a candidate :math:`n_t`. The **update
# gate** :math:`z_t` says where:
#
# .. math:: h_t = z_t \odot h_{t-1} + (1 - z_t) \odot n_t
#
# With :math:`z = 1` the state is kept, with :math:`z = 0` it is replaced. With
# :math:`h = 4`, :math:`n = 0` and :math:`z = \frac34` the state falls to
# :math:`\frac34 \cdot 4 + \frac14 \cdot 0 = 3`. It is the memory cell of the LSTM with
# coupled gates: what is forgotten makes room for what is written.

h, z, n = 4.0, 3 / 4, 0.0
states = []
for _ in range(3):
    h = z * h + (1 - z) * n
    states.append(h)

assert states == [3, 9 / 4, 27 / 16]
print("states:", states)

# %%
# The reset gate and the whole step
# ---------------------------------
# The candidate is that of a simple recurrent network, but the **reset gate**
# :math:`r_t` decides how much of the old state it sees. At :math:`r = 0` it begins
# anew, as if the sequence started here.
#
# .. math::
#    z_t &= \sigma(x_t W_z + h_{t-1} U_z + b_z) \\
#    r_t &= \sigma(x_t W_r + h_{t-1} U_r + b_r) \\
#    n_t &= \tanh(x_t W_n + (r_t \odot h_{t-1})\, U_n + b_n) \\
#    h_t &= z_t \odot h_{t-1} + (1 - z_t) \odot n_t
#
# So it was published (Cho et al. 2014). In Keras and seqkit this is
# ``reset_after=False``. The blocks stand side by side, in the order z, r, n.


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def gru_step(x, h, W, U, b):
    (Wz, Wr, Wn), (Uz, Ur, Un) = np.split(W, 3, -1), np.split(U, 3, -1)
    bz, br, bn = np.split(b, 3)
    z, r = sigmoid(x @ Wz + h @ Uz + bz), sigmoid(x @ Wr + h @ Ur + br)
    n = np.tanh(x @ Wn + (r * h) @ Un + bn)
    return z * h + (1 - z) * n


# %%
# Against the layer here and that of Keras, over five steps of two sequences:

layer = GRU(3, reset_after=False, bias_initializer="random_normal", dtype="float64")
x = np.random.default_rng(7).normal(size=(2, 5, 2))
found, h = layer(x), np.zeros((2, 3))
for t in range(5):
    h = gru_step(x[:, t], h, *layer.get_weights())
of_keras = keras.layers.GRU(3, reset_after=False, dtype="float64")
of_keras.build((None, None, 2))
of_keras.set_weights(layer.get_weights())

np.testing.assert_allclose(found, h, atol=1e-12)
np.testing.assert_allclose(of_keras(x), h, atol=1e-12)
print("last states:", h.round(4).tolist())

# %%
# Reset before or after the product
# ---------------------------------
# In the formula above the reset gate acts **before** the product with :math:`U_n`. So
# this product has to wait for :math:`r_t`, and a step needs two products one after the
# other. The other version lets it act **after** the product; then all three products
# are one. cuDNN computes this version, and it is the default in Keras and here. The
# recurrent product has a bias :math:`d_n` of its own, since the gate acts on it:
#
# .. math:: n_t = \tanh(x_t W_n + b_n + r_t \odot (h_{t-1} U_n + d_n))
#
# These are two different networks. Weights trained for one give other outputs in the
# other. They agree where nothing is reset, :math:`r = 1`.

after = GRU(3, bias_initializer="random_normal", dtype="float64")
found = after(x)
W, U, (b, d) = after.get_weights()
h = np.zeros((2, 3))
for t in range(5):
    xz, xr, xn = np.split(x[:, t] @ W + b, 3, axis=-1)
    hz, hr, hn = np.split(h @ U + d, 3, axis=-1)
    z, n = sigmoid(xz + hz), np.tanh(xn + sigmoid(xr + hr) * hn)
    h = z * h + (1 - z) * n

np.testing.assert_allclose(found, h, atol=1e-12)
print("reset after the product:", h.round(4).tolist())

# %%
# Two conventions of sign
# -----------------------
# Some papers, and some libraries, let the gate say how much is **renewed**:
#
# .. math:: h_t = (1 - \bar z_t) \odot h_{t-1} + \bar z_t \odot n_t, \qquad
#           \bar z_t = 1 - z_t
#
# It is the same network: because :math:`1 - \sigma(a) = \sigma(-a)`, negating the
# weights of the gate converts one into the other. Who forgets to do so when carrying
# weights from one library to another gets a network that keeps what it should renew.

negated = [np.array(weight) for weight in layer.get_weights()]
for weight in negated:
    weight[..., :3] *= -1  # the block of z
(Wz, Wr, Wn), (Uz, Ur, Un) = (np.split(w, 3, -1) for w in negated[:2])
bz, br, bn = np.split(negated[2], 3)
h = np.zeros((2, 3))
for x_t in np.swapaxes(x, 0, 1):
    z, r = sigmoid(x_t @ Wz + h @ Uz + bz), sigmoid(x_t @ Wr + h @ Ur + br)
    h = (1 - z) * h + z * np.tanh(x_t @ Wn + (r * h) @ Un + bn)

np.testing.assert_allclose(layer(x), h, atol=1e-12)
print("the other convention, weights of the gate negated:", h.round(4).tolist())

# %%
# How many weights
# ----------------
# Three quarters of those of an LSTM with as many units. With ``reset_after=True`` there
# is a second bias:
#
# .. math:: \text{weights} = 3\,(D N + N^2 + N) \quad\text{or}\quad 3\,(D N + N^2 + 2N)

D, N = 2, 3

assert layer.count_params() == 3 * (D * N + N**2 + N) == 54
assert after.count_params() == 3 * (D * N + N**2 + 2 * N) == 63
print("weights:", layer.count_params(), "and", after.count_params())

# %%
# What is inside it
# -----------------
# Hold the gates still, by large biases. With :math:`z = 0` and :math:`r = 1` every step
# renews everything and resets nothing:
#
# .. math:: z_t = 0,\; r_t = 1 \;\Rightarrow\; h_t = \tanh(x_t W_n + h_{t-1} U_n + b_n)
#
# That is the simple recurrent network: the GRU contains it.

W, U, b = layer.get_weights()
b[:3], b[3:6] = -40, 40
still = GRU(3, reset_after=False, dtype="float64")
simple = SimpleRNN(3, dtype="float64")
for network, weights in ((still, [W, U, b]), (simple, [W[:, 6:], U[:, 6:], b[6:]])):
    network.build((None, None, 2))
    network.set_weights(weights)

np.testing.assert_allclose(still(x), simple(x), atol=1e-12)
print("gates held still against SimpleRNN:", simple(x).numpy().round(4).tolist())

# %%
# The gradient
# ------------
# Along the state, and held apart from the paths through gates and candidate, the way
# back multiplies by the update gate:
#
# .. math:: \frac{\partial h_T}{\partial h_{T-k}} = z_T \odot z_{T-1} \odot \dots \odot
#           z_{T-k+1} \qquad (U = 0)
#
# As with the forget gate of the LSTM, :math:`z` near 1 keeps the gradient. But here
# nothing starts it open: the bias starts at 0, and each step halves. A larger bias of
# :math:`z` is worth a try where long memory is needed.

flat = GRU(2, recurrent_initializer="zeros", dtype="float64")
seen = trace(flat, np.random.default_rng(8).normal(size=(1, 6, 3)), loss=keras.ops.sum)
gates, gradients = seen.layers[0].gates, seen.layers[0].gradients.states["h"]
product = np.prod(gates["z"][0, 1:], axis=0)

np.testing.assert_allclose(gradients[0, 0], gradients[0, -1] * product)
print("share of the gradient left after 5 steps:", product.round(4))

# %%
# One gate only
# -------------
# The **minimal gated unit** uses one gate :math:`f_t` both to reset and to update:
#
# .. math::
#    f_t &= \sigma(x_t W_f + h_{t-1} U_f + b_f) \\
#    n_t &= \tanh(x_t W_n + (f_t \odot h_{t-1})\, U_n + b_n) \\
#    h_t &= (1 - f_t) \odot h_{t-1} + f_t \odot n_t
#
# Note the sign: here the gate says how much is renewed.

mgu = MGU(3, dtype="float64")
found, h = mgu(x), np.zeros((2, 3))
W, U, b = mgu.get_weights()
for t in range(5):
    f = sigmoid(x[:, t] @ W[:, :3] + h @ U[:, :3] + b[:3])
    n = np.tanh(x[:, t] @ W[:, 3:] + (f * h) @ U[:, 3:] + b[3:])
    h = (1 - f) * h + f * n

np.testing.assert_allclose(found, h, atol=1e-12)
print("minimal gated unit:", mgu.count_params(), "weights of", layer.count_params())

# %%
# No loop: gates that see the input alone
# ---------------------------------------
# If gate and candidate do not depend on the state, they can be computed for all steps
# at once, and the recurrence is linear in the state. This is the **minGRU**:
#
# .. math:: h_t = \alpha_t \odot h_{t-1} + \beta_t, \qquad
#           \alpha_t = 1 - \sigma(x_t W_z + b_z), \quad
#           \beta_t = \sigma(x_t W_z + b_z) \odot (x_t W_n + b_n)
#
# Two steps in a row are again of this form:
# :math:`\alpha_2 (\alpha_1 h + \beta_1) + \beta_2 = (\alpha_2 \alpha_1)\, h +
# (\alpha_2 \beta_1 + \beta_2)`. So neighbours can be joined in pairs, all pairs at the
# same time, then pairs of pairs: a sequence of 1,024 steps takes 10 rounds. This is
# called a **scan**.


def join(first, second):
    (a1, b1), (a2, b2) = first, second
    return a2 * a1, a2 * b1 + b2


layer = MinGRU(3, dtype="float64", return_sequences=True)
x = np.random.default_rng(9).normal(size=(1, 8, 2))
found = layer(x).numpy()[0]
W, b = layer.get_weights()
z, n = np.split(x[0] @ W + b, 2, axis=-1)
parts = list(zip(1 - sigmoid(z), sigmoid(z) * n, strict=True))

# %%
# Eight steps in three rounds. What is left is one pair :math:`(\alpha, \beta)` for the
# whole sequence, and from :math:`h_0 = 0` the last state is :math:`\beta`.

rounds = 0
while len(parts) > 1:
    parts = [join(parts[k], parts[k + 1]) for k in range(0, len(parts), 2)]
    rounds += 1

assert rounds == 3
np.testing.assert_allclose(parts[0][1], found[-1], atol=1e-12)
print("last state after 3 rounds:", parts[0][1].round(4))

# %%
# Try it
# ------
# A GRU of one unit has only zero weights, and :math:`h_0 = 8`. What is the state after
# one, two and three steps? :math:`z = \frac12` and :math:`n = \tanh(0) = 0`: 4, 2, 1.

zero = np.zeros((1, 3)), np.zeros((1, 3)), np.zeros(3)
h, states = np.array([8.0]), []
for _ in range(3):
    h = gru_step(np.array([1.0]), h, *zero)
    states.append(float(h[0]))

assert states == [4, 2, 1]
print("states:", states)

# %%
# What to keep
# ------------
# - The update gate mixes the old state with the candidate; the reset gate decides what
#   the candidate sees of the old state.
# - There are two versions, reset before and after the product, which are different
#   networks; and two conventions of the sign of :math:`z`, which are the same network.
# - If gates see the input alone, a scan replaces the loop.
#
# K. Cho et al., "Learning phrase representations using RNN encoder-decoder for
# statistical machine translation", EMNLP 2014 (arXiv 1406.1078). The sign the other way
# round: J. Chung et al., "Empirical evaluation of gated recurrent neural networks on
# sequence modeling", 2014 (arXiv 1412.3555). Minimal gated unit: G.-B. Zhou et al.,
# "Minimal gated unit for recurrent neural networks", International Journal of
# Automation and Computing 13, 2016. minGRU: L. Feng et al., "Were RNNs all we needed?",
# 2024 (arXiv 2410.01201). Scans: G. E. Blelloch, "Prefix sums and their applications",
# Carnegie Mellon University, 1990.

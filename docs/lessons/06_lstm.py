r"""
6. The LSTM, gate by gate
=========================

A simple recurrent network makes its state anew at every step, and so forgets. The long
short-term memory keeps a second state, the **memory cell** :math:`c_t`, which goes from
step to step unchanged unless something is added or erased. Three **gates** decide on
that: numbers between 0 and 1, for each unit by itself, computed anew at every step.

**After this lesson** you can

- say what each gate does, and set weights by hand that make an LSTM store and recall;
- compute a step of an LSTM, and count its weights;
- say why its gradient lasts longer, and what the bias of the forget gate has to do
  with it;
- tell the variants apart: coupled gates, peepholes, projection, layer normalization.

**You need** lessons 3 and 5.
"""

import keras
import numpy as np

from seqkit.inspect import pictures, trace
from seqkit.layers import (
    LSTM,
    CoupledLSTM,
    LayerNormLSTM,
    PeepholeLSTM,
    ProjectedLSTM,
)

# %%
# The memory cell
# ---------------
# At each step the memory cell is multiplied by the **forget gate** :math:`f_t`, and the
# **candidate** :math:`g_t` is added, multiplied by the **input gate** :math:`i_t`. The
# sign :math:`\odot` multiplies unit by unit.
#
# .. math:: c_t = f_t \odot c_{t-1} + i_t \odot g_t
#
# Take gates that are fully open or shut. With :math:`f = 0, i = 1` the cell is
# overwritten, with :math:`f = 1, i = 0` it is kept, with :math:`f = 1, i = 1` something
# is added, with :math:`f = 0, i = 0` it is erased:
#
# ==============  ===========  ======  =====  ======  =========
# step            write 5      keep    keep   add 2   erase
# ==============  ===========  ======  =====  ======  =========
# :math:`f_t`     0            1       1      1       0
# :math:`i_t`     1            0       0      1       0
# :math:`g_t`     5            9       9      2       9
# :math:`c_t`     5            5       5      7       0
# ==============  ===========  ======  =====  ======  =========

f, i, g = [0, 1, 1, 1, 0], [1, 0, 0, 1, 0], [5, 9, 9, 2, 9]
c, cells = 3, []
for t in range(5):
    c = f[t] * c + i[t] * g[t]
    cells.append(c)

assert cells == [5, 5, 5, 7, 0]
print("memory cell:", cells)

# %%
# What a gate is
# --------------
# A gate is a small layer of its own, with its own weights. The sigmoid :math:`\sigma`
# brings its result between 0, shut, and 1, open:
#
# .. math:: i_t = \sigma(x_t W_i + h_{t-1} U_i + b_i), \qquad
#           \sigma(a) = \frac{1}{1 + e^{-a}}
#
# At :math:`a = 0` it stands half open. At :math:`a = \log 3` it is
# :math:`\frac{1}{1 + 1/3} = \frac34`; at 10 it is open to four digits. A sigmoid never
# is 0 or 1, but large weights bring it near.


def sigmoid(a):
    return 1 / (1 + np.exp(-np.asarray(a, float)))


half, three_quarters, opened, shut = sigmoid([0, np.log(3), 10, -10])

np.testing.assert_allclose([half, three_quarters], [0.5, 0.75])
assert opened > 0.9999
assert shut < 0.0001
print("at 0, log 3, 10, -10:", half, three_quarters, round(opened, 5), round(shut, 5))

# %%
# A whole step
# ------------
# All gates see the input and the last output. The **output gate** :math:`o_t` decides
# what is shown of the memory cell; what is shown is the second state, :math:`h_t`.
#
# .. math::
#    i_t &= \sigma(x_t W_i + h_{t-1} U_i + b_i) \\
#    f_t &= \sigma(x_t W_f + h_{t-1} U_f + b_f) \\
#    g_t &= \tanh(x_t W_g + h_{t-1} U_g + b_g) \\
#    o_t &= \sigma(x_t W_o + h_{t-1} U_o + b_o) \\
#    c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
#    h_t &= o_t \odot \tanh(c_t)
#
# Keras and seqkit keep the four kernels side by side in one, in the order i, f, g, o
# (Keras calls g "c"): one product computes all four.


def lstm_step(x, h, c, W, U, b):
    i, f, g, o = np.split(x @ W + h @ U + b, 4, axis=-1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    c = f * c + i * g
    return o * np.tanh(c), c


# %%
# Five steps of two sequences, against the layer here and that of Keras:

layer = LSTM(3, return_sequences=True, dtype="float64")
x = np.random.default_rng(6).normal(size=(2, 5, 2))
found = layer(x).numpy()
h, c = np.zeros((2, 3)), np.zeros((2, 3))
for t in range(5):
    h, c = lstm_step(x[:, t], h, c, *layer.get_weights())
of_keras = keras.layers.LSTM(3, dtype="float64")
of_keras.build((None, None, 2))
of_keras.set_weights(layer.get_weights())

np.testing.assert_allclose(found[:, -1], h, atol=1e-12)
np.testing.assert_allclose(of_keras(x), h, atol=1e-12)
print("last outputs:", h.round(4).tolist())

# %%
# How many weights
# ----------------
# Four times those of a simple recurrent network (lesson 1), whatever the length of the
# sequence:
#
# .. math:: \text{weights} = 4\, (D N + N^2 + N)
#
# With 2 features and 3 units that is :math:`4\,(6 + 9 + 3) = 72`.

D, N = 2, 3

assert layer.count_params() == 4 * (D * N + N**2 + N) == 72
print("weights:", layer.count_params())

# %%
# A latch, built by hand
# ----------------------
# Nothing needs to be trained to see what gates can do. The input of each step is a
# value and a marker. Where the marker is 1, the cell is to take the value; where it is
# 0, to keep what it has. So the input gate must open with the marker, and the forget
# gate shut with it:
#
# .. math:: i_t = \sigma(20\, m_t - 10), \qquad f_t = \sigma(10 - 20\, m_t), \qquad
#           g_t = \tanh(v_t), \qquad o_t = \sigma(10)
#
# There is one unit, and :math:`U = 0`: the gates look at the input alone. The output is
# :math:`\tanh(\tanh(v))` of the last marked value, some three digits exact.

latch = LSTM(1, return_sequences=True)
latch.build((None, None, 2))
kernel = [[0, 0, 1, 0], [20, -20, 0, 0]]  # rows: value, marker; columns: i, f, g, o
latch.set_weights([np.array(kernel), np.zeros((1, 4)), np.array([-10, 10, 0, 10])])
values = np.random.default_rng(1).uniform(-1, 1, 24)
marks = np.isin(np.arange(24), [2, 9, 17])
found = np.ravel(latch(np.float32(np.stack([values, marks], axis=-1)[None])))
last = np.maximum.accumulate(np.where(marks, np.arange(24), -1))
expected = np.where(last < 0, 0, np.tanh(np.tanh(values[last])))

np.testing.assert_allclose(found, expected, atol=2e-3)
print("largest error of the latch:", float(np.abs(found - expected).max().round(5)))

# %%
# A trace has every gate by its name. Above stand the values, with a star where the
# marker is. There the input gate opens, dark for 1, the forget gate shuts, and the cell
# takes the tanh of the value. Between, whatever the candidate g, the cell stays.

inputs = np.float32(np.stack([values, marks], axis=-1)[None])
labels = [f"{v:.1f}{'*' * int(m)}" for v, m in zip(values, marks, strict=True)]
seen = trace(latch, inputs).layers[0]
figure = pictures.gates(seen, text=labels, names=["i", "f", "o", "g", "c"])

# %%
# Why the gradient lasts
# ----------------------
# On the way back, the memory cell is multiplied by the forget gate, and by nothing
# else: no kernel, and no slope stands in :math:`c_t = f_t \odot c_{t-1} + \dots` Along
# this path,
#
# .. math:: \frac{\partial c_T}{\partial c_{T-k}} = f_T \odot f_{T-1} \odot \dots \odot
#           f_{T-k+1}
#
# Where the gate stands open, the factor is nearly 1, and the gradient stays as it is.
# (There are other paths, through :math:`h` and the gates, with kernels and slopes.
# With :math:`U = 0`, as here, there are none, and the formula is exact.)

layer = LSTM(2, dtype="float64", recurrent_initializer="zeros")
x = np.random.default_rng(2).normal(size=(1, 6, 3))
seen = trace(layer, x, loss=keras.ops.sum).layers[0]
product = np.prod(seen.gates["f"][0, 1:], axis=0)  # f_2 … f_6
at_the_end = seen.gradients.states["c"][0, -1]

np.testing.assert_allclose(seen.gradients.states["c"][0, 0], at_the_end * product)
print("share of the gradient left after 5 steps:", product.round(4))

# %%
# The bias of the forget gate
# ---------------------------
# At the start of training the kernels give small numbers, and the bias decides how open
# the forget gate is. Over :math:`k` steps it keeps about
#
# .. math:: \sigma(b_f)^k
#
# With :math:`b_f = 0` each step halves. With :math:`b_f = 1`, the default here and in
# Keras (``unit_forget_bias``), each step keeps 0.731. That still is little over 50
# steps, as the picture of lesson 5 shows; where long memory is needed, start higher.

kept = {b: sigmoid(b) ** 50 for b in (0, 1, 5)}
layer = LSTM(4)
layer.build((None, None, 2))

assert layer.get_weights()[2][4:8].tolist() == [1, 1, 1, 1]  # the block of f
np.testing.assert_allclose(kept[0], 0.5**50)
print("kept over 50 steps:", {b: f"{share:.1e}" for b, share in kept.items()})

# %%
# Variants
# --------
# **Coupled gates.** What is forgotten makes room for what is written. One gate serves
# for both, and a quarter of the weights is saved:
#
# .. math:: f_t = 1 - i_t
#
# It is an LSTM whose forget gate has the weights of the input gate, negated, because
# :math:`1 - \sigma(a) = \sigma(-a)`. (Peepholes, which come next, are left out.)

coupled = CoupledLSTM(3, peepholes=False, dtype="float64")
x = np.random.default_rng(3).normal(size=(2, 5, 2))
found = coupled(x)
twin = LSTM(3, dtype="float64")
twin.build((None, None, 2))
blocks = [np.split(w, 3, axis=-1) for w in coupled.get_weights()]
joined = [np.concatenate([i, -i, g, o], axis=-1) for i, g, o in blocks]
twin.set_weights(joined)

np.testing.assert_allclose(twin(x), found, atol=1e-12)
assert coupled.count_params() * 4 == twin.count_params() * 3
print("coupled gates:", coupled.count_params(), "weights of", twin.count_params())

# %%
# **Peepholes.** In the plain LSTM the gates do not see the memory cell when the output
# gate is shut. Peepholes show it to them: to the input and forget gates the old cell,
# to the output gate the new one. Each is one number for each unit.
#
# .. math:: i_t = \sigma(\dots + p_i \odot c_{t-1}), \quad
#           f_t = \sigma(\dots + p_f \odot c_{t-1}), \quad
#           o_t = \sigma(\dots + p_o \odot c_t)
#
# With :math:`p = 0` it is the plain LSTM, so that only the :math:`3N` numbers are new.

peephole = PeepholeLSTM(3, dtype="float64")
peephole.build((None, None, 2))
peephole.weights[-1].assign([[1, 2, 3], [-1, 0, 1], [2, -2, 1]])  # p_i, p_f, p_o
*plain, p = peephole.get_weights()
x_1, c_0 = np.array([[0.3, -0.6]]), np.array([[0.5, -1.0, 0.2]])
i, f, g, o = np.split(x_1 @ plain[0] + plain[2], 4, axis=-1)
c_1 = sigmoid(f + p[1] * c_0) * c_0 + sigmoid(i + p[0] * c_0) * np.tanh(g)
h_1 = sigmoid(o + p[2] * c_1) * np.tanh(c_1)
found = peephole(x_1[None], initial_state=[np.zeros((1, 3)), c_0])

np.testing.assert_allclose(found, h_1, atol=1e-12)
print("peepholes, a step from c_0:", h_1.round(4).tolist())

# %%
# **Projection.** The output is made smaller before it goes on. With :math:`N` units and
# :math:`P < N` outputs, the recurrent kernel has :math:`P` rows in place of :math:`N`:
#
# .. math:: h_t = (o_t \odot \tanh(c_t))\, V, \qquad
#           \text{weights} = 4\,(D N + P N + N) + N P

D, N, P = 16, 64, 8
projected, plain = ProjectedLSTM(N, projection=P, peepholes=False), LSTM(N)
for layer in (projected, plain):
    layer.build((None, None, D))

assert projected.count_params() == 4 * (D * N + P * N + N) + N * P
print("weights:", projected.count_params(), "in place of", plain.count_params())

# %%
# **Layer normalization.** What enters the gates is brought to mean 0 and standard
# deviation 1 over the units of a row, then stretched by :math:`\gamma` and shifted by
# :math:`\beta`, which are learned. So no gate saturates because inputs are large.
#
# .. math:: \operatorname{LN}(a) = \gamma \odot
#           \frac{a - \operatorname{mean}(a)}
#           {\sqrt{\operatorname{var}(a) + \varepsilon}} + \beta
#
# Inputs a hundred times as large make no difference, up to :math:`\varepsilon`.

layer = LayerNormLSTM(8, dtype="float64", use_bias=False)
x = np.random.default_rng(5).normal(size=(2, 6, 4))
normal, large = layer(x).numpy(), layer(100 * x).numpy()
plain = LSTM(8, dtype="float64", use_bias=False)
change = np.abs(normal - large).max(), np.abs(plain(x) - plain(100 * x)).max()

assert change[0] < 0.01 < change[1]
print("change with inputs 100 times as large:", np.round(change, 4))

# %%
# Which variant? K. Greff et al. compared eight variants on three tasks and found none
# that improves much on the plain LSTM; taking away the forget gate or the output
# activation does most harm. Start with the plain one.
#
# Try it
# ------
# All weights of an LSTM of one unit are zero, the forget bias too, and
# :math:`c_0 = 4`. What are :math:`c_1` and :math:`c_2`? All gates stand at
# :math:`\frac12` and the candidate is :math:`\tanh(0) = 0`. So the cell is halved:
# 2, then 1.

zeros = np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4)
_, c_1 = lstm_step(np.ones((1, 1)), np.zeros((1, 1)), 4.0, *zeros)
_, c_2 = lstm_step(np.ones((1, 1)), np.zeros((1, 1)), c_1, *zeros)

assert [float(c_1[0, 0]), float(c_2[0, 0])] == [2, 1]
print("c_1, c_2:", float(c_1[0, 0]), float(c_2[0, 0]))

# %%
# What to keep
# ------------
# - The memory cell is multiplied by the forget gate and added to: nothing else happens
#   to it. That is why its gradient lasts.
# - A gate is a layer with a sigmoid, of the input and the last output.
# - Start the forget gate open.
#
# S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural Computation 9, 1997.
# Forget gate: F. A. Gers, J. Schmidhuber, F. Cummins, "Learning to forget: continual
# prediction with LSTM", Neural Computation 12, 2000. Peepholes: F. A. Gers, J.
# Schmidhuber, "Recurrent nets that time and count", IJCNN 2000. Bias of the forget
# gate: R. Jozefowicz, W. Zaremba, I. Sutskever, "An empirical exploration of recurrent
# network architectures", ICML 2015. Projection: H. Sak, A. Senior, F. Beaufays, "Long
# short-term memory recurrent neural network architectures for large scale acoustic
# modeling", Interspeech 2014. Layer normalization: J. L. Ba, J. R. Kiros, G. E. Hinton,
# "Layer normalization", 2016 (arXiv 1607.06450). Comparison: K. Greff et al., "LSTM: a
# search space odyssey", IEEE Transactions on Neural Networks and Learning Systems 28,
# 2017.

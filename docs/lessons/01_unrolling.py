r"""
1. Unrolling
============

A recurrent network is one small computation, repeated once for every step of a
sequence. Unrolling means to write the repetitions down one after the other. What comes
out is an ordinary feed-forward network, and all that is known of such networks holds
for it. This is the idea on which all later lessons stand.

**After this lesson** you can

- say what a state is, and how it goes from step to step;
- write a recurrent network as a loop, as a nest of functions, and as a sum;
- tell why the number of weights does not depend on the length of the sequence;
- say what a mask does to the unrolled network.

**You need** Keras at the level of ``Sequential`` and ``Dense``. Paper and pencil help.

All lessons write vectors as rows, as Keras stores them: a step with 3 features and a
kernel of shape ``(3, 2)`` give ``x @ W``, a row of 2 numbers. Papers, and the
docstrings of seqkit, mostly write columns, :math:`W x`. The numbers are the same.
"""

import keras
import numpy as np

from seqkit.inspect import pictures, trace
from seqkit.layers import SimpleRNN

# %%
# One unit that remembers
# -----------------------
# Take one unit. At step :math:`t` it is given the number :math:`x_t`, and it keeps one
# number, its **state** :math:`h_t`. The new state is made of the new input and the
# state before. There are two weights, :math:`w` for the input and :math:`u` for the
# state:
#
# .. math:: h_t = w\, x_t + u\, h_{t-1}, \qquad h_0 = 0
#
# With :math:`w = u = 1` the unit adds up what it sees. For the inputs 1, 1, 1, 3 the
# states are 1, 2, 3, 6.

w, u = 1, 1
h, states = 0, []
for x in [1, 1, 1, 3]:
    h = w * x + u * h
    states.append(h)

assert states == np.cumsum([1, 1, 1, 3]).tolist()
print("states:", states)

# %%
# The loop is the **folded** form of the network: there is one unit, and its state comes
# back to it. Note what is the same at every step, namely the weights, and what is not:
# the input and the state.
#
# The same as a nest of functions
# -------------------------------
# Call one step :math:`f(x, h) = w x + u h`. Three steps are three calls, each of which
# takes the result of the one before:
#
# .. math:: h_3 = f(x_3,\; f(x_2,\; f(x_1,\; h_0)))
#
# This is the **unrolled** form. There is no loop in it, and nothing comes back: numbers
# go in one direction, from the first input to the last state. From here on
# :math:`w = 1`, :math:`u = 2`, and the inputs are 1, 2, 1. With a pencil:
# :math:`h_1 = 1 + 2 \cdot 0 = 1`, :math:`h_2 = 2 + 2 \cdot 1 = 4`,
# :math:`h_3 = 1 + 2 \cdot 4 = 9`.


def f(x, h, w=1, u=2):
    return w * x + u * h


x1, x2, x3 = 1, 2, 1
h3 = f(x3, f(x2, f(x1, 0)))

assert [f(x1, 0), f(x2, 1), h3] == [1, 4, 9]
print("h_3 as a nest of functions:", h3)

# %%
# The same as a sum
# -----------------
# Put :math:`h_1` into the equation of :math:`h_2`, and that into the equation of
# :math:`h_3`: :math:`h_3 = w x_3 + u\,(w x_2 + u\, w x_1)`. After multiplying out,
# every input stands by itself:
#
# .. math:: h_T = \sum_{t=1}^{T} u^{\,T-t}\, w\, x_t
#
# Each input is multiplied by :math:`u` once for every step that it has to be kept. Here
# :math:`h_3 = 4 \cdot 1 + 2 \cdot 2 + 1 \cdot 1 = 9`. What happens to :math:`u^{T-t}`
# when the sequence is long is the subject of lesson 5. (The sum needs a unit without an
# activation function; the nest of functions does not.)

inputs, w, u = np.array([1, 2, 1]), 1, 2
T = len(inputs)
powers = u ** np.arange(T - 1, -1, -1)
h_T = np.sum(powers * w * inputs)

assert h_T == h3
print("powers of u:", powers, " sum:", h_T)

# %%
# The same in Keras
# -----------------
# ``SimpleRNN`` is this loop for many units. With one unit, no activation and no bias it
# has just our two weights: the **kernel** :math:`w` of shape ``(features, units)`` and
# the **recurrent kernel** :math:`u` of shape ``(units, units)``, both ``(1, 1)``. Its
# input has the shape ``(batch, time, features)``, here ``(1, 3, 1)``.

layer = SimpleRNN(1, activation="linear", use_bias=False, return_sequences=True)
layer.build((None, None, 1))
layer.set_weights([np.array([[1.0]]), np.array([[2.0]])])
sequence = np.array([1.0, 2.0, 1.0]).reshape(1, 3, 1)
found = np.ravel(layer(sequence))

assert found.tolist() == [1, 4, 9]
print("SimpleRNN:", found)

# %%
# A feed-forward network with shared weights
# ------------------------------------------
# Now the unrolled form as an ordinary Keras model, without a recurrent layer. A step is
# a ``Dense`` layer on the pair :math:`(x_t, h_{t-1})`, whose kernel is :math:`w` above
# :math:`u`:
#
# .. math:: h_t = (x_t,\, h_{t-1}) \begin{pmatrix} w \\ u \end{pmatrix}
#
# The model has three steps, so it uses that layer three times. It is **one** layer: the
# three uses share their weights. This is why lesson 3 will add up three gradients.

step = keras.layers.Dense(1, use_bias=False)
x = [keras.Input((1,)) for _ in range(3)]
h = keras.Input((1,))
state = h
for x_t in x:
    state = step(keras.layers.concatenate([x_t, state]))
unrolled = keras.Model([*x, h], state)
step.set_weights([np.array([[1.0], [2.0]])])
found = unrolled([np.array([[value]]) for value in (1.0, 2.0, 1.0, 0.0)])

np.testing.assert_allclose(found, [[9]])
assert unrolled.count_params() == layer.count_params() == 2
print("unrolled model:", float(found[0, 0]), " weights:", unrolled.count_params())

# %%
# `seqkit.inspect` draws both forms with the numbers that really went along the edges.
# Folded, there is one box, whose state comes back to it; beside each arrow stand the
# least and the greatest number that it carried. Unrolled, time goes from left to right,
# and all boxes have the same two weights. (Pictures count steps from 0, as Python
# does.)

seen = trace(layer, sequence).layers[0]
folded, full = pictures.unrolled(seen, "folded"), pictures.unrolled(seen, "full")

# %%
# How many weights
# ----------------
# With :math:`D` features and :math:`N` units, the kernel :math:`W` has :math:`D` rows
# and :math:`N` columns, the recurrent kernel :math:`U` is square, and there is a bias
# for each unit. The length :math:`T` of the sequence is not in the formula, because the
# steps share their weights:
#
# .. math:: \text{weights} = D N + N^2 + N
#
# One layer therefore takes sequences of any length.

D, N = 3, 4
layer = SimpleRNN(N, return_sequences=True)
shapes = [layer(np.ones((1, T, D))).shape for T in (2, 50)]

assert layer.count_params() == D * N + N**2 + N == 32
print(layer.count_params(), "weights give outputs of shapes", *map(tuple, shapes))

# %%
# What does grow with the length is memory: to learn, the network has to remember the
# states of all steps until the gradient has come back to them (lesson 3), which is
# :math:`T \cdot N` numbers for each row of the batch.
#
# A loop or no loop
# -----------------
# The layers here can be run either way. By default a loop goes over the steps. With
# ``unroll=True`` the steps are written out, and with ``unroll=4`` one turn of the loop
# takes four of them. It is the same computation, so the numbers are the same up to
# rounding. Which is faster depends on the length; compiling takes longer unrolled.

keras.utils.set_random_seed(1)
x = np.random.default_rng(1).normal(size=(2, 12, D)).astype("float32")
outputs = []
for unroll in (False, True, 4):
    again = SimpleRNN(N, return_sequences=True, unroll=unroll)
    again.build(x.shape)
    again.set_weights(layer.get_weights())
    outputs.append(keras.Sequential([again]).predict(x, verbose=0))
differences = [float(np.abs(outputs[0] - other).max()) for other in outputs[1:]]

assert max(differences) < 1e-5
print("largest differences:", differences)

# %%
# Sequences of different lengths
# ------------------------------
# A batch is an array, so its rows have one length. Shorter rows are padded at the end,
# and a **mask** :math:`m_t` says which steps are real: 1 for real, 0 for padding. Under
# the mask the state is copied:
#
# .. math:: h_t = m_t\, f(x_t, h_{t-1}) + (1 - m_t)\, h_{t-1}
#
# So the last state of a padded row is that of its last real step. In the unrolled
# picture, a masked step is an edge with the weight 1 from :math:`h_{t-1}` to
# :math:`h_t`. Here the row 1, 2 is padded with 7, which must not matter.

h = 0
for x, m in zip([1, 2, 7], [1, 1, 0], strict=True):
    h = m * f(x, h) + (1 - m) * h
layer = SimpleRNN(1, activation="linear", use_bias=False)
layer.build((None, None, 1))
layer.set_weights([np.array([[1.0]]), np.array([[2.0]])])
padded = np.array([1.0, 2.0, 7.0]).reshape(1, 3, 1)
found = layer(padded, mask=np.array([[True, True, False]]))

assert h == float(found[0, 0]) == f(2, f(1, 0))
print("last state of the padded row:", h, " SimpleRNN:", float(found[0, 0]))

# %%
# Try it
# ------
# Take :math:`w = 2`, :math:`u = -1` and the inputs 1, 1, 1. Write down the three states
# as a loop, then the third one as a sum. Then read on.
#
# The loop gives :math:`2 \cdot 1 - 0 = 2`, :math:`2 \cdot 1 - 2 = 0` and
# :math:`2 \cdot 1 - 0 = 2`. The sum gives
# :math:`(-1)^2 \cdot 2 + (-1) \cdot 2 + 2 = 2`.

states = [f(1, 0, w=2, u=-1)]
states.append(f(1, states[-1], w=2, u=-1))
states.append(f(1, states[-1], w=2, u=-1))

assert states == [2, 0, 2]
assert states[-1] == sum((-1) ** (3 - t) * 2 * 1 for t in (1, 2, 3))
print("states:", states)

# %%
# What to keep
# ------------
# - A recurrent network is a step :math:`h_t = f(x_t, h_{t-1})`, repeated.
# - Unrolled over :math:`T` steps it is a feed-forward network of depth :math:`T` whose
#   layers share their weights.
# - The number of weights does not depend on :math:`T`; the memory for learning does.
# - A masked step copies the state.
#
# The simple recurrent network is that of J. L. Elman, "Finding structure in time",
# Cognitive Science 14, 1990. Unrolling it in time to compute its gradient is described
# by P. J. Werbos, "Backpropagation through time: what it does and how to do it",
# Proceedings of the IEEE 78, 1990.

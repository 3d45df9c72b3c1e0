r"""
2. Forward by hand
==================

The forward pass computes the outputs and the loss from the inputs. In this lesson it is
done with pencil for a network of two units over three steps. All numbers are small
integers. The same network goes on to lesson 3, where its gradient is computed by hand.

**After this lesson** you can

- name every array of a recurrent network with its shape;
- compute states, outputs and loss by hand, and check them with Keras;
- say which part of the work can be done for all steps at once, and which cannot;
- replace the activation and the loss: tanh, and softmax with cross-entropy.

**You need** lesson 1, and the product of a row and a matrix.
"""

import keras
import numpy as np

from seqkit.inspect import trace
from seqkit.layers import SimpleRNN

# %%
# The network and its shapes
# --------------------------
# The network reads :math:`D = 2` features at each of :math:`T = 3` steps, has
# :math:`N = 2` units, and gives :math:`M = 1` output at every step:
#
# ==============  =======================================  ============  ==========
# symbol          meaning                                  shape         here
# ==============  =======================================  ============  ==========
# :math:`x_t`     input of step :math:`t`                  ``(D,)``      ``(2,)``
# :math:`W`       kernel, for the input                    ``(D, N)``    ``(2, 2)``
# :math:`U`       recurrent kernel, for the state          ``(N, N)``    ``(2, 2)``
# :math:`b`       bias of the units                        ``(N,)``      ``(2,)``
# :math:`a_t`     pre-activation, what enters the units    ``(N,)``      ``(2,)``
# :math:`h_t`     state, what the units give               ``(N,)``      ``(2,)``
# :math:`V`       kernel of the output                     ``(N, M)``    ``(2, 1)``
# :math:`c`       bias of the output                       ``(M,)``      ``(1,)``
# :math:`y_t`     output                                   ``(M,)``      ``(1,)``
# ==============  =======================================  ============  ==========
#
# A vector is a row. In a product the inner sizes must be equal, and vanish:
# :math:`x_t W` is ``(D,)`` times ``(D, N)`` and gives ``(N,)``. Row :math:`i` of
# :math:`W` belongs to feature :math:`i`, column :math:`j` to unit :math:`j`. These are
# the numbers:

X = np.array([[1, 0], [0, 1], [1, 1]])  # x_1, x_2, x_3, one a row
W = np.array([[1, -1], [0, 2]])
U = np.array([[1, 1], [-2, 0]])
b = np.array([1, 0])
V = np.array([[1], [-1]])
c = np.array([1])

print("W", W.tolist(), " U", U.tolist(), " V", V.tolist())

# %%
# The first step
# --------------
# What enters the units is the input times the kernel, plus the state before times the
# recurrent kernel, plus the bias:
#
# .. math:: a_t = x_t W + h_{t-1} U + b
#
# At the first step the state before is zero. The input is :math:`(1, 0)`, so
# :math:`x_1 W` is the first row of :math:`W`, :math:`(1, -1)`. With the bias,
# :math:`a_1 = (1, -1) + (0, 0) + (1, 0) = (2, -1)`.

h_0 = np.zeros(2, int)
a_1 = X[0] @ W + h_0 @ U + b

assert a_1.tolist() == [2, -1]
print("a_1 =", a_1)

# %%
# Then the activation function, for each unit by itself. Here it is relu, which leaves
# positive numbers as they are and makes zeros of negative ones, so that integers stay
# integers:
#
# .. math:: h_t = f(a_t), \qquad \operatorname{relu}(a) = \max(a, 0)
#
# The first unit gives 2. The second is off: :math:`h_1 = (2, 0)`.


def relu(a):
    return np.maximum(a, 0)


h_1 = relu(a_1)

assert h_1.tolist() == [2, 0]
print("h_1 =", h_1)

# %%
# The other steps
# ---------------
# Step 2 is the same with :math:`x_2 = (0, 1)` and :math:`h_1` in place of :math:`h_0`:
#
# - :math:`x_2 W = (0, 2)`, the second row of :math:`W`;
# - :math:`h_1 U = 2 \cdot (1, 1) + 0 \cdot (-2, 0) = (2, 2)`;
# - :math:`a_2 = (0, 2) + (2, 2) + (1, 0) = (3, 4)`, and :math:`h_2 = (3, 4)`.
#
# Step 3 has :math:`x_3 = (1, 1)`:
#
# - :math:`x_3 W = (1, -1) + (0, 2) = (1, 1)`, the sum of both rows of :math:`W`;
# - :math:`h_2 U = 3 \cdot (1, 1) + 4 \cdot (-2, 0) = (-5, 3)`;
# - :math:`a_3 = (1, 1) + (-5, 3) + (1, 0) = (-3, 4)`, and :math:`h_3 = (0, 4)`: now the
#   first unit is off.
#
# All of it is the loop of lesson 1, with rows and matrices in place of numbers:
#
# .. math:: h_t = \operatorname{relu}(x_t W + h_{t-1} U + b), \qquad t = 1, \dots, T

h, H = h_0, []
for x in X:
    h = relu(x @ W + h @ U + b)
    H.append(h)
H = np.array(H)

assert H.tolist() == [[2, 0], [3, 4], [0, 4]]
print("states, one step a row:", H.tolist())

# %%
# The outputs
# -----------
# At every step the state is read by an output layer without activation:
#
# .. math:: y_t = h_t V + c
#
# With :math:`V` as above this is the first unit minus the second plus 1:
# :math:`y_1 = 2 - 0 + 1 = 3`, :math:`y_2 = 3 - 4 + 1 = 0`,
# :math:`y_3 = 0 - 4 + 1 = -3`. No output depends on another one, so all three are one
# product, ``(3, 2)`` times ``(2, 1)``.

Y = H @ V + c

assert Y.tolist() == [[3], [0], [-3]]
print("outputs:", Y.ravel())

# %%
# The loss
# --------
# The targets are 3, −1, −5. The loss adds up half the squared error of every step. The
# factor one half makes the derivative simple, as lesson 3 will show.
#
# .. math:: L = \sum_t L_t, \qquad L_t = \tfrac12 (y_t - \text{target}_t)^2
#
# The errors are :math:`3 - 3 = 0`, :math:`0 + 1 = 1` and :math:`-3 + 5 = 2`, the loss
# is :math:`\frac12 (0 + 1 + 4) = 2.5`.

targets = np.array([[3], [-1], [-5]])
errors = Y - targets
L = 0.5 * np.sum(errors**2)

assert errors.ravel().tolist() == [0, 1, 2]
assert L == 2.5
print("errors:", errors.ravel(), " loss:", L)

# %%
# The same in Keras
# -----------------
# The network is a ``SimpleRNN`` that returns all its states, and a ``Dense`` layer,
# which acts on every step:
#
# .. math:: \text{weights} = (DN + N^2 + N) + (NM + M) = 10 + 3 = 13
#
# ``get_weights`` lists them in the order :math:`W, U, b, V, c`. The first dimension of
# the input is the batch; we have one sequence.

model = keras.Sequential(
    [SimpleRNN(2, activation="relu", return_sequences=True), keras.layers.Dense(1)]
)
model.build((None, None, 2))
model.set_weights([W, U, b, V, c])
found = model(X[None].astype("float32"))

np.testing.assert_array_equal(found[0], Y)
assert model.count_params() == 13
print("Keras:", np.ravel(found), " weights:", model.count_params())

# %%
# A trace puts every number of the recurrent layer into one table, one step a line: the
# input :math:`x_t`, the product :math:`h_{t-1} U`, the state :math:`h_t`, and what the
# layer gives, here the state again. (It counts steps and units from 0.) They are the
# numbers of the pencil.

table = trace(model.layers[0], X[None].astype("float32")).layers[0].to_frame()

assert table["product"].to_numpy().tolist() == [[0, 0], [2, 2], [-5, 3]]
assert table["state"].to_numpy().tolist() == H.tolist()
table

# %%
# What can be done for all steps at once
# --------------------------------------
# :math:`x_t W + b` does not need the state. Put the inputs of all steps one below the
# other, as the array ``X`` has them; then one product gives this part for all steps.
# Only what is left, :math:`h_{t-1} U`, has to wait for the step before:
#
# .. math:: A = X W + b, \qquad h_t = f(A_t + h_{t-1} U)
#
# One large product is faster than many small ones. In seqkit the first part is the
# ``drive`` of a cell, the second its ``step``, and the output layer a ``readout``.

A = X @ W + b  # (3, 2): all steps
h, again = h_0, []
for drive in A:
    h = relu(drive + h @ U)
    again.append(h)

assert np.array_equal(again, H)
print("drive of all steps:", A.tolist())

# %%
# A batch of sequences
# --------------------
# Sequences in a batch know nothing of each other. Every row is computed as if it were
# alone, with the same weights, and the state gets one row for each sequence: the input
# is ``(batch, T, D)``, the states ``(batch, T, N)``.
#
# .. math:: H_t = f(X_t W + H_{t-1} U + b), \qquad H_t \text{ of shape } (B, N)
#
# The second sequence below is the first one backwards. Its states are others: a
# recurrent network sees the order.

batch = np.stack([X, X[::-1]])  # (2, 3, 2)
H_t = np.zeros((2, 2), int)
for t in range(3):
    H_t = relu(batch[:, t] @ W + H_t @ U + b)
layer = model.layers[0]
found = layer(batch.astype("float32"))

np.testing.assert_array_equal(found[:, -1], H_t)
assert H_t[0].tolist() == [0, 4]
print("last states of the two rows:", H_t.tolist())

# %%
# Other activations
# -----------------
# The usual activation is tanh, the default in Keras, which keeps every state between −1
# and 1. Only the function :math:`f` changes:
#
# .. math:: h_t = \tanh(x_t W + h_{t-1} U + b), \qquad
#           \tanh(a) = \frac{e^{a} - e^{-a}}{e^{a} + e^{-a}}
#
# The first step is now :math:`\tanh(2) = 0.9640` and :math:`\tanh(-1) = -0.7616`.

h, states = np.zeros(2), []
for x in X:
    h = np.tanh(x @ W + h @ U + b)
    states.append(h)
tanh_layer = SimpleRNN(2, return_sequences=True)
tanh_layer.build((None, None, 2))
tanh_layer.set_weights([W, U, b])

np.testing.assert_allclose(tanh_layer(X[None])[0], states, atol=1e-6)
np.testing.assert_allclose(states[0], [0.9640, -0.7616], atol=1e-4)
print("states with tanh:", np.round(states, 4).tolist())

# %%
# Classes: softmax and cross-entropy
# ----------------------------------
# Where the output is one of :math:`M` classes, the output layer has :math:`M` numbers,
# and softmax makes probabilities of them. The loss is minus the logarithm of the
# probability of the right class:
#
# .. math:: p_k = \frac{e^{y_k}}{\sum_j e^{y_j}}, \qquad L = -\log p_{\text{right}}
#
# The outputs :math:`\log 1, \log 2, \log 5` are made for the pencil: their exponentials
# are 1, 2, 5 with the sum 8, so that the probabilities are 1/8, 2/8, 5/8. If the second
# class is right, the loss is :math:`-\log \frac14 = \log 4 = 1.386`.

y = np.log([1.0, 2.0, 5.0])
p = np.exp(y) / np.sum(np.exp(y))
L = -np.log(p[1])
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
of_keras = float(cross_entropy(np.array([1]), y[None]))

np.testing.assert_allclose(p, [1 / 8, 2 / 8, 5 / 8])
np.testing.assert_allclose([L, of_keras], np.log(4), atol=1e-6)
print("probabilities:", p, " loss:", round(L, 4), " Keras:", round(of_keras, 4))

# %%
# Try it
# ------
# A fourth step follows, with the input :math:`x_4 = (2, 0)`. Compute :math:`a_4`,
# :math:`h_4` and :math:`y_4` before you read on.
#
# :math:`x_4 W = (2, -2)`;
# :math:`h_3 U = 0 \cdot (1, 1) + 4 \cdot (-2, 0) = (-8, 0)`;
# :math:`a_4 = (2, -2) + (-8, 0) + (1, 0) = (-5, -2)`. Both units are off:
# :math:`h_4 = (0, 0)` and :math:`y_4 = 0 - 0 + 1 = 1`.

a_4 = np.array([2, 0]) @ W + H[-1] @ U + b
h_4 = relu(a_4)
y_4 = h_4 @ V + c

assert [a_4.tolist(), h_4.tolist(), y_4.tolist()] == [[-5, -2], [0, 0], [1]]
print("a_4 =", a_4, " h_4 =", h_4, " y_4 =", y_4)

# %%
# What to keep
# ------------
# - One step: :math:`h_t = f(x_t W + h_{t-1} U + b)`; the output is
#   :math:`y_t = h_t V + c`.
# - Everything but :math:`h_{t-1} U` and :math:`f` can be done for all steps at once.
# - Rows of a batch are computed independently, with the same weights.
#
# The equations are those of J. L. Elman, "Finding structure in time", Cognitive Science
# 14, 1990.

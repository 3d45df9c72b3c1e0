r"""
3. Back-propagation through time by hand
========================================

Training needs to know how the loss changes when a weight changes: the gradient. In this
lesson it is computed with pencil, first for one unit, then for the network of lesson 2.
Every number is an integer or a simple fraction, and every table can be filled in by
hand before the code below it confirms the result.

**After this lesson** you can

- compute the gradient of a recurrent network step by step, from the last to the first;
- say why the gradient of a weight is a sum over the steps;
- read off from the shapes which product a formula needs;
- check any gradient with two evaluations of the loss.

**You need** lessons 1 and 2. Of calculus you need that the derivative of
:math:`\frac12 z^2` is :math:`z`, and these two rules.

1. **Chain.** If :math:`h` changes :math:`a`, and :math:`a` changes :math:`L`, then the
   effects are multiplied:
   :math:`\frac{\partial L}{\partial h} = \frac{\partial L}{\partial a}
   \frac{\partial a}{\partial h}`.
2. **Sum.** If :math:`h` changes :math:`L` in two ways, the effects are added.

Read :math:`\frac{\partial L}{\partial h}` as "by how many times as much does
:math:`L` change, when :math:`h` changes a little". If it is 4, then raising :math:`h`
by 0.001 raises :math:`L` by about 0.004.
"""

from fractions import Fraction

import keras
import numpy as np
import tensorflow as tf

from seqkit.inspect import pictures, trace
from seqkit.layers import SimpleRNN

# %%
# Part A: one unit
# ----------------
# The unit is that of lesson 1, :math:`h_t = w x_t + u h_{t-1}` with :math:`h_0 = 0`,
# :math:`w = 1` and :math:`u = 2`. It reads 1, 2, 1. Only the last state counts; it
# should have been 8.
#
# .. math:: L = \tfrac12 (h_3 - 8)^2
#
# Forward: :math:`h_1 = 1`, :math:`h_2 = 2 + 2 \cdot 1 = 4`,
# :math:`h_3 = 1 + 2 \cdot 4 = 9`, and :math:`L = \frac12 (9 - 8)^2 = \frac12`.

x, w, u, target = [1, 2, 1], 1, 2, 8
h = [0]  # h[t] is the state after step t
for x_t in x:
    h.append(w * x_t + u * h[-1])
L = 0.5 * (h[3] - target) ** 2

assert h == [0, 1, 4, 9]
assert L == 0.5
print("h_0 to h_3:", h, " loss:", L)

# %%
# Backward through the states
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Start at the loss. The derivative of :math:`\frac12 (h_3 - 8)^2` with respect to
# :math:`h_3` is the error :math:`h_3 - 8 = 1`: that of :math:`\frac12 z^2` is
# :math:`z`, and this is what the factor one half is for.
#
# Then go back one step. In :math:`h_3 = w x_3 + u h_2`, the state :math:`h_2` is
# multiplied by :math:`u`, so a change of :math:`h_2` becomes :math:`u` times as large.
# By the chain rule, with the short name :math:`\delta_t` for
# :math:`\frac{\partial L}{\partial h_t}`:
#
# .. math:: \delta_3 = h_3 - 8, \qquad \delta_t = u\, \delta_{t+1}
#           \quad\text{for } t = 2, 1
#
# So :math:`\delta_3 = 1`, :math:`\delta_2 = 2 \cdot 1 = 2`,
# :math:`\delta_1 = 2 \cdot 2 = 4`. Each step back multiplies by :math:`u`.

delta = [None, 0, 0, h[3] - target]  # delta[t] belongs to step t
for t in (2, 1):
    delta[t] = u * delta[t + 1]

assert delta[1:] == [4, 2, 1]
print("delta_1 to delta_3:", delta[1:])

# %%
# From the states to the weights
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# In the unrolled network, the weight :math:`u` stands on three edges. Pretend for a
# moment that these are three weights with names of their own, :math:`u_1, u_2, u_3`,
# one for each step: :math:`h_t = w_t x_t + u_t h_{t-1}`. Then :math:`u_t` acts on one
# step alone, and multiplies :math:`h_{t-1}` there. By the chain rule,
# :math:`\frac{\partial L}{\partial u_t} = \delta_t h_{t-1}`, and likewise
# :math:`\frac{\partial L}{\partial w_t} = \delta_t x_t`.
#
# Really the three are one weight. If :math:`u` changes, all three change, and by the
# sum rule the effects are added:
#
# .. math:: \frac{\partial L}{\partial u} = \sum_t \delta_t\, h_{t-1}, \qquad
#           \frac{\partial L}{\partial w} = \sum_t \delta_t\, x_t
#
# As a table, to be filled in from the right, since that is where back-propagation
# starts:
#
# ==============================  =====  =====  =====  ==========
# step :math:`t`                  1      2      3      sum
# ==============================  =====  =====  =====  ==========
# input :math:`x_t`               1      2      1
# state before :math:`h_{t-1}`    0      1      4
# :math:`\delta_t`                4      2      1
# :math:`\delta_t h_{t-1}`        0      2      4      **6**
# :math:`\delta_t x_t`            4      4      1      **9**
# ==============================  =====  =====  =====  ==========

of_u = [delta[t] * h[t - 1] for t in (1, 2, 3)]
of_w = [delta[t] * x[t - 1] for t in (1, 2, 3)]  # Python counts from 0: x[0] is x_1

assert of_u == [0, 2, 4]
assert of_w == [4, 4, 1]
assert [sum(of_u), sum(of_w)] == [6, 9]
print("dL/du = 6:", of_u, " dL/dw = 9:", of_w)

# %%
# A check that needs no theory
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Change the weight a little, up and down, and see how the loss changes. This works for
# any network and any weight:
#
# .. math:: \frac{\partial L}{\partial u} \approx
#           \frac{L(u + \varepsilon) - L(u - \varepsilon)}{2 \varepsilon}


def loss(w, u):
    h = 0
    for x_t in x:
        h = w * x_t + u * h
    return 0.5 * (h - target) ** 2


e = 1e-4
by_u = (loss(w, u + e) - loss(w, u - e)) / (2 * e)
by_w = (loss(w + e, u) - loss(w - e, u)) / (2 * e)

np.testing.assert_allclose([by_u, by_w], [6, 9], atol=1e-6)
print("by small changes:", round(by_u, 6), round(by_w, 6))

# %%
# The same as a picture. The numbers of the forward pass go from left to right; beside
# each stands ∂L, the derivative of the loss with respect to it, which was computed from
# right to left. Between the boxes these are :math:`\delta_1, \delta_2, \delta_3` = 4,
# 2, 1. (Pictures count steps from 0, as Python does.)


def of_last(outputs):
    return 0.5 * keras.ops.sum((outputs[:, -1] - target) ** 2)


unit = SimpleRNN(1, activation="linear", use_bias=False, return_sequences=True)
unit.build((None, None, 1))
unit.set_weights([np.array([[1.0]]), np.array([[2.0]])])
seen = trace(unit, np.array(x, "float32").reshape(1, 3, 1), loss=of_last).layers[0]
figure = pictures.unrolled(seen)

assert seen.gradients.states["h"].ravel().tolist() == delta[1:]
print("traced:", seen.gradients.states["h"].ravel())

# %%
# A loss at every step
# ~~~~~~~~~~~~~~~~~~~~
# Now every state has a target: 0, 3, 8. The loss is the sum of three parts,
# :math:`L = L_1 + L_2 + L_3`, and the errors :math:`h_t - \text{target}_t` are
# :math:`1 - 0 = 1`, :math:`4 - 3 = 1`, :math:`9 - 8 = 1`.
#
# A state in the middle now changes the loss in two ways: at once, through :math:`L_t`,
# and later, through :math:`h_{t+1}`. By the sum rule both are added:
#
# .. math:: \delta_t = \frac{\partial L_t}{\partial h_t} + u\, \delta_{t+1},
#           \qquad \delta_4 = 0
#
# From the right: :math:`\delta_3 = 1`, :math:`\delta_2 = 1 + 2 \cdot 1 = 3`,
# :math:`\delta_1 = 1 + 2 \cdot 3 = 7`. The sums over the steps are as before:
# :math:`\frac{\partial L}{\partial u} = 7 \cdot 0 + 3 \cdot 1 + 1 \cdot 4 = 7` and
# :math:`\frac{\partial L}{\partial w} = 7 \cdot 1 + 3 \cdot 2 + 1 \cdot 1 = 14`.

errors = [None, h[1] - 0, h[2] - 3, h[3] - 8]
delta = [None, 0, 0, 0, 0]
for t in (3, 2, 1):
    delta[t] = errors[t] + u * delta[t + 1]
of_u = sum(delta[t] * h[t - 1] for t in (1, 2, 3))
of_w = sum(delta[t] * x[t - 1] for t in (1, 2, 3))

assert delta[1:4] == [7, 3, 1]
assert [of_u, of_w] == [7, 14]
print("delta:", delta[1:4], " dL/du:", of_u, " dL/dw:", of_w)

# %%
# With an activation
# ~~~~~~~~~~~~~~~~~~
# Put a function between: :math:`a_t = w x_t + u h_{t-1}` and :math:`h_t = f(a_t)`. The
# chain from the loss to the weights now goes through :math:`a_t`, and gets one more
# factor, the slope :math:`f'(a_t)`. From here on :math:`\delta_t` stands for
# :math:`\frac{\partial L}{\partial a_t}`, the derivative **before** the activation,
# because that is where the weights act. The state :math:`h_t` acts on
# :math:`a_{t+1}`, with the factor :math:`u`, so :math:`u\, \delta_{t+1}` is still what
# comes back from the next step:
#
# .. math:: \delta_t = \left( \frac{\partial L_t}{\partial h_t} + u\, \delta_{t+1}
#           \right) f'(a_t)
#
# Without an activation the slope is 1, and this is the rule that we had. The sums for
# the weights stay as they were, :math:`\delta_t h_{t-1}` and :math:`\delta_t x_t`,
# because the weights make :math:`a_t` as they made :math:`h_t` before.
#
# For the pencil we take softsign, :math:`f(a) = \frac{a}{1 + |a|}`, which looks like
# tanh and makes fractions of integers. Its slope is
# :math:`f'(a) = \frac{1}{(1 + |a|)^2}`. The inputs are 1, 2, :math:`-\frac12`, the
# weights as before, and the loss is :math:`L = \frac12 (h_3 + \frac12)^2`:
#
# - :math:`a_1 = 1`, so :math:`h_1 = \frac12` with the slope :math:`\frac14`;
# - :math:`a_2 = 2 + 2 \cdot \frac12 = 3`, so :math:`h_2 = \frac34` with the slope
#   :math:`\frac1{16}`;
# - :math:`a_3 = -\frac12 + 2 \cdot \frac34 = 1`, so :math:`h_3 = \frac12` with the
#   slope :math:`\frac14`.
#
# Backward: only the last step has a loss, with the error
# :math:`\frac12 + \frac12 = 1`.
#
# - :math:`\delta_3 = 1 \cdot \frac14 = \frac14`;
# - :math:`\delta_2 = 2 \cdot \frac14 \cdot \frac1{16} = \frac1{32}`;
# - :math:`\delta_1 = 2 \cdot \frac1{32} \cdot \frac14 = \frac1{64}`.
#
# The sums over the steps:
#
# - :math:`\frac{\partial L}{\partial u} = \frac1{64} \cdot 0 + \frac1{32} \cdot \frac12
#   + \frac14 \cdot \frac34 = \frac1{64} + \frac{12}{64} = \frac{13}{64}`;
# - :math:`\frac{\partial L}{\partial w} = \frac1{64} \cdot 1 + \frac1{32} \cdot 2
#   - \frac14 \cdot \frac12 = \frac1{64} + \frac4{64} - \frac8{64} = -\frac3{64}`.

x, w, u = [Fraction(1), Fraction(2), Fraction(-1, 2)], 1, 2
a, h, delta = [None], [Fraction(0)], [None, 0, 0, 0, 0]
for x_t in x:
    a.append(w * x_t + u * h[-1])
    h.append(a[-1] / (1 + abs(a[-1])))
for t in (3, 2, 1):
    error = h[3] + Fraction(1, 2) if t == 3 else 0
    delta[t] = (error + u * delta[t + 1]) / (1 + abs(a[t])) ** 2
of_u = sum(delta[t] * h[t - 1] for t in (1, 2, 3))
of_w = sum(delta[t] * x[t - 1] for t in (1, 2, 3))

assert delta[1:4] == [Fraction(1, 64), Fraction(1, 32), Fraction(1, 4)]
assert [of_u, of_w] == [Fraction(13, 64), Fraction(-3, 64)]
print("delta:", *delta[1:4], " dL/du:", of_u, " dL/dw:", of_w)

# %%
# Keras finds the same
# ~~~~~~~~~~~~~~~~~~~~
# TensorFlow's gradient tape does what we did, for any program. The layer has the
# activation softsign and the same two weights.
#
# .. math:: \frac{\partial L}{\partial w} = -\frac{3}{64} = -0.046875, \qquad
#           \frac{\partial L}{\partial u} = \frac{13}{64} = 0.203125

layer = SimpleRNN(1, activation="softsign", use_bias=False)
layer.build((None, None, 1))
layer.set_weights([np.array([[1.0]]), np.array([[2.0]])])
with tf.GradientTape() as tape:
    last = layer(np.array([1, 2, -0.5], "float32").reshape(1, 3, 1))
    L = 0.5 * tf.reduce_sum((last + 0.5) ** 2)
found = [float(g[0, 0]) for g in tape.gradient(L, layer.trainable_variables)]

np.testing.assert_allclose(found, [float(of_w), float(of_u)], atol=1e-7)
print("gradient tape: dL/dw, dL/du =", found)

# %%
# Part B: the network of lesson 2
# -------------------------------
# Two features, two units, one output, three steps, with the weights
#
# - :math:`W = \begin{pmatrix} 1 & -1 \\ 0 & 2 \end{pmatrix}`,
#   :math:`U = \begin{pmatrix} 1 & 1 \\ -2 & 0 \end{pmatrix}`,
#   :math:`b = (1, 0)`;
# - :math:`V = \begin{pmatrix} 1 \\ -1 \end{pmatrix}`, :math:`c = 1`.
#
# Forward, as in lesson 2:
#
# .. math:: a_t = x_t W + h_{t-1} U + b, \qquad h_t = \operatorname{relu}(a_t), \qquad
#           y_t = h_t V + c, \qquad L = \sum_t \tfrac12 (y_t - \text{target}_t)^2
#
# ==================  ==================  ==================  ==================
# step                1                   2                   3
# ==================  ==================  ==================  ==================
# :math:`x_t`         (1, 0)              (0, 1)              (1, 1)
# :math:`h_{t-1}`     (0, 0)              (2, 0)              (3, 4)
# :math:`a_t`         (2, −1)             (3, 4)              (−3, 4)
# :math:`h_t`         (2, 0)              (3, 4)              (0, 4)
# slope of relu       (1, 0)              (1, 1)              (0, 1)
# :math:`y_t`         3                   0                   −3
# target              3                   −1                  −5
# error :math:`e_t`   0                   1                   2
# ==================  ==================  ==================  ==================
#
# The slope of relu is 1 where a unit is on, :math:`a > 0`, and 0 where it is off.

X, targets = np.array([[1, 0], [0, 1], [1, 1]]), np.array([[3], [-1], [-5]])
W, U, b = np.array([[1, -1], [0, 2]]), np.array([[1, 1], [-2, 0]]), np.array([1, 0])
V, c = np.array([[1], [-1]]), np.array([1])
A, H = [], [np.zeros(2, int)]  # H[t] is the state after step t
for x_t in X:
    A.append(x_t @ W + H[-1] @ U + b)
    H.append(np.maximum(A[-1], 0))
A, H = np.array(A), np.array(H)
E = H[1:] @ V + c - targets

assert A.tolist() == [[2, -1], [3, 4], [-3, 4]]
assert E.ravel().tolist() == [0, 1, 2]
print("slopes:", (A > 0).astype(int).tolist(), " errors:", E.ravel())

# %%
# The shapes tell the products
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# With matrices, one question comes up again and again: which product, in which order,
# and what is transposed? The shapes answer it. Two facts are enough.
#
# 1. **A gradient has the shape of what it is the gradient of.** The gradient of
#    :math:`U` is ``(N, N)``, that of :math:`h_t` is ``(N,)``.
# 2. **Forward times** :math:`K` **means backward times** :math:`K^\top`, the transpose:
#    rows and columns exchanged. If :math:`z = h K`, number :math:`h_i` goes to all
#    :math:`z_j`, with the factors in row :math:`i` of :math:`K`; so its derivative
#    collects from all :math:`z_j` with these same factors. And :math:`K_{ij}` takes
#    :math:`h_i` to :math:`z_j`, so its derivative is :math:`h_i` times the derivative
#    of :math:`z_j`: a column times a row, which gives a whole matrix, the **outer
#    product**.
#
# ================================  =====================================  ==========
# derivative with respect to        formula                                shape
# ================================  =====================================  ==========
# the output                        :math:`e_t = y_t - \text{target}_t`    ``(M,)``
# the state, through the output     :math:`e_t V^\top`                     ``(N,)``
# the state, through the next step  :math:`\delta_{t+1} U^\top`            ``(N,)``
# the pre-activation                :math:`\delta_t`, below                ``(N,)``
# :math:`V`                         :math:`\sum_t h_t^\top e_t`            ``(N, M)``
# :math:`c`                         :math:`\sum_t e_t`                     ``(M,)``
# :math:`W`                         :math:`\sum_t x_t^\top \delta_t`       ``(D, N)``
# :math:`U`                         :math:`\sum_t h_{t-1}^\top \delta_t`   ``(N, N)``
# :math:`b`                         :math:`\sum_t \delta_t`                ``(N,)``
# ================================  =====================================  ==========
#
# Try the second fact in numbers. For :math:`z = h K` with :math:`h = (3, 4)`,
# :math:`K = U` and the derivative :math:`(0, -2)` of :math:`z`:
#
# .. math::
#    \frac{\partial L}{\partial h} = (0, -2)
#    \begin{pmatrix} 1 & -2 \\ 1 & 0 \end{pmatrix} = (-2, 0), \qquad
#    \frac{\partial L}{\partial K} = \begin{pmatrix} 3 \\ 4 \end{pmatrix} (0, -2)
#    = \begin{pmatrix} 0 & -6 \\ 0 & -8 \end{pmatrix}

of_z = np.array([0, -2])
of_h = of_z @ U.T
of_K = np.outer([3, 4], of_z)  # a column times a row

assert of_h.tolist() == [-2, 0]
assert of_K.tolist() == [[0, -6], [0, -8]]
print("gradient of h:", of_h, " gradient of K:", of_K.tolist())

# %%
# Backward through the steps
# ~~~~~~~~~~~~~~~~~~~~~~~~~~
# The rule of Part A, with rows and matrices. The sign :math:`\odot` multiplies number
# by number:
#
# .. math:: \delta_t = \left( e_t V^\top + \delta_{t+1} U^\top \right) \odot f'(a_t),
#           \qquad \delta_4 = (0, 0)
#
# :math:`V^\top = (1, -1)`, so :math:`e_t V^\top` is :math:`(e_t, -e_t)`. To multiply by
# :math:`U^\top = \begin{pmatrix} 1 & -2 \\ 1 & 0 \end{pmatrix}`: the first number of
# the result is the sum of both numbers of :math:`\delta`, the second is −2 times the
# first number of :math:`\delta`. In short, :math:`(p, q)\, U^\top = (p + q, -2p)`.
#
# - **Step 3.** :math:`e_3 V^\top = (2, -2)`. Nothing comes from later steps. The slope
#   is :math:`(0, 1)`: the first unit is off and passes nothing back.
#   :math:`\delta_3 = (0, -2)`.
# - **Step 2.** :math:`e_2 V^\top = (1, -1)`.
#   :math:`\delta_3 U^\top = (0 - 2, -2 \cdot 0) = (-2, 0)`. The sum is
#   :math:`(-1, -1)`, the slope :math:`(1, 1)`. :math:`\delta_2 = (-1, -1)`.
# - **Step 1.** :math:`e_1 V^\top = (0, 0)`.
#   :math:`\delta_2 U^\top = (-1 - 1, -2 \cdot (-1)) = (-2, 2)`. The slope is
#   :math:`(1, 0)`. :math:`\delta_1 = (-2, 0)`.

delta = np.zeros((5, 2), int)  # delta[t] belongs to step t; delta[4] stays zero
for t in (3, 2, 1):
    slope = (A[t - 1] > 0).astype(int)  # A[0] belongs to step 1
    delta[t] = (E[t - 1] @ V.T + delta[t + 1] @ U.T) * slope

assert delta[1:4].tolist() == [[-2, 0], [-1, -1], [0, -2]]
print("delta_1 to delta_3:", delta[1:4].tolist())

# %%
# The gradients of the weights
# ~~~~~~~~~~~~~~~~~~~~~~~~~~~~
# Each is a sum over the steps of "what came in, as a column, times what came back, as a
# row". With pencil, one matrix for each step. The matrix
# :math:`\begin{pmatrix} p \\ q \end{pmatrix} (r, s)` is
# :math:`\begin{pmatrix} pr & ps \\ qr & qs \end{pmatrix}`.
#
# .. math::
#    \frac{\partial L}{\partial U} &=
#    \underbrace{\begin{pmatrix} 0 \\ 0 \end{pmatrix} (-2, 0)}_{t = 1} +
#    \underbrace{\begin{pmatrix} 2 \\ 0 \end{pmatrix} (-1, -1)}_{t = 2} +
#    \underbrace{\begin{pmatrix} 3 \\ 4 \end{pmatrix} (0, -2)}_{t = 3}
#    = \begin{pmatrix} -2 & -2 \\ 0 & 0 \end{pmatrix}
#    + \begin{pmatrix} 0 & -6 \\ 0 & -8 \end{pmatrix}
#    = \begin{pmatrix} -2 & -8 \\ 0 & -8 \end{pmatrix} \\
#    \frac{\partial L}{\partial W} &=
#    \begin{pmatrix} 1 \\ 0 \end{pmatrix} (-2, 0) +
#    \begin{pmatrix} 0 \\ 1 \end{pmatrix} (-1, -1) +
#    \begin{pmatrix} 1 \\ 1 \end{pmatrix} (0, -2)
#    = \begin{pmatrix} -2 & -2 \\ -1 & -3 \end{pmatrix} \\
#    \frac{\partial L}{\partial b} &= (-2, 0) + (-1, -1) + (0, -2) = (-3, -3) \\
#    \frac{\partial L}{\partial V} &=
#    \begin{pmatrix} 2 \\ 0 \end{pmatrix} 0 +
#    \begin{pmatrix} 3 \\ 4 \end{pmatrix} 1 +
#    \begin{pmatrix} 0 \\ 4 \end{pmatrix} 2 = \begin{pmatrix} 3 \\ 12 \end{pmatrix},
#    \qquad \frac{\partial L}{\partial c} = 0 + 1 + 2 = 3

dU = sum(np.outer(H[t - 1], delta[t]) for t in (1, 2, 3))
dW = sum(np.outer(X[t - 1], delta[t]) for t in (1, 2, 3))
db = sum(delta[t] for t in (1, 2, 3))
dV = sum(np.outer(H[t], E[t - 1]) for t in (1, 2, 3))
dc = sum(E[t - 1] for t in (1, 2, 3))

assert dU.tolist() == [[-2, -8], [0, -8]]
assert dW.tolist() == [[-2, -2], [-1, -3]]
assert [db.tolist(), dV.tolist(), dc.tolist()] == [[-3, -3], [[3], [12]], [3]]
print("dU", dU.tolist(), " dW", dW.tolist(), " db", db, " dV", dV.ravel(), " dc", dc)

# %%
# Keras finds the same
# ~~~~~~~~~~~~~~~~~~~~
# The tape gives the gradients in the order of the weights, :math:`W, U, b, V, c`. To
# see by how much one step of gradient descent lowers the loss, take the learning rate
# :math:`\eta = 0.001`:
#
# .. math:: \theta \leftarrow \theta - \eta\, \frac{\partial L}{\partial \theta}
#           \qquad\text{for each weight } \theta

model = keras.Sequential(
    [SimpleRNN(2, activation="relu", return_sequences=True), keras.layers.Dense(1)]
)
model.build((None, None, 2))
model.set_weights([W, U, b, V, c])
with tf.GradientTape() as tape:
    L = 0.5 * tf.reduce_sum((model(X[None].astype("float32")) - targets) ** 2)
found = tape.gradient(L, model.trainable_variables)
keras.optimizers.SGD(0.001).apply(found, model.trainable_variables)
lower = 0.5 * np.sum((model(X[None].astype("float32")) - targets) ** 2)

for gradient, by_hand in zip(found, [dW, dU, db, dV, dc], strict=True):
    np.testing.assert_array_equal(gradient, by_hand)
assert lower < float(L)
print("all five gradients agree; the loss falls from", float(L), "to", round(lower, 3))

# %%
# The tape keeps the steps in between to itself. `seqkit.inspect.trace` shows them: with
# a loss, it has the derivative of everything in every step. The derivative of the
# product :math:`h_{t-1} U` is :math:`\delta_t`, since :math:`a_t` is that product plus
# other things. And the derivative of the state :math:`h_t` is what :math:`\delta_t` was
# before the slope.


def half_squares(Y):
    return 0.5 * tf.reduce_sum((Y - targets) ** 2)


model.set_weights([W, U, b, V, c])
seen = trace(model, X[None].astype("float32"), loss=half_squares).layers[0].gradients

np.testing.assert_array_equal(seen.products["recurrent_kernel"][0], delta[1:4])
np.testing.assert_array_equal(seen.states["h"][0] * (A > 0), delta[1:4])
print("traced delta:", seen.products["recurrent_kernel"][0].tolist())
print("derivatives of the states:", seen.states["h"][0].tolist())

# %%
# All sums as products
# ~~~~~~~~~~~~~~~~~~~~
# The sums over the steps need no loop. Put the states before each step one below the
# other, and the :math:`\delta_t` likewise; then one product multiplies and adds up:
#
# .. math:: \frac{\partial L}{\partial U} = H_{\text{before}}^\top\, \Delta, \qquad
#           \frac{\partial L}{\partial W} = X^\top \Delta
#
# ``(N, T)`` times ``(T, N)`` gives ``(N, N)``: the time is the inner size, and goes.
# With a batch, the inner size is batch times time. seqkit does it so: the loop backward
# computes the :math:`\delta_t` alone, and each kernel's gradient is one large product.

before, Delta = H[:3], delta[1:4]

assert np.array_equal(before.T @ Delta, dU)
assert np.array_equal(X.T @ Delta, dW)
print("H.T @ Delta =", (before.T @ Delta).tolist())

# %%
# Part C: the whole algorithm, with tanh and a batch
# --------------------------------------------------
# Nothing new comes: :math:`f` is tanh, whose slope can be told from the state,
# :math:`f'(a_t) = 1 - h_t^2`, so that :math:`a_t` need not be kept. Rows of a batch go
# their way independently, and their gradients are added.
#
# .. math:: \delta_t = \left( \frac{\partial L_t}{\partial h_t} + \delta_{t+1} U^\top
#           \right) \odot (1 - h_t \odot h_t)
#
# The function below is all of back-propagation through time. ``direct`` is
# :math:`\frac{\partial L_t}{\partial h_t}` of all steps, ``(batch, T, N)``.


def backward(X, H, U, direct):
    before = np.concatenate([np.zeros_like(H[:, :1]), H[:, :-1]], axis=1)
    delta, back = np.zeros_like(H), 0
    for t in reversed(range(H.shape[1])):
        delta[:, t] = (direct[:, t] + back) * (1 - H[:, t] ** 2)
        back = delta[:, t] @ U.T
    products = [np.einsum("bti,btj->ij", left, delta) for left in (X, before)]
    return [*products, delta.sum(axis=(0, 1))]


# %%
# The tape on a layer of 5 units with 3 features, over 6 steps, for 4 rows:

rng = np.random.default_rng(3)
X, aim = rng.normal(size=(4, 6, 3)), rng.normal(size=(4, 6, 5))
layer = SimpleRNN(5, return_sequences=True, dtype="float64")
with tf.GradientTape() as tape:
    H = layer(X)
    L = 0.5 * tf.reduce_sum((H - aim) ** 2)
found = tape.gradient(L, layer.trainable_variables)
H, U = H.numpy(), layer.get_weights()[1]
by_hand = backward(X, H, U, direct=H - aim)
largest = max(np.abs(f - b).max() for f, b in zip(found, by_hand, strict=True))

assert largest < 1e-12
print("largest difference over all gradients:", largest)

# %%
# Softmax and cross-entropy
# -------------------------
# With classes, only the first line of the way back changes, and it becomes as simple as
# with squares. For :math:`p = \operatorname{softmax}(y)` and
# :math:`L = -\log p_{\text{right}}`,
#
# .. math:: \frac{\partial L}{\partial y_k} = p_k - [k \text{ is right}]
#
# the probability, less 1 for the right class. For the probabilities 1/8, 2/8, 5/8 of
# lesson 2 and the second class this is :math:`(\frac18, -\frac68, \frac58)`. Why:
# :math:`L = \log \sum_j e^{y_j} - y_{\text{right}}`, and the derivative of
# :math:`\log \sum_j e^{y_j}` with respect to :math:`y_k` is
# :math:`e^{y_k} / \sum_j e^{y_j} = p_k`.

y, right = tf.constant(np.log([[1.0, 2.0, 5.0]])), np.array([1])
with tf.GradientTape() as tape:
    tape.watch(y)
    L = keras.losses.sparse_categorical_crossentropy(right, y, from_logits=True)
error = np.ravel(tape.gradient(L, y))

np.testing.assert_allclose(error, [1 / 8, 2 / 8 - 1, 5 / 8], atol=1e-12)
print("error of the output:", error)

# %%
# Try it
# ------
# One unit without activation, :math:`h_t = w x_t + u h_{t-1}` with :math:`w = 2` and
# :math:`u = -1`, reads 1, 1, 2. The loss is :math:`\frac12 (h_3 - 1)^2`. Compute the
# three states, the three :math:`\delta_t`, and both gradients. Then read on.
#
# States: :math:`h_1 = 2`, :math:`h_2 = 2 - 2 = 0`, :math:`h_3 = 4 - 0 = 4`. The error
# is 3, so :math:`\delta_3 = 3`, :math:`\delta_2 = -3`, :math:`\delta_1 = 3`.
# :math:`\frac{\partial L}{\partial u} = 3 \cdot 0 - 3 \cdot 2 + 3 \cdot 0 = -6` and
# :math:`\frac{\partial L}{\partial w} = 3 \cdot 1 - 3 \cdot 1 + 3 \cdot 2 = 6`.

layer = SimpleRNN(1, activation="linear", use_bias=False)
layer.build((None, None, 1))
layer.set_weights([np.array([[2.0]]), np.array([[-1.0]])])
with tf.GradientTape() as tape:
    L = 0.5 * tf.reduce_sum((layer(np.float32([[[1], [1], [2]]])) - 1) ** 2)
of_w, of_u = (float(g[0, 0]) for g in tape.gradient(L, layer.trainable_variables))

assert [of_u, of_w] == [-6, 6]
print("dL/du =", of_u, " dL/dw =", of_w)

# %%
# And the network of Part B with other targets: 3, 0, −4. Compute the errors, the three
# :math:`\delta_t` and the gradient of :math:`U`. Then read on.
#
# The errors are 0, 0, 1. Step 3: :math:`(1, -1) \odot (0, 1) = (0, -1)`. Step 2:
# nothing from the output, :math:`(0 - 1, -2 \cdot 0) = (-1, 0)` from step 3, slope
# :math:`(1, 1)`: :math:`(-1, 0)`. Step 1: :math:`(-1 + 0, -2 \cdot (-1)) = (-1, 2)`,
# slope :math:`(1, 0)`: :math:`(-1, 0)`. The gradient of :math:`U` is
# :math:`\begin{pmatrix} 2 \\ 0 \end{pmatrix} (-1, 0) +
# \begin{pmatrix} 3 \\ 4 \end{pmatrix} (0, -1) =
# \begin{pmatrix} -2 & -3 \\ 0 & -4 \end{pmatrix}`.

targets = np.array([[3], [0], [-4]])  # half_squares compares with these
X_again = np.float32([[[1, 0], [0, 1], [1, 1]]])
seen = trace(model, X_again, loss=half_squares).layers[0].gradients
of_products = seen.products["recurrent_kernel"][0]
dU = sum(np.outer([[0, 0], [2, 0], [3, 4]][t], of_products[t]) for t in range(3))

assert of_products.tolist() == [[-1, 0], [-1, 0], [0, -1]]
assert dU.tolist() == [[-2, -3], [0, -4]]
print("delta:", of_products.tolist(), " dU:", dU.tolist())

# %%
# What to keep
# ------------
# - Forward from the first step to the last, and keep the states. Backward from the last
#   to the first, with one row :math:`\delta_t` for each step.
# - :math:`\delta_t` is what comes from the loss of this step plus what comes from the
#   next step through :math:`U^\top`, all times the slope of the activation.
# - The gradient of a weight is the sum over the steps of what came in times what came
#   back, because the steps share the weight.
# - Every step back multiplies by :math:`U^\top` and by a slope. What many such factors
#   do is the subject of lesson 5.
#
# The algorithm is described by P. J. Werbos, "Backpropagation through time: what it
# does and how to do it", Proceedings of the IEEE 78, 1990, and for networks unrolled in
# time by D. E. Rumelhart, G. E. Hinton, R. J. Williams, "Learning internal
# representations by error propagation", in Parallel Distributed Processing, 1986.

r"""
4. The initial state
====================

The first step of a recurrent network needs a state before it. Mostly it is zero, and
nobody thinks about it. This lesson shows what it does, how its gradient is one more
step of lesson 3, and what is gained by learning it, drawing it at random, or carrying
it over.

**After this lesson** you can

- say how much of the initial state is left after some steps;
- compute the gradient with respect to it, and learn it;
- say what random initial states do to training, and prove it for one unit;
- choose between zero, learned, random and carried states.

**You need** lessons 1 to 3.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from seqkit.layers import LearnedInitialState, SimpleRNN

# %%
# What is left of it
# ------------------
# Take the unit of lesson 1, :math:`h_t = w x_t + u h_{t-1}`, but let :math:`h_0` be any
# number. It is multiplied by :math:`u` at every step, like every older input:
#
# .. math:: h_T = u^T h_0 + \sum_{t=1}^{T} u^{T-t}\, w\, x_t
#
# With :math:`w = 1`, :math:`u = 2` and the inputs 1, 2, 1 the sum was 9. From
# :math:`h_0 = 1` the state is :math:`2^3 \cdot 1 + 9 = 17`. A layer takes the state as
# ``initial_state``, with one row for each sequence.

x = np.array([1.0, 2.0, 1.0], "float32").reshape(1, 3, 1)
layer = SimpleRNN(1, activation="linear", use_bias=False)
layer.build((None, None, 1))
layer.set_weights([np.array([[1.0]]), np.array([[2.0]])])
from_zero = float(layer(x)[0, 0])
from_one = float(layer(x, initial_state=[np.ones((1, 1), "float32")])[0, 0])

assert from_zero == 9
assert from_one == 2**3 * 1 + 9
print("from 0:", from_zero, " from 1:", from_one)

# %%
# With :math:`|u| < 1` the initial state fades; with :math:`|u| > 1` it grows, as here.
# A network whose weights make states smaller forgets it. The picture starts one network
# of 20 tanh units from ten random states, and shows one of its units: whatever the
# start, after some steps only the inputs count. Then the initial state matters for the
# first steps alone.

keras.utils.set_random_seed(4)
rng = np.random.default_rng(4)
many = SimpleRNN(20, return_sequences=True)
many.build((None, None, 1))
W, U, b = many.get_weights()
many.set_weights([W, 0.8 * U, b])  # U was orthogonal: lengths shrink by 0.8 or more
signal = np.repeat(np.sin(np.arange(30) / 2)[None, :, None], 10, axis=0)
starts = rng.normal(size=(10, 20))
H = np.asarray(many(signal.astype("float32"), initial_state=[starts.astype("float32")]))
spread = H.std(axis=0).max(axis=-1)  # over the ten starts, the largest of all units

figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
axes.plot(np.arange(1, 31), H[:, :, 0].T, color="tab:blue", alpha=0.5)
axes.set(xlabel="step", ylabel="state of one unit", title="Ten starts, one input")
assert spread[-1] < 0.01 * spread[0]
print("spread after 1, 10, 20, 30 steps:", spread[[0, 9, 19, 29]].round(5))

# %%
# Its gradient: one step further back
# -----------------------------------
# In lesson 3 the way back ended at step 1. It can take one step more. In
# :math:`h_1 = w x_1 + u h_0` the initial state is multiplied by :math:`u`, so, for the
# unit without activation,
#
# .. math:: \frac{\partial L}{\partial h_0} = u\, \delta_1
#
# There, with :math:`L = \frac12 (h_3 - 8)^2`, we had :math:`\delta_1 = 4`. So the
# gradient of the initial state is :math:`2 \cdot 4 = 8`.

h_0 = tf.zeros((1, 1))
with tf.GradientTape() as tape:
    tape.watch(h_0)
    L = 0.5 * tf.reduce_sum((layer(x, initial_state=[h_0]) - 8) ** 2)
found = float(tape.gradient(L, h_0)[0, 0])

assert found == 2 * 4
print("gradient of h_0:", found)

# %%
# For many units it is a row times a transposed matrix, as in lesson 3:
#
# .. math:: \frac{\partial L}{\partial h_0} = \delta_1 U^\top
#
# In part B of lesson 3, :math:`\delta_1 = (-2, 0)`, and :math:`U^\top` took
# :math:`(p, q)` to :math:`(p + q, -2p)`. So the gradient is :math:`(-2, 4)`.

X, targets = [[1, 0], [0, 1], [1, 1]], [[3], [-1], [-5]]
U = np.array([[1, 1], [-2, 0]])
two = SimpleRNN(2, activation="relu", return_sequences=True)
two.build((None, None, 2))
two.set_weights([np.array([[1, -1], [0, 2]]), U, np.array([1, 0])])
h_0 = tf.Variable(tf.zeros((1, 2)))
with tf.GradientTape() as tape:
    Y = two(np.float32([X]), initial_state=[h_0]) @ [[1.0], [-1.0]] + 1
    L = 0.5 * tf.reduce_sum((Y - targets) ** 2)

found = tape.gradient(L, h_0)

assert (np.array([-2, 0]) @ U.T).tolist() == found[0].numpy().tolist() == [-2, 4]
print("gradient of h_0:", found[0].numpy())

# %%
# Learning it
# -----------
# A number with a gradient can be learned. The initial state becomes a weight
# :math:`\theta`, with one number for each unit, and is the same for all sequences. So
# its gradient is a sum over the rows of the batch, as that of every weight:
#
# .. math:: h_0 = \theta, \qquad
#           \frac{\partial L}{\partial \theta} = \sum_{\text{rows}} \delta_1 U^\top
#
# ``LearnedInitialState`` puts this around any layer; :math:`\theta` starts at zero.
# With three copies of our sequence in the batch, its gradient is three times 8.

learned = LearnedInitialState(SimpleRNN(1, activation="linear", use_bias=False))
learned.build((None, None, 1))
learned.set_weights([np.zeros(1), np.array([[1.0]]), np.array([[2.0]])])
with tf.GradientTape() as tape:
    L = 0.5 * tf.reduce_sum((learned(np.repeat(x, 3, axis=0)) - 8) ** 2)
of_theta = tape.gradient(L, learned.trainable_variables)[0]

assert learned.weights[0].name == "first_state_0"
assert of_theta.numpy().tolist() == [3 * 8]
print("gradient of the learned state:", float(of_theta[0]))

# %%
# Where nothing is learned from zero
# ----------------------------------
# Suppose the targets are :math:`y_t = 0.8^t`, a decay, and the inputs are all zero. The
# unit :math:`h_t = w x_t + u h_{t-1}` could do it: :math:`h_0 = 1` and
# :math:`u = 0.8`. But from :math:`h_0 = 0` every state is zero, whatever :math:`u` is;
# and so is the gradient of :math:`u`, whose terms are :math:`\delta_t h_{t-1}`:
#
# .. math:: h_0 = 0,\; x_t = 0 \;\Rightarrow\; h_t = 0, \quad
#           \frac{\partial L}{\partial u} = \sum_t \delta_t h_{t-1} = 0
#
# The network cannot even begin to learn. With a learned initial state it finds both
# numbers. (From :math:`\theta = 0` the first gradient of :math:`u` is zero too, but
# that of :math:`\theta` is not, and after one step neither is.)

silence = np.zeros((400, 8, 1), "float32")
decay = np.ones((400, 1, 1)) * 0.8 ** np.arange(1, 9)[:, None]
found = {}
for name in ("zeros", "learned"):
    half = keras.initializers.Constant(0.5)
    unit = SimpleRNN(1, "linear", False, "ones", half, return_sequences=True)
    model = keras.Sequential([LearnedInitialState(unit, kind=name)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    model.fit(silence, decay, batch_size=1, verbose=0)
    found[name] = [float(np.ravel(weight)[0]) for weight in model.get_weights()]

assert found["zeros"][-1] == 0.5
np.testing.assert_allclose(found["learned"][::2], [1, 0.8], atol=0.01)
print("u from zeros:", found["zeros"][-1])
print("h_0 and u, learned:", np.round(found["learned"][::2], 3))

# %%
# Random initial states
# ---------------------
# In training the initial state can be drawn anew for every sequence,
# :math:`h_0 \sim N(0, \sigma^2)`. What does that do? Take one unit without activation.
# Let :math:`m` be the state that it reaches from zero after :math:`T` steps; from
# :math:`h_0` it reaches :math:`m + u^T h_0`. The mean of the loss over all :math:`h_0`
# is, because :math:`h_0` has the mean 0 and the variance :math:`\sigma^2`:
#
# .. math:: \mathbb{E}\, \tfrac12 (m + u^T h_0 - y)^2
#           = \tfrac12 (m - y)^2 + \tfrac12\, u^{2T} \sigma^2
#
# The loss of the zero state, plus a penalty on :math:`u^{2T}`: the unit is taught to
# forget its start. That makes a network robust where it is started in the middle of a
# series. With :math:`u = \frac12`, two steps, inputs 1, 1, the target 1 and
# :math:`\sigma = 1`: :math:`m = 1.5`, and the mean is
# :math:`\frac12 \cdot \frac14 + \frac12 \cdot \frac1{16} = 0.15625`.

unit = SimpleRNN(1, activation="linear", use_bias=False)
noisy = LearnedInitialState(unit, kind="random", stddev=1.0, seed=4)
noisy.build((None, 2, 1))
noisy.set_weights([np.array([[1.0]]), np.array([[0.5]]), *noisy.get_weights()[2:]])
last = np.asarray(noisy(np.ones((200_000, 2, 1), "float32")))
measured = float(np.mean(0.5 * (last - 1.0) ** 2))

np.testing.assert_allclose(measured, 0.5 * (1 / 4 + 0.5**4), atol=0.002)
print("mean loss over random starts:", round(measured, 4), " formula: 0.15625")

# %%
# States that are carried
# -----------------------
# A long series may be read in pieces. If the last state of a piece is the initial state
# of the next, the pieces give what the whole gives:
#
# .. math:: h_0^{\text{(next piece)}} = h_T^{\text{(this piece)}}
#
# Layers do so with ``stateful=True``, from batch to batch, or through ``return_state``
# and ``initial_state``, as here. Lesson 11 trains in this way.

whole = SimpleRNN(4, return_sequences=True, return_state=True)
series = rng.normal(size=(1, 10, 2)).astype("float32")
at_once, _ = whole(series)
first, state = whole(series[:, :6])
second, _ = whole(series[:, 6:], initial_state=[state])
difference = np.abs(np.concatenate([first, second], axis=1) - at_once).max()

assert difference < 1e-6
print("pieces against the whole:", float(difference))

# %%
# Which one
# ---------
# ==========  ===================================================================
# state       when
# ==========  ===================================================================
# zero        long sequences, or beginnings that say nothing: the default
# learned     sequences with a true beginning, whose first outputs count
# random      the network is started anywhere, and is to forget its start soon
# carried     pieces of one long series, a stream
# ==========  ===================================================================
#
# Try it
# ------
# A unit has :math:`u = \frac12`. After how many steps is less than one percent of the
# initial state left? Since :math:`\frac{1}{2^6} = \frac1{64}` and
# :math:`\frac{1}{2^7} = \frac{1}{128}`, after 7.

left = 0.5 ** np.arange(10)

assert np.argmax(left < 0.01) == 7
print("left after each step:", left.round(4))

# %%
# What to keep
# ------------
# - The initial state is one more older value: what is left of it after :math:`T` steps
#   is a product of :math:`T` factors.
# - Its gradient is the way back, taken one step further: :math:`\delta_1 U^\top`.
# - A learned state is a weight like others; random states penalize the memory of the
#   start.
#
# Learned initial states: M. C. Mozer, "Neural network music composition by prediction",
# Connection Science 6, 1994. Noise on the initial state, and why: H.-G. Zimmermann, C.
# Tietz, R. Grothmann, "Forecasting with recurrent neural networks: 12 tricks", in
# Neural Networks: Tricks of the Trade, 2012.

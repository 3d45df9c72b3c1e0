r"""
See inside
==========

`seqkit.inspect.trace` records everything that happens in a call: each gate, state,
product and, with a loss, each gradient, at each time step. The pictures of
`seqkit.inspect.pictures` are drawn of such traces. Every picture has its numbers as a
pandas table, under the same name with ``_table`` behind it. They need
``pip install 'seqkit[inspect]'``.
"""

# %%
# A network to look at
# --------------------
# It reads dots, among them now and then a plus or a minus, and says at each step which
# of these two came last. So it has to hold one bit, for as long as dots come.

import keras
import numpy as np

from seqkit import layers, tasks
from seqkit.inspect import fixed_points, pictures, trace

keras.utils.set_random_seed(1)
random = np.random.default_rng(1)
signs = random.choice([0, 1, -1], (1000, 60), p=[0.9, 0.05, 0.05])
signs[:, 0] = 1
places = np.maximum.accumulate(np.where(signs != 0, np.arange(60), 0), axis=1)
last = np.take_along_axis(signs, places, axis=1)
x, answer = signs[..., None].astype("float32"), (last[..., None] + 1) / 2

layer = layers.GRU(8, return_sequences=True)
model = keras.Sequential([layer, keras.layers.Dense(1, "sigmoid")])
model.build(x.shape)
before = pictures.recurrent_matrices(layer)
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(x[:800], answer[:800], epochs=6, verbose=0)
_, accuracy = model.evaluate(x[800:], answer[800:], verbose=0)
print(f"right at {accuracy:.1%} of the steps of new sequences")

# %%
# A trace
# -------
# All that happened, by the names that the equations of the layer have:

seen = trace(layer, x[800:])
print(seen)
text = "".join(".+-"[sign] for sign in signs[800])

# %%
# Unrolled in time
# ----------------
# The same cell at one step after the other, with the numbers that go along the edges;
# of more than four numbers, their norm.

figure = pictures.unrolled(seen, "partial", ends=2)

# %%
# Gates over time
# ---------------
# A step of the GRU is :math:`h_t = z_t \odot h_{t-1} + (1 - z_t) \odot n_t`. The state
# h changes where a sign comes, and stands still between. Most gates z are near zero
# here: units do not hold the bit by keeping what they have, but make it anew at each
# step, as the candidate n of the state before.

figure = pictures.gates(seen, text)
print(pictures.gates_table(seen, names=["z"]).tail(3))

# %%
# One unit
# --------
# The unit that follows the answer most closely:

states = seen.layers[0].states["h"]
alike = [abs(np.corrcoef(h.ravel(), last[800:].ravel())[0, 1]) for h in states.T]
figure = pictures.characters(seen, text, unit=int(np.argmax(alike)))

# %%
# What the recurrent kernel became
# --------------------------------
# A matrix for each gate. That of the candidate n has got an eigenvalue outside the unit
# circle: along its eigenvector the state is driven away from zero, to one side or to
# the other, until the tanh stops it.

after = pictures.recurrent_matrices(layer)
figure = pictures.eigenvalues({"before training": before, "after training": after})

# %%
# Where the state goes
# --------------------
# On two axes, the principal components of all states. Points at which the network
# stands still, as long as dots come, are found by least squares. One that is stable
# draws the states near it: it is a value that the network can hold.

points = fixed_points(layer, seen, x=np.zeros(1))
print(f"stable: {points.stable.sum()}, unstable: {(~points.stable).sum()}")
figure = pictures.trajectory(seen, points)

# %%
# How far gradients reach
# -----------------------
# The gradient of the sum of the last outputs by the states before, for the network
# that holds a bit and for three that were not trained. A state that is drawn back to a
# stable point forgets small changes, and so its gradient vanishes, though the bit is
# held for as long as dots come.

traces = {"GRU, trained": trace(layer, x[:16], loss=lambda h: keras.ops.sum(h[:, -1]))}
for name in ("SimpleRNN", "GRU", "LSTM"):
    traces[name] = trace(layers.get(name, 8), x[:16], loss=keras.ops.sum)
figure = pictures.gradient_by_lag(traces)

# %%
# What a state still holds
# ------------------------
# How much of what came :math:`k` steps ago can be read out of the last state, by a
# ridge regression. First the numbers of the adding problem, by networks that were not
# trained:

networks = {name: layers.get(name, 32) for name in ("SimpleRNN", "GRU", "LSTM", "LRU")}
numbers = tasks.adding(n=1000, length=40).inputs
traces = {name: trace(network, numbers) for name, network in networks.items()}
figure = pictures.recall_by_lag(traces, target=numbers[..., :1], what="the numbers")

# %%
# Then the symbols of copy memory, at the step before they are asked for; three networks
# were trained to repeat them, with the same steps each. There is nothing to read out of
# the pause between, which is the same in every sequence.

task = tasks.copy_memory(n=4000, length=8, symbols=4, copied=4)
traces = {}
for name in ("SimpleRNN", "GRU", "LSTM"):
    network = layers.get(name, 32, return_sequences=True)
    model = keras.Sequential([network, keras.layers.Dense(task.outputs, "softmax")])
    model.compile(keras.optimizers.Adam(0.01), task.loss)
    model.fit(task.inputs, task.targets, batch_size=50, epochs=4, verbose=0)
    loss = model.evaluate(task.inputs[:500], task.targets[:500], verbose=0)
    print(f"{name}: loss {loss:.3f}, of who does not look {task.blind:.3f}")
    traces[name] = trace(network, task.inputs[:500])
figure = pictures.recall_by_lag(traces, step=4 + 8 - 2, what="the symbols")

# %%
# What training keeps
# -------------------
# Bytes, counted of what the loops store for the gradient. ``recompute`` and chunks with
# a carried state keep less:

layer = layers.LSTM(64)
layer.build((None, None, 6))
figure = pictures.memory_of_learning(layer, batch=32, steps=2000, chunk=100)

# %%
# What a beam search went through
# -------------------------------
# With a translator, ``pictures.beam(translator.search_tree("a sentence"))``. Here the
# model is a table: which of three tokens, or the end, may follow which.

import tensorflow as tf

from seqkit.decoding import RecordedBeamSearch

tokens = ["<s>", "a", "long", "road", "</s>"]
follows = np.array(
    [
        [0.01, 0.6, 0.2, 0.15, 0.04],
        [0.01, 0.04, 0.5, 0.4, 0.05],
        [0.01, 0.04, 0.35, 0.5, 0.1],
        [0.01, 0.09, 0.1, 0.1, 0.7],
        [0.2, 0.2, 0.2, 0.2, 0.2],
    ]
)


def step(tokens, state, memory):
    return tf.math.log(tf.gather(follows, tokens)), state


search = RecordedBeamSearch()
search(step, start=[0], state=(), end=4, maximum_length=5, size=3, n_best=3)
figure = pictures.beam(search.tree(lambda ids: [tokens[token] for token in ids]))

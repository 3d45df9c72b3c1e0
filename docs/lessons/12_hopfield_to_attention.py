r"""
12. From Hopfield networks to attention
=======================================

A Hopfield network is a recurrent network without inputs. It is started in a state, runs
until nothing changes, and ends in the stored pattern that the start was most like: a
memory that is asked by content. Forty years later the same idea, with other numbers, is
the attention of lesson 10.

**After this lesson** you can

- store patterns in a Hopfield network and recall them, by hand;
- prove that its energy never rises, so that recall ends;
- say how many patterns it holds, and measure it;
- show that one step of a modern Hopfield network is attention.

**You need** lessons 1 and 10.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np

from seqkit.layers import Hopfield, HopfieldNetwork, LuongAttention

# %%
# Storing
# -------
# Each of :math:`N` units is 1 or −1. A pattern :math:`p` is a row of such numbers. It
# is stored by adding to the weight between two units the product of what they are in
# it: positive where they agree, negative where not. No unit acts on itself.
#
# .. math:: W = \frac1N \sum_{p} p^\top p, \qquad W_{ii} = 0
#
# For :math:`N = 4` and the pattern :math:`(1, -1, 1, 1)`, the weight between the first
# two units is :math:`\frac14 \cdot 1 \cdot (-1) = -\frac14`, that between the first and
# the third :math:`\frac14`.

p = np.array([1, -1, 1, 1])
W = np.outer(p, p) / 4
np.fill_diagonal(W, 0)
network = HopfieldNetwork(4)
network.store([p])

np.testing.assert_array_equal(network.weights, W)
assert [W[0, 1], W[0, 2]] == [-1 / 4, 1 / 4]
print("weights of the first unit:", W[0])

# %%
# Recalling
# ---------
# The units are updated one after the other. Each becomes the sign of what the others
# tell it, and stays as it is where that is zero:
#
# .. math:: s_i \leftarrow \operatorname{sign}\Big( \sum_j W_{ij} s_j \Big)
#
# Start at :math:`(1, 1, 1, 1)`, which has one unit wrong, the second. The others tell
# it :math:`-\frac14 - \frac14 - \frac14 = -\frac34`: it becomes −1. The first unit then
# hears :math:`-\frac14 \cdot (-1) + \frac14 + \frac14 = \frac34`, and stays 1.

s = np.array([1, 1, 1, 1])
heard = []
for i in (1, 0, 2, 3):
    heard.append(float(W[i] @ s))
    s[i] = np.sign(heard[-1]) or s[i]

assert heard[:2] == [-3 / 4, 3 / 4]
assert s.tolist() == p.tolist() == network.recall([[1, 1, 1, 1]])[0].tolist()
print("heard:", heard, " recalled:", s)

# %%
# Why it ends
# -----------
# Every state has an **energy**, small where neighbours with positive weights agree:
#
# .. math:: E(s) = -\tfrac12 \sum_{i, j} W_{ij} s_i s_j
#
# Unit :math:`i` appears in it as :math:`-s_i \sum_j W_{ij} s_j`, that is minus
# :math:`s_i` times what it hears. The update gives :math:`s_i` the sign of what it
# hears, which makes this product positive or zero: the energy falls, or the unit did
# not change. There are finitely many states, so recall must end.
#
# At :math:`(1, 1, 1, 1)` the energy is 0: three pairs agree with their weights, three
# do not. At the pattern all six do, each pair counts twice, and
# :math:`E = -\frac12 \cdot 2 \cdot 6 \cdot \frac14 = -\frac32`.

energies = network.energy([[1, 1, 1, 1], p]) + 0.0
rng = np.random.default_rng(12)
large = HopfieldNetwork(30)
large.store(rng.choice([-1, 1], (3, 30)))
state, path = rng.choice([-1, 1], 30), []
for i in rng.permutation(np.tile(np.arange(30), 3)):
    state[i] = np.sign(large.weights[i] @ state) or state[i]
    path.append(large.energy([state])[0])

assert energies.tolist() == [0, -3 / 2]
assert np.all(np.diff(path) <= 1e-12)
print("energies:", energies, " of 30 units, first and last:", np.round(path[::89], 3))

# %%
# Letters
# -------
# Three letters of 35 units are stored. Each is shown again with seven of its units
# turned over, and recalled.

letters = {
    "T": "#####..#....#....#....#....#....#..",
    "L": "#....#....#....#....#....#....#####",
    "X": "#...##...#.#.#...#...#.#.#...##...#",
}
patterns = np.array([[1 if dot == "#" else -1 for dot in s] for s in letters.values()])
memory = HopfieldNetwork(35)
memory.store(patterns)
spoiled = patterns.copy()
for row in spoiled:
    row[rng.choice(35, 7, replace=False)] *= -1
recalled = memory.recall(spoiled, seed=1)

figure, grid = plt.subplots(2, 3, figsize=(4.5, 4), layout="constrained")
for column, (before, after) in enumerate(zip(spoiled, recalled, strict=True)):
    for axes, picture in zip(grid[:, column], (before, after), strict=True):
        axes.imshow(-picture.reshape(7, 5), cmap="gray")
        axes.axis("off")
grid[0, 1].set_title("shown")
grid[1, 1].set_title("recalled")
assert np.array_equal(recalled, patterns)
wrong = [(shown != patterns).sum(axis=1) for shown in (spoiled, recalled)]
print("units wrong, shown:", wrong[0], " recalled:", wrong[1])

# %%
# How many patterns
# -----------------
# Every stored pattern disturbs the others. What unit :math:`i` hears in the state
# :math:`p` is
#
# .. math:: \sum_j W_{ij} p_j = \frac{N - 1}{N}\, p_i + \underbrace{\frac1N
#           \sum_{q \ne p} q_i \sum_{j \ne i} q_j p_j}_{\text{crosstalk}}
#
# The crosstalk is a sum of random signs with a variance of about the number of patterns
# over :math:`N`. When it outweighs the first part, units turn over. For large
# :math:`N`, recall breaks down beyond about :math:`0.138\, N` patterns (Amit,
# Gutfreund, Sompolinsky 1985).

N, P = 200, 20
stored = rng.choice([-1, 1], (P, N))
W = (stored.T @ stored - P * np.eye(N)) / N
heard = stored @ W
crosstalk = heard - (N - 1) / N * stored

np.testing.assert_allclose(crosstalk.var(), (P - 1) / N, rtol=0.1)
print("variance of the crosstalk:", crosstalk.var().round(4), " (P - 1) / N:", 19 / 200)

# %%
# Measured with 200 units: each pattern is shown with one unit in ten turned over, and
# the share of units that are right after recall is drawn against the number of
# patterns.

counts, right = np.arange(4, 61, 4), []
for count in counts:
    stored = rng.choice([-1, 1], (count, N))
    holding = HopfieldNetwork(N)
    holding.store(stored)
    shown = np.where(rng.random(stored.shape) < 0.1, -stored, stored)
    right.append(np.mean(holding.recall(shown, seed=2) == stored))

figure, axes = plt.subplots(figsize=(6, 2.8), layout="constrained")
axes.plot(counts / N, right, "o-")
axes.axvline(0.138, color="grey", linewidth=0.8)
axes.set(xlabel="patterns for each unit", ylabel="units right", title="Capacity")
assert right[3] > 0.99 > 0.9 > right[-1]
print("right at 16 and 60 patterns:", np.round([right[3], right[-1]], 3))

# %%
# The modern form
# ---------------
# Let patterns and states be real numbers, and update all units at once:
#
# .. math:: \xi \leftarrow \operatorname{softmax}(\beta\, \xi X^\top)\, X
#
# The rows of :math:`X` are the stored patterns. :math:`\xi X^\top` says how much the
# state :math:`\xi` is like each; softmax makes weights of it; and the new state is the
# weighted mean of the patterns. Since the exponential grows so fast, the likest pattern
# soon has all the weight.
#
# With the patterns :math:`(1, 0)`, :math:`(0, 1)`, the state :math:`(1, 0)` and
# :math:`\beta = \log 3` the exponentials are 3 and 1, the weights :math:`\frac34` and
# :math:`\frac14`, and so the new state is :math:`(\frac34, \frac14)`.

X, xi = np.eye(2), np.array([[1.0, 0.0]])
layer = Hopfield(2, beta=np.log(3))
layer.store(X)
alike = np.exp(np.log(3) * xi @ X.T)
updated = alike / alike.sum() @ X

np.testing.assert_allclose(updated, [[3 / 4, 1 / 4]])
np.testing.assert_allclose(layer(xi), updated, atol=1e-6)
print("new state:", updated[0])

# %%
# Small and large β
# -----------------
# :math:`\beta` says how sharply the patterns are told apart:
#
# .. math:: \beta \to 0: \; \xi \leftarrow \text{the mean of all patterns}, \qquad
#           \beta \to \infty: \; \xi \leftarrow \text{the likest pattern}

patterns = np.random.default_rng(3).normal(size=(5, 8))
state = patterns[2:3] + 0.3
found = {}
for beta in (1e-6, 1.0, 50.0):
    layer = Hopfield(5, beta=beta)
    layer.store(patterns)
    found[beta] = layer(state).numpy()

np.testing.assert_allclose(found[1e-6], patterns.mean(0, keepdims=True), atol=1e-4)
np.testing.assert_allclose(found[50.0], patterns[2:3], atol=1e-4)
distances = {b: float(np.abs(v - patterns[2]).max()) for b, v in found.items()}
print("distance from the pattern:", {b: round(d, 3) for b, d in distances.items()})

# %%
# It holds far more
# -----------------
# Where the classical network of 64 units breaks down at about 9 patterns, the modern
# one tells 2,000 apart: they are recalled in a single update from states with six units
# in 64 turned over. (The number of patterns that it can hold grows exponentially with
# :math:`N`, Ramsauer et al. 2021.) The price: the patterns themselves are kept,
# :math:`P N` numbers, not :math:`N^2` weights.
#
# .. math:: \text{classical: } P \approx 0.138\, N, \qquad
#           \text{modern: } P \text{ exponential in } N

many = np.random.default_rng(4).choice([-1.0, 1.0], (2000, 64))
shown = many.copy()
for row in shown:
    row[rng.choice(64, 6, replace=False)] *= -1
modern = Hopfield(2000, beta=1.0)
modern.store(many)
share = np.mean(np.all(np.sign(modern(shown)) == many, axis=1))

assert share > 0.99
print("patterns recalled without a mistake:", share)

# %%
# It is attention
# ---------------
# Put several states one below the other as :math:`Q`, call the patterns :math:`K` where
# they are compared and :math:`V` where they are mixed, and the update reads
#
# .. math:: \operatorname{softmax}(\beta\, Q K^\top)\, V, \qquad K = V = X
#
# This is dot-product attention: the states are the queries, the patterns keys and
# values. With :math:`\beta = 1 / \sqrt{d}` for vectors of size :math:`d` it is the
# scaled attention of Vaswani et al. 2017, where queries, keys and values are each
# multiplied by a kernel first.

Q = np.random.default_rng(5).normal(size=(3, 8)).astype("float32")
hopfield = Hopfield(5, beta=1.0)
hopfield.store(patterns)
attention = LuongAttention("dot")(Q[None], patterns[None].astype("float32"))[0]
of_keras = keras.layers.Attention()([Q[None], patterns[None].astype("float32")])[0]

np.testing.assert_allclose(hopfield(Q), attention, atol=1e-5)
np.testing.assert_allclose(hopfield(Q), of_keras, atol=1e-5)
print("Hopfield update, Luong's attention and keras.layers.Attention agree")

# %%
# The energy, again
# -----------------
# The modern network has an energy too, and no update raises it:
#
# .. math:: E(\xi) = -\frac1\beta \log \sum_i e^{\beta\, x_i \cdot \xi}
#           + \tfrac12\, \xi \cdot \xi + \text{const}
#
# The first part is small where the state is like some pattern, the second keeps the
# state short.

state, energies = Q, []
for _ in range(6):
    energies.append(hopfield.energy(state).numpy())
    state = hopfield(state)
log_sum = np.log(np.exp(Q @ patterns.T).sum(axis=1))
by_formula = -log_sum + 0.5 * (Q**2).sum(axis=1)
constant = energies[0] - by_formula

np.testing.assert_allclose(constant, constant[0], rtol=1e-4)
assert np.all(np.diff(energies, axis=0) <= 1e-4)
print(
    "energy of the first state, update by update:",
    [round(float(e[0]), 3) for e in energies],
)

# %%
# Try it
# ------
# Three units, one stored pattern :math:`(1, 1, -1)`, without dividing by :math:`N`. The
# state is :math:`(-1, 1, -1)`. What does the first unit hear? The weights are
# :math:`W_{12} = 1` and :math:`W_{13} = -1`, so it hears
# :math:`1 \cdot 1 + (-1)(-1) = 2`, and becomes 1: the pattern is found.

p = np.array([1, 1, -1])
W = np.outer(p, p) - np.eye(3, dtype=int)

assert W[0] @ [-1, 1, -1] == 2
print("the first unit hears", W[0] @ [-1, 1, -1])

# %%
# What to keep
# ------------
# - A Hopfield network stores patterns as valleys of an energy; each update goes down.
# - The classical one holds about 0.138 patterns for each unit.
# - The modern one mixes stored patterns by softmax: one update is attention.
#
# J. J. Hopfield, "Neural networks and physical systems with emergent collective
# computational abilities", PNAS 79, 1982. Capacity: D. J. Amit, H. Gutfreund, H.
# Sompolinsky, "Storing infinite numbers of patterns in a spin-glass model of neural
# networks", Physical Review Letters 55, 1985. The modern form: H. Ramsauer et al.,
# "Hopfield networks is all you need", ICLR 2021 (arXiv 2008.02217). Scaled attention:
# A. Vaswani et al., "Attention is all you need", NIPS 2017 (arXiv 1706.03762).

r"""
10. N to 1, 1 to N, N to N, N to M, and attention
=================================================

What goes in and what comes out may each be one thing or a sequence. There are four
cases, all built of the same layers. The last one, from a sequence to another of another
length, has a bottleneck, and attention was invented to remove it.

**After this lesson** you can

- build each of the four cases, and name the shapes of all arrays in it;
- say what the context of an encoder-decoder is, and what it loses;
- compute attention by hand: scores, weights, context;
- mask attention, and read a picture of its weights.

**You need** lessons 1, 2 and 9.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np

from seqkit.inspect import trace
from seqkit.layers import GRU, BahdanauAttention, Bidirectional, LuongAttention
from seqkit.models.topologies import (
    encoder_decoder,
    many_to_many,
    many_to_one,
    one_to_many,
)

# %%
# The four cases
# --------------
# ==========  ==============================  ==================  ====================
# case        example                         input               output
# ==========  ==============================  ==================  ====================
# N to 1      the sentiment of a text         ``(batch, N, D)``   ``(batch, M)``
# 1 to N      a caption for a picture         ``(batch, D)``      ``(batch, N, M)``
# N to N      a tag for each word             ``(batch, N, D)``   ``(batch, N, M)``
# N to M      a translation                   ``(batch, S, D)``   ``(batch, T, M)``
# ==========  ==============================  ==================  ====================
#
# **N to 1.** The last state is read by an output layer:
#
# .. math:: h_t = f(x_t, h_{t-1}), \qquad y = h_N V + c
#
# All that the answer needs must reach the last state.

model = many_to_one("GRU", features=3, units=8, outputs=2)
x = np.random.default_rng(10).normal(size=(4, 6, 3)).astype("float32")
_, gru, readout = model.layers
last = gru(x)
V, c = readout.get_weights()

assert model(x).shape == (4, 2)
np.testing.assert_allclose(model(x), last.numpy() @ V + c, atol=1e-6)
print("N to 1:", x.shape, "to", tuple(model(x).shape))

# %%
# **N to N.** The state of every step is read, by the same output layer:
#
# .. math:: y_t = h_t V + c, \qquad t = 1, \dots, N
#
# The output of a step knows the inputs up to it; with two directions (lesson 9) all.

model = many_to_many("GRU", features=3, units=8, outputs=2)
_, gru, readout = model.layers
V, c = readout.get_weights()

np.testing.assert_allclose(model(x), gru(x).numpy() @ V + c, atol=1e-6)
print("N to N:", x.shape, "to", tuple(model(x).shape))

# %%
# **1 to N.** The one input can be given at every step, or at the first with zeros after
# it. Then the state alone has to carry it:
#
# .. math:: x_1, x_2, x_3, \dots = x, x, x, \dots \qquad\text{or}\qquad x, 0, 0, \dots

one = x[:, 0]  # (4, 3)
found = {}
for given in ("every", "first"):
    model = one_to_many("GRU", 3, units=8, outputs=2, length=5, given=given)
    *_, gru, readout = model.layers
    steps = np.repeat(one[:, None], 5, axis=1)
    steps[:, 1:] *= given == "every"
    found[given] = np.abs(model(one) - readout(gru(steps))).max()

assert model(one).shape == (4, 5, 2)
assert max(found.values()) < 1e-6
print("1 to N:", one.shape, "to", tuple(model(one).shape))

# %%
# **N to M.** Two networks. The **encoder** reads the source, and its last state is the
# **context** :math:`c`. The **decoder** writes the target, and is given at each step
# what it wrote before, together with the context:
#
# .. math:: c = h_S, \qquad d_t = f(y_{t-1}, c, d_{t-1}), \qquad y_t = d_t V + b
#
# In training :math:`y_{t-1}` is the target of the step before (teacher forcing, lesson
# 8), so all steps of the target can be computed in one call; in use it is what the
# decoder itself has said. However long the source, the context has :math:`N` numbers.

model = encoder_decoder("GRU", 3, target_features=4, units=8, outputs=4)
before = np.random.default_rng(11).normal(size=(4, 7, 4)).astype("float32")
found = model([x, before])
encoder, decoder = (layer for layer in model.layers if isinstance(layer, GRU))
context = np.repeat(encoder(x).numpy()[:, None], 7, axis=1)  # (4, 7, 8)
d = decoder(np.concatenate([before, context], axis=-1))

np.testing.assert_allclose(found, model.layers[-1](d), atol=1e-6)
assert found.shape == (4, 7, 4)
print("N to M:", x.shape, before.shape, "to", tuple(found.shape))

# %%
# Attention by hand
# -----------------
# In place of one context for all, let every step of the decoder look at **all** states
# :math:`h_1, \dots, h_S` of the encoder, and take what it needs. The state :math:`d`
# of the decoder asks, as the **query**. Each :math:`h_s` gets a **score** :math:`e_s`
# that says how well it fits. Softmax makes weights of the scores, and the context is
# the weighted mean:
#
# .. math:: e_s = d \cdot h_s, \qquad
#           \alpha_s = \frac{e^{e_s}}{\sum_r e^{e_r}}, \qquad
#           c = \sum_s \alpha_s h_s
#
# Take :math:`d = (\log 2, 0)` and :math:`h_1 = (0, 0)`, :math:`h_2 = (0, 4)`,
# :math:`h_3 = (1, 0)`. The scores are :math:`0, 0, \log 2`; their exponentials 1, 1, 2
# with the sum 4; the weights :math:`\frac14, \frac14, \frac12`. The context is
# :math:`\frac14 (0, 0) + \frac14 (0, 4) + \frac12 (1, 0) = (\frac12, 1)`.

d, memory = np.array([np.log(2), 0.0]), np.array([[0.0, 0.0], [0.0, 4.0], [1.0, 0.0]])
e = memory @ d
alpha = np.exp(e) / np.exp(e).sum()
c = alpha @ memory
layer = LuongAttention("dot", dtype="float64")
context, weights = layer(d[None], memory[None], return_weights=True)

np.testing.assert_allclose(alpha, [1 / 4, 1 / 4, 1 / 2])
np.testing.assert_allclose(c, [1 / 2, 1])
np.testing.assert_allclose([*weights[0], *context[0]], [*alpha, *c])
print("weights:", alpha, " context:", c)

# %%
# The weights are positive and add up to one, so the context lies between the states.
# Everything has a gradient: what to look at is learned with all other weights.
#
# Scores
# ------
# The product :math:`d \cdot h_s` needs vectors of one size. A kernel between them takes
# care of that ("general", Luong et al. 2015):
#
# .. math:: e_s = d \cdot (h_s W), \qquad W \text{ of shape (size of } h,
#           \text{ size of } d)

rng = np.random.default_rng(12)
d, memory = rng.normal(size=(1, 3)), rng.normal(size=(1, 5, 4))
general = LuongAttention("general")
_, alpha = general(d, memory, return_weights=True)
(W,) = general.get_weights()
e = memory[0] @ W @ d[0]

assert W.shape == (4, 3)
np.testing.assert_allclose(alpha[0], np.exp(e) / np.exp(e).sum(), atol=1e-6)
print("weights, general:", alpha[0].numpy().round(3))

# %%
# Or the score is a small network of its own, with a hidden layer ("additive", Bahdanau
# et al. 2015):
#
# .. math:: e_s = \tanh(h_s W + d\, U) \cdot v

additive = BahdanauAttention(6)
_, alpha = additive(d, memory, return_weights=True)
named = {weight.name: weight.numpy() for weight in additive.weights}
hidden = np.tanh(memory[0] @ named["memory_kernel"] + d @ named["query_kernel"])
e = hidden @ named["score_kernel"][:, 0]

np.testing.assert_allclose(alpha[0], np.exp(e) / np.exp(e).sum(), atol=1e-6)
print("weights, additive:", alpha[0].numpy().round(3))

# %%
# Padding must get nothing
# ------------------------
# Where the source is padded, the weights must be zero. A score of zero will not do,
# since :math:`e^0 = 1`. The scores under the mask are set to minus infinity, so that
# their exponentials are zero:
#
# .. math:: e_s \leftarrow -\infty \;\text{ where } m_s = 0 \;\Rightarrow\; \alpha_s = 0
#
# In our example with :math:`h_3` masked, the scores are 0, 0, and the weights
# :math:`\frac12, \frac12, 0`.

d, memory = np.array([np.log(2), 0.0]), np.array([[0.0, 0.0], [0.0, 4.0], [1.0, 0.0]])
e = np.where([True, True, False], memory @ d, -np.inf)
alpha = np.exp(e) / np.exp(e).sum()
mask = np.array([[True, True, False]])
_, weights = layer(d[None], memory[None], mask, return_weights=True)

np.testing.assert_array_equal(weights[0], alpha)
assert alpha.tolist() == [0.5, 0.5, 0]
print("masked weights:", alpha)

# %%
# A model that writes backwards
# -----------------------------
# The source is six symbols; the target is the same six from the last to the first. With
# attention, a step of the decoder only has to look at the right place. The encoder
# reads in two directions, so that the states know their places from both ends; the
# decoder is given the target of the step before.

symbols, length, rows = 8, 6, 4000
rng = np.random.default_rng(13)
ids = rng.integers(1, symbols, (rows, length))
target = ids[:, ::-1]
before = np.pad(target[:, :-1], [[0, 0], [1, 0]])  # 0 begins a target

keras.utils.set_random_seed(10)
source, fed = keras.Input((length,)), keras.Input((length,))
memory = Bidirectional(GRU(24, return_sequences=True))(
    keras.layers.Embedding(symbols, 12)(source)
)
d = GRU(24, return_sequences=True)(keras.layers.Embedding(symbols, 12)(fed))
context = BahdanauAttention(24, name="attention")(d, memory)
outputs = keras.layers.Dense(symbols)(keras.layers.concatenate([d, context]))
model = keras.Model([source, fed], outputs)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
model.fit([ids[:3600], before[:3600]], target[:3600], 64, 5, verbose=0)
accuracy = model.evaluate([ids[3600:], before[3600:]], target[3600:], verbose=0)[1]

assert accuracy > 0.95
print("right symbols on new sequences:", round(accuracy, 3))

# %%
# The weights of one sequence. Each row is a step of the target, each column a place in
# the source: the first step looks at the last place, and so on.

seen = trace(model, [ids[3600:3601], before[3600:3601]])
alpha = seen["attention"].gates["α"][0]
figure, axes = plt.subplots(figsize=(4.2, 3.6), layout="constrained")
image = axes.imshow(alpha, cmap="Blues", vmin=0, vmax=1)
axes.set_xticks(range(length), ids[3600])
axes.set_yticks(range(length), target[3600])
axes.set(xlabel="source", ylabel="target", title="Weights of attention")
figure.colorbar(image)
looks_at = alpha.argmax(axis=1)

np.testing.assert_allclose(alpha.sum(axis=1), 1, rtol=1e-5)
print("each step looks at place:", (looks_at + 1).tolist())

# %%
# That the weights point to the right places is no proof that a model uses them so: they
# say what was mixed into the context, not why an answer was given (Jain, Wallace 2019).
#
# Try it
# ------
# The query is :math:`(0, 0)`, and there are four states. What are the weights, and what
# is the context? All scores are zero, so all weights are :math:`\frac14`, and the
# context is the mean of the states.

memory = np.array([[[4.0, 0.0], [0.0, 4.0], [8.0, 0.0], [0.0, 0.0]]])
context, weights = layer(np.zeros((1, 2)), memory, return_weights=True)

assert weights[0].numpy().tolist() == [1 / 4] * 4
assert context[0].numpy().tolist() == [3, 1]
print("context:", context[0].numpy())

# %%
# What to keep
# ------------
# - N to 1 reads the last state, N to N every state, 1 to N starts from one input, N to
#   M is an encoder and a decoder.
# - The context of an encoder-decoder has a fixed size; attention makes another one for
#   each step, as a weighted mean of all states.
# - Scores under the mask are minus infinity.
#
# Encoder-decoder: K. Cho et al., EMNLP 2014 (arXiv 1406.1078); I. Sutskever, O.
# Vinyals, Q. V. Le, "Sequence to sequence learning with neural networks", NIPS 2014
# (arXiv 1409.3215). Attention: D. Bahdanau, K. Cho, Y. Bengio, "Neural machine
# translation by jointly learning to align and translate", ICLR 2015 (arXiv 1409.0473);
# M.-T. Luong, H. Pham, C. D. Manning, "Effective approaches to attention-based neural
# machine translation", EMNLP 2015 (arXiv 1508.04025). What weights explain: S. Jain, B.
# C. Wallace, "Attention is not explanation", NAACL 2019 (arXiv 1902.10186).

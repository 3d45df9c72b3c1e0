r"""
From TensorFlow Addons
======================

TensorFlow Addons came to its end in May 2024, and runs on Keras 2 alone. This page has
each name of ``tfa.rnn`` and ``tfa.seq2seq`` with what stands in its place.
"""

# %%
# Cells
# -----
# Where it says "the same", weights and values are.
#
# .. csv-table::
#    :header: tfa.rnn | seqkit | what to know
#    :delim: |
#
#    ``PeepholeLSTMCell`` | `PeepholeLSTMCell` | the same; peepholes are one weight
#    ``NASCell`` | `NASCell` | the same; the states are h, c; there c, h
#    ``LayerNormLSTMCell`` | `LayerNormLSTMCell` | c goes on as it is; there normalized
#    ``LayerNormSimpleRNNCell`` | a cell of your own | below
#    ``ESNCell`` | `EchoStateCell` | ``leaky`` is ``leak``; weights are drawn otherwise
#    ``tfa.layers.ESN`` | `EchoState` | likewise; it can have a readout
#
# The cells of Addons ran inside ``tf.keras.layers.RNN``. Here each has a layer of its
# own, and ``layers.RNN`` takes any cell:

import keras
import numpy as np
from keras import ops

from seqkit import layers
from seqkit.cells import NASCell, PeepholeLSTMCell, RecurrentCell

x = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")
print(layers.RNN(PeepholeLSTMCell(4), return_sequences=True)(x).shape)
print(layers.PeepholeLSTM(4)(x).shape, layers.RNN(NASCell(4, projection=2))(x).shape)

# %%
# Weights of the peephole cell, as Addons kept them: kernel, recurrent kernel, bias,
# then one vector for each of the gates i, f and o.

random = np.random.default_rng(1)
shapes = [(3, 16), (4, 16), (16,), (4,), (4,), (4,)]
of_addons = [random.normal(size=shape).astype("float32") for shape in shapes]
layer = layers.PeepholeLSTM(4)
layer.build((None, None, 3))
layer.set_weights([*of_addons[:3], np.stack(of_addons[3:])])
print([tuple(weight.shape) for weight in layer.weights])

# %%
# The simple network with layer normalization, ten lines: see :doc:`06_your_own_cell`.


class LayerNormSimpleRNNCell(RecurrentCell):
    def build(self, input_shape):
        self.kernel = self.add_kernel("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_recurrent_kernel(
            "recurrent_kernel", (self.units, self.units)
        )
        self.bias = self.add_bias("bias", (self.units,))
        self.norm = keras.layers.LayerNormalization(epsilon=1e-3)
        self.norm.build((None, self.units))

    def drive(self, inputs):
        return self.affine(inputs, self.kernel, None)

    def step(self, drive, states, dot):
        summed = drive + dot(states[0], self.recurrent_kernel)
        h = self.activation(self.norm(summed) + self.bias)
        return h, [h]


print(layers.RNN(LayerNormSimpleRNNCell(4))(x).shape)

# %%
# Attention
# ---------
# An attention layer takes the query, the memory and its mask in a call; there is no
# mechanism to set up, and no wrapper that holds states.
#
# .. csv-table::
#    :header: tfa.seq2seq | seqkit
#    :delim: |
#
#    ``BahdanauAttention(units, memory)`` | `BahdanauAttention`
#    ``LuongAttention(units, memory)`` | `LuongAttention`, ``score="general"``
#    ``normalize=True``, ``scale=True`` | –
#    ``BahdanauMonotonicAttention``, ``LuongMonotonicAttention`` | –
#    ``monotonic_attention``, ``safe_cumprod``, ``hardmax`` | –
#    ``setup_memory``, ``memory_initialized`` | ``keys = layer.project(memory)``
#    ``AttentionWrapper(cell, mechanism)`` | a step of a few lines: below
#    ``AttentionWrapperState``, ``AttentionMechanism`` | plain tensors
#
# Of a memory with a mask, for one query and for many:

memory = random.normal(size=(2, 5, 8)).astype("float32")
mask = np.array([[True] * 5, [True] * 3 + [False] * 2])
attend = layers.BahdanauAttention(16)
context, weight = attend(x[:, 0], memory, mask, return_weights=True)
print(context.shape, np.asarray(weight).round(2)[1])
print(attend(x, memory, mask).shape)

# %%
# Decoding
# --------
#
# .. csv-table::
#    :header: tfa.seq2seq | seqkit
#    :delim: |
#
#    ``BaseDecoder``, ``Decoder``, ``BasicDecoder`` | a function, ``step`` below
#    ``dynamic_decode`` | one of the three searches below, which run the step
#    ``GreedyEmbeddingSampler`` | `seqkit.decoding.greedy_search`
#    ``SampleEmbeddingSampler`` | `seqkit.decoding.sample`, with its ``temperature``
#    ``BeamSearchDecoder`` | `seqkit.decoding.beam_search`
#    ``tile_batch`` | – (the search does it, and never copies the memory)
#    ``gather_tree``, ``gather_tree_from_array`` | – (outputs come in order)
#    ``BasicDecoderOutput``, ``BeamSearchDecoderOutput`` | `seqkit.decoding.Step`
#    ``FinalBeamSearchDecoderOutput`` | `seqkit.decoding.Decoded`
#    ``BeamSearchDecoderState`` | –
#    ``TrainingSampler`` | a layer called with the whole target sequence
#    ``ScheduledEmbeddingTrainingSampler`` | `TranslatorSettings` has it
#    ``ScheduledOutputTrainingSampler`` | ``sampling`` of `OutputFeedback`
#    ``InferenceSampler`` | ``generate`` of `OutputFeedback`
#    ``CustomSampler``, ``Sampler`` | a step of your own
#    ``SequenceLoss``, ``sequence_loss`` | a loss of Keras, and ``sample_weight``
#
# What was a cell in an ``AttentionWrapper`` in a ``BeamSearchDecoder`` is one function
# and one call. The context goes into the next step with the token:

from seqkit import decoding

vocabulary, units = 11, 16
embed = keras.layers.Embedding(vocabulary, units)
cell = layers.LSTM(units).cell
attend = layers.LuongAttention("general")
readout = keras.layers.Dense(vocabulary)


def step(tokens, state, memory):
    """One more token for each beam: (batch, beams) to logits (batch, beams, words)."""
    shape = ops.shape(tokens)
    inputs = ops.concatenate([embed(tokens), state["context"]], axis=-1)
    h, c = (ops.reshape(state[name], (-1, units)) for name in ("h", "c"))
    output, (h, c) = cell(ops.reshape(inputs, (-1, 2 * units)), [h, c])
    output, h, c = (ops.reshape(each, (*shape, units)) for each in (output, h, c))
    context, weights = attend(
        output, memory["outputs"], memory["mask"], return_weights=True
    )
    logits = readout(ops.concatenate([output, context], axis=-1))
    return logits, {"h": h, "c": c, "context": context}, weights


zeros = np.zeros((2, units), "float32")
found = decoding.beam_search(
    step,
    start=[1, 1],
    state={"h": zeros, "c": zeros, "context": zeros},
    memory={
        "outputs": random.normal(size=(2, 5, units)).astype("float32"),
        "mask": mask,
    },
    end=2,
    maximum_length=6,
    size=3,
    n_best=2,
    return_attention=True,
)
print(found.ids.shape, found.scores.numpy().round(2), found.attention.shape, sep="\n")

# %%
# It runs inside ``tf.function`` and in a SavedModel, with stock operations alone. The
# translator of this package is made so: :doc:`/translation`.

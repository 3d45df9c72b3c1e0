"""The same encoder-decoder thrice: of seqkit, of Keras layers alone, of PyTorch.

Bidirectional GRU; GRU, general attention, GRU; tanh; output tied to the token vectors.
Each function gives one that does a training step: Adam, gradients clipped, dropout of
the inputs of each layer, cross-entropy of the tokens that are there. seqkit drops the
same inputs at every step of a sentence, as Keras does; PyTorch draws anew.
"""

from collections.abc import Callable

import numpy as np

VOCABULARY, UNITS, EMBEDDING, DROPOUT = 5000, 320, 256, 0.2
LEARNING_RATE, CLIPNORM = 1e-3, 1.0
SHAPES = ((96, 16, 16), (48, 32, 32))  # sentences, tokens of the source, of the target

Step = Callable[[np.ndarray, np.ndarray], float]  # sources, targets -> loss


def batch(shape: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Give random sentences at least half as long as the longest, padded with zeros."""
    rows, *longest = shape
    generator = np.random.default_rng(shape)
    padded = []
    for steps in longest:
        ids = generator.integers(3, VOCABULARY, (rows, steps))
        lengths = generator.integers(steps // 2, steps + 1, rows)
        lengths[0] = steps
        padded.append(np.where(np.arange(steps) < lengths[:, None], ids, 0))
    return padded[0].astype("int32"), padded[1].astype("int32")


def seqkit_step() -> Step:
    """Train `seqkit.models.Translator`'s network."""
    from seqkit.models.translation.loss import sums
    from seqkit.models.translation.network import EncoderDecoder
    from seqkit.models.translation.settings import TranslatorSettings

    settings = TranslatorSettings(
        joint=False,
        units=UNITS,
        embedding=EMBEDDING,
        dropout=DROPOUT,
        label_smoothing=0.0,
    )
    network = EncoderDecoder(settings, VOCABULARY, VOCABULARY)

    def loss(sources, targets):
        found = sums(network, sources, targets, training=True)
        return found.loss / found.tokens

    return _tensorflow_step(network, loss)


def keras_step() -> Step:
    """Train the model that is written with Keras's own layers."""
    import keras
    import tensorflow as tf
    from keras import layers

    vectors = layers.Embedding(VOCABULARY, EMBEDDING, mask_zero=True)
    sources = keras.Input((None,), dtype="int32")
    previous = keras.Input((None,), dtype="int32")
    options = {"return_sequences": True, "dropout": DROPOUT}
    embedded = layers.Embedding(VOCABULARY, EMBEDDING, mask_zero=True)(sources)
    memory, forward, backward = layers.Bidirectional(
        layers.GRU(UNITS // 2, return_state=True, **options)
    )(embedded)
    summary = layers.Concatenate()([forward, backward])
    states = [layers.Dense(UNITS, "tanh")(summary) for _ in range(2)]
    hidden = layers.GRU(UNITS, **options)(vectors(previous), initial_state=states[0])
    query = layers.Dense(UNITS, use_bias=False)(hidden)
    context = layers.Attention()([query, memory])
    both = layers.Concatenate()([hidden, context])
    hidden = layers.GRU(UNITS, **options)(both, initial_state=states[1])
    both = layers.Concatenate()([hidden, context])
    combined = layers.Dense(EMBEDDING, "tanh")(both)
    features = layers.Dropout(DROPOUT, noise_shape=(None, 1, None))(combined)
    network = keras.Model([sources, previous], features)
    bias = keras.Variable(tf.zeros(VOCABULARY))

    def loss(sources, targets):
        features = network([sources, shifted(targets)], training=True)
        there = tf.where(targets != 0)
        logits = tf.matmul(
            tf.gather_nd(features, there), vectors.embeddings, transpose_b=True
        )
        found = tf.nn.sparse_softmax_cross_entropy_with_logits(
            tf.gather_nd(targets, there), logits + bias
        )
        return tf.reduce_mean(found)

    def shifted(targets):
        return tf.pad(targets[:, :-1], [[0, 0], [1, 0]], constant_values=1)

    return _tensorflow_step(network, loss, [bias])


def _tensorflow_step(network, loss: Callable, more_weights: list = ()) -> Step:
    import keras
    import tensorflow as tf

    optimizer = keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIPNORM)
    weights = [*network.trainable_variables, *more_weights]
    optimizer.build(weights)

    @tf.function
    def step(sources, targets):
        with tf.GradientTape() as tape:
            found = loss(sources, targets)
        gradients = tape.gradient(found, [weight.value for weight in weights])
        optimizer.apply([tf.convert_to_tensor(each) for each in gradients], weights)
        return found

    return lambda sources, targets: float(
        step(tf.constant(sources), tf.constant(targets))
    )


def torch_step() -> Step:
    """Train the model that is written with PyTorch's modules."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.source = nn.Embedding(VOCABULARY, EMBEDDING, padding_idx=0)
            self.target = nn.Embedding(VOCABULARY, EMBEDDING, padding_idx=0)
            self.encoder = nn.GRU(
                EMBEDDING, UNITS // 2, batch_first=True, bidirectional=True
            )
            self.bridges = nn.ModuleList(nn.Linear(UNITS, UNITS) for _ in range(2))
            self.first = nn.GRU(EMBEDDING, UNITS, batch_first=True)
            self.query = nn.Linear(UNITS, UNITS, bias=False)
            self.second = nn.GRU(2 * UNITS, UNITS, batch_first=True)
            self.combine = nn.Linear(2 * UNITS, EMBEDDING)
            self.bias = nn.Parameter(torch.zeros(VOCABULARY))
            self.dropout = nn.Dropout(DROPOUT)

        def forward(self, sources, targets):
            lengths = (sources != 0).sum(1)
            packed = nn.utils.rnn.pack_padded_sequence(
                self.dropout(self.source(sources)),
                lengths,
                batch_first=True,
                enforce_sorted=False,
            )
            memory, last = self.encoder(packed)
            memory = nn.utils.rnn.pad_packed_sequence(memory, batch_first=True)[0]
            summary = torch.cat([last[0], last[1]], -1)
            states = [torch.tanh(bridge(summary))[None] for bridge in self.bridges]
            previous = nn.functional.pad(targets[:, :-1], (1, 0), value=1)
            vectors = self.dropout(self.target(previous))
            hidden = self.first(vectors, states[0])[0]
            scores = self.query(hidden) @ memory.transpose(1, 2)
            scores = scores.masked_fill((sources == 0)[:, None], -1e9)
            context = torch.softmax(scores, -1) @ memory
            both = self.dropout(torch.cat([hidden, context], -1))
            hidden = self.second(both, states[1])[0]
            features = torch.tanh(self.combine(torch.cat([hidden, context], -1)))
            there = targets != 0
            logits = self.dropout(features)[there] @ self.target.weight.T + self.bias
            return nn.functional.cross_entropy(logits, targets[there])

    network = Network()
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)

    def step(sources, targets):
        optimizer.zero_grad()
        found = network(torch.tensor(sources).long(), torch.tensor(targets).long())
        found.backward()
        nn.utils.clip_grad_norm_(network.parameters(), CLIPNORM)
        optimizer.step()
        return float(found.detach())

    return step


CONTESTANTS = {"seqkit": seqkit_step, "Keras": keras_step, "PyTorch": torch_step}

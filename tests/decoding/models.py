"""Tiny models to search, and what they say of outputs that are given."""

from itertools import product

import numpy as np
import tensorflow as tf

END = 1
VOCABULARY = 4
SOURCE = 3


class RandomModel:
    """Logits and attention that depend on every token so far, and on the row.

    The state is a vector that takes in each token; the memory, a matrix for each row.
    """

    def __init__(self, batch, seed=0, vocabulary=VOCABULARY, units=4):
        random = np.random.default_rng(seed)

        def normal(*shape):
            return random.normal(size=shape).astype("float32")

        self.vocabulary, self.units = vocabulary, units
        self.embedding, self.kernel = normal(vocabulary, units), normal(units, units)
        self.readout = 2 * normal(units, vocabulary)
        self.start = np.zeros(batch, "int32")
        self.state = {"vector": normal(batch, units)}
        self.memory = (normal(batch, SOURCE, units),)

    def step(self, tokens, state, memory):
        assert tokens.shape[0] == memory[0].shape[0]  # not copied for the beams
        vector = tf.tanh(
            tf.gather(self.embedding, tokens) + tf.matmul(state["vector"], self.kernel)
        )
        attention = tf.nn.softmax(tf.matmul(vector, memory[0], transpose_b=True))
        seen = vector + tf.matmul(attention, memory[0])
        return tf.matmul(seen, self.readout), {"vector": vector}, attention

    @property
    def question(self):
        return self.step, self.start, self.state, self.memory

    def following(self, row, ids):
        """What follows those tokens: log-probabilities and attention; NumPy."""
        vector, memory = self.state["vector"][row], self.memory[0][row]
        for token in [self.start[row], *ids]:
            vector = np.tanh(self.embedding[token] + vector @ self.kernel)
        attention = np.exp(memory @ vector)
        attention /= attention.sum()
        logits = (vector + attention @ memory) @ self.readout
        return logits - np.log(np.exp(logits).sum()), attention

    def forced(self, row, ids):
        """Log-probability of the tokens and the end, and the attention at each."""
        outputs = [*ids, END]
        found = [self.following(row, outputs[:place]) for place in range(len(outputs))]
        total = sum(f[0][token] for f, token in zip(found, outputs, strict=True))
        return total, np.array([attention for _, attention in found])

    def every_output(self, longest, shortest=0):
        """All outputs of up to so many tokens."""
        tokens = [token for token in range(self.vocabulary) if token != END]
        for length in range(shortest, longest + 1):
            yield from product(tokens, repeat=length)


def outputs(found, row):
    """The outputs of a row as lists of ids."""
    pairs = zip(found.ids[row].numpy(), found.lengths[row].numpy(), strict=True)
    return [ids[:length].tolist() for ids, length in pairs]


def same(one, other):
    """Check that two results are the same, padding aside."""
    length = max(int(tf.reduce_max(r.lengths)) for r in (one, other))
    for mine, its in zip(one, other, strict=True):
        if mine is None:
            assert its is None
            continue
        if len(mine.shape) > 2:
            assert mine.shape[2] <= length
        np.testing.assert_allclose(mine, its, atol=1e-5)


def repeats(ids, n):
    """Whether a run of n tokens occurs twice."""
    runs = [tuple(ids[place : place + n]) for place in range(len(ids) - n + 1)]
    return len(set(runs)) < len(runs)

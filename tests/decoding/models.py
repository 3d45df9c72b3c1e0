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

    def __init__(self, batch, seed=0, vocabulary=VOCABULARY, sharpness=1.5, units=4):
        random = np.random.default_rng(seed)

        def normal(*shape):
            return random.normal(size=shape).astype("float32")

        self.vocabulary, self.units = vocabulary, units
        self.embedding, self.kernel = normal(vocabulary, units), normal(units, units)
        self.readout = sharpness * normal(units, vocabulary)
        self.start = np.zeros(batch, "int32")
        self.state = {"vector": normal(batch, units)}
        self.memory = (normal(batch, SOURCE, units),)

    def step(self, tokens, state, memory):
        vector = tf.tanh(
            tf.gather(self.embedding, tokens) + tf.matmul(state["vector"], self.kernel)
        )
        attention = tf.nn.softmax(tf.matmul(vector, memory[0], transpose_b=True))
        seen = vector + tf.matmul(attention, memory[0])
        return tf.matmul(seen, self.readout), {"vector": vector}, attention

    @property
    def question(self):
        return self.step, self.start, self.state, self.memory

    def forced(self, row, ids):
        """Log-probability of the tokens and the end, and their attention; NumPy."""
        vector, memory = self.state["vector"][row], self.memory[0][row]
        total, weights, token = 0.0, [], self.start[row]
        for following in [*ids, END]:
            vector = np.tanh(self.embedding[token] + vector @ self.kernel)
            attention = np.exp(memory @ vector)
            attention /= attention.sum()
            logits = (vector + attention @ memory) @ self.readout
            total += logits[following] - np.log(np.exp(logits).sum())
            weights.append(attention)
            token = following
        return total, np.array(weights)

    def every_output(self, longest, shortest=0):
        """All outputs of up to so many tokens."""
        tokens = [token for token in range(self.vocabulary) if token != END]
        for length in range(shortest, longest + 1):
            yield from product(tokens, repeat=length)


def outputs(found, row):
    """The outputs of a row as lists of ids."""
    pairs = zip(found.ids[row].numpy(), found.lengths[row].numpy(), strict=True)
    return [ids[:length].tolist() for ids, length in pairs]


def repeats(ids, n):
    """Whether a run of n tokens occurs twice."""
    runs = [tuple(ids[place : place + n]) for place in range(len(ids) - n + 1)]
    return len(set(runs)) < len(runs)

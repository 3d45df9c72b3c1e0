r"""
From Keras
==========

Change the import. Names, arguments, defaults, weights and their order are those of
Keras: what was trained there goes on here.
"""

# %%

import keras
import numpy as np

from seqkit import layers

words = np.random.default_rng(0).integers(1, 1000, (4, 12))
words[0, 7:] = 0  # padding


def classifier(package):
    return keras.Sequential(
        [
            keras.layers.Embedding(1000, 16, mask_zero=True),
            package.Bidirectional(package.LSTM(8, return_sequences=True)),
            package.GRU(8),
            keras.layers.Dense(2),
        ]
    )


before, after = classifier(keras.layers), classifier(layers)
before(words), after(words)
after.set_weights(before.get_weights())
print(np.abs(np.asarray(before(words)) - np.asarray(after(words))).max())

# %%
# What is different
# -----------------
#
# .. csv-table::
#    :header: Keras | seqkit
#    :delim: |
#
#    ``SimpleRNN``, ``LSTM``, ``GRU`` | `SimpleRNN`, `LSTM`, `GRU`
#    ``RNN(cell)`` | `seqkit.layers.RNN`, over a cell of seqkit
#    ``RNN([cell, cell])`` | `Stack`, of layers or cells
#    ``Bidirectional`` | `Bidirectional`, over layers of either
#    ``unroll=True`` | the same; or a number of steps at a time
#    a dropout out of its range is clamped | an error that names it
#    ``reset_state()`` | the same; or ``reset_state(states)``, to given ones
#
# Errors are one line that says what was wrong:

try:
    layers.LSTM(8, dropout=1.7)
except ValueError as error:
    print(error)

# %%
# What is new
# -----------
# ``recompute`` trains on long sequences in less memory, ``step`` runs one step at a
# time, ``RNN`` takes any cell at the speed of the compiled loop, and layers go around
# layers:

layer = layers.Zoneout(layers.LSTM(8, return_sequences=True), rate=0.1)
print(layer(np.ones((2, 5, 3), "float32")).shape)

# %%
# A file that Keras saved holds the class it was made from, and loads as that. Make the
# model anew with layers of seqkit, then take the weights:

import tempfile
from pathlib import Path

path = Path(tempfile.mkdtemp()) / "before.keras"
before.save(path)
new = classifier(layers)
new(words)
new.set_weights(keras.models.load_model(path).get_weights())
print(np.abs(np.asarray(before(words)) - np.asarray(new(words))).max())

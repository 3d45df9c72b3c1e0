"""A pytest plugin that puts seqkit's layers in the place of Keras's.

`python -m pytest -p seqkit_in_keras FILE ...` with this folder on the path.
"""

import keras.src.layers

import seqkit.layers

REPLACED = ("SimpleRNN", "LSTM", "GRU", "Bidirectional")

for name in REPLACED:
    setattr(keras.src.layers, name, getattr(seqkit.layers, name))

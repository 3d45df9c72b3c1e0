r"""
A first model
=============

A layer of seqkit stands where ``keras.layers.LSTM`` stands.
"""

# %%
# Sequences of bits, and whether two ones stand in a row anywhere:

import keras
import numpy as np

from seqkit.layers import Jordan

keras.utils.set_random_seed(7)
bits = np.random.default_rng(7).integers(0, 2, (2000, 10, 1)).astype("float32")
answer = 1.0 * ((bits[:, 1:] * bits[:, :-1]).sum(axis=(1, 2)) > 0)
model = keras.Sequential([Jordan(32, decay=0.5), keras.layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(bits[:1500], answer[:1500], epochs=20, verbose=0)
model.evaluate(bits[1500:], answer[1500:], verbose=0, return_dict=True)

r"""
A first model
=============

A layer of seqkit stands where ``keras.layers.LSTM`` stands: here Jordan's network of
1986, whose output comes back as an input. The question is whether two ones stand in a
row anywhere among ten bits.
"""

# %%

import keras
import numpy as np

from seqkit.layers import Jordan

keras.utils.set_random_seed(7)
bits = np.random.default_rng(7).integers(0, 2, (2000, 10, 1)).astype("float32")
answer = 1.0 * ((bits[:, 1:] * bits[:, :-1]).sum(axis=(1, 2)) > 0)

model = keras.Sequential([Jordan(32, decay=0.5), keras.layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(bits[:1500], answer[:1500], epochs=20, verbose=0)
loss, accuracy = model.evaluate(bits[1500:], answer[1500:], verbose=0)
print(f"{model.count_params()} weights, accuracy on new sequences {accuracy:.3f}")
print(f"share of the more frequent answer {max(answer.mean(), 1 - answer.mean()):.3f}")

# %%
# Sequences of several lengths
# ----------------------------
# A mask says which steps are there, at any places. What stands under it, even NaN,
# changes nothing. Here the last four bits are not there:

mask = np.arange(10) < 6
garbage = np.where(mask[:, None], bits[:3], np.nan)
layer = model.layers[0]
masked = layer(garbage, mask=np.tile(mask, (3, 1)))
short = layer(bits[:3, :6])
print(np.abs(np.asarray(masked) - np.asarray(short)).max())

# %%
# One step at a time
# ------------------
# Where readings come one by one, ``step`` goes on from the states before. It gives what
# the whole sequence gives:

states = layer.initial_state(3)
for t in range(10):
    output, states = layer.step(bits[:3, t], states)
print(np.abs(np.asarray(output) - np.asarray(layer(bits[:3]))).max())

# %%
# Saved and loaded
# ----------------

import tempfile
from pathlib import Path

path = Path(tempfile.mkdtemp()) / "bits.keras"
model.save(path)
again = keras.models.load_model(path)
print(again.predict(bits[:3], verbose=0).ravel().round(3))
print(model.predict(bits[:3], verbose=0).ravel().round(3))

r"""
Serve it
========

A model with layers of seqkit is exported as any Keras model. The graph that is written
has stock TensorFlow operations alone, and no GPU is needed to run it.
"""

# %%

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from seqkit import layers

keras.utils.set_random_seed(0)
inputs = keras.Input((None, 3), name="readings")
hidden = layers.Bidirectional(layers.GRU(8, return_sequences=True))(inputs)
outputs = keras.layers.Dense(2, "softmax")(layers.LSTM(8)(hidden))
model = keras.Model(inputs, outputs)
readings = np.random.default_rng(0).normal(size=(4, 20, 3)).astype("float32")

# %%
# For TensorFlow Serving
# ----------------------
# The folder's name is the version.

folder = Path(tempfile.mkdtemp()) / "model" / "1"
model.export(folder, verbose=False)
print(sorted(path.name for path in folder.iterdir()))

# %%
# A process that knows neither Keras nor seqkit gives the same answer:

import subprocess
import sys

np.save(folder.parent / "readings.npy", readings)
program = f"""
import sys
sys.modules["seqkit"] = sys.modules["keras"] = None  # not to be imported
import numpy as np
import tensorflow as tf
model = tf.saved_model.load({str(folder)!r})
readings = np.load({str(folder.parent / "readings.npy")!r})
np.save({str(folder.parent / "answers.npy")!r}, model.serve(readings))
"""
subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
answers = np.load(folder.parent / "answers.npy")
print(np.abs(answers - model.predict(readings, verbose=0)).max())

# %%
# Its signature, as TensorFlow Serving reads it:

loaded = tf.saved_model.load(str(folder))
signature = loaded.signatures["serving_default"]
print(signature.structured_input_signature[1])
print(signature.structured_outputs)

# %%
# .. code-block:: shell
#
#     docker run -p 8501:8501 -e MODEL_NAME=model \
#       -v "$PWD/model:/models/model" tensorflow/serving
#     curl -d '{"inputs": [[[0.1, 0.2, 0.3]]]}' localhost:8501/v1/models/model:predict
#
# Proven before it is written
# ---------------------------
# `seqkit.export.export_saved_model` takes functions of your own: of strings, of several
# inputs, with states that go in and come out. It loads what it wrote in a fresh
# process, compares the answers, and writes nothing where they differ. Here one step of
# a network, for readings that come one by one:

from seqkit.export import Signature, export_saved_model

cell = layers.GRU(8)
cell.build((None, None, 3))


def one_step(reading, state):
    output, (state,) = cell.step(reading, [state])
    return {"output": output, "state": state}


step = Signature(
    one_step,
    inputs={
        "reading": tf.TensorSpec((None, 3), tf.float32),
        "state": tf.TensorSpec((None, 8), tf.float32),
    },
    probes=[{"reading": readings[:, 0], "state": np.zeros((4, 8), "float32")}],
)
folder = Path(tempfile.mkdtemp()) / "1"
export_saved_model(folder, {"serving_default": step}, cell.weights)

loaded = tf.saved_model.load(str(folder))
served = loaded.signatures["serving_default"]
state = np.zeros((4, 8), "float32")
for t in range(20):
    state = served(reading=readings[:, t], state=state)["state"]
print(np.abs(state.numpy() - np.asarray(cell(readings))).max())

# %%
# TensorFlow Lite
# ---------------
# Its own operations alone. The batch and the length may be of any size.

import contextlib
import io
import warnings

with contextlib.redirect_stdout(io.StringIO()):  # it lists every variable
    converted = tf.lite.TFLiteConverter.from_keras_model(model).convert()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the interpreter moves to a package of its own
    interpreter = tf.lite.Interpreter(model_content=converted)
(given,) = interpreter.get_input_details()
interpreter.resize_tensor_input(given["index"], readings.shape)
interpreter.allocate_tensors()
interpreter.set_tensor(given["index"], readings)
interpreter.invoke()
(answer,) = interpreter.get_output_details()
lite = interpreter.get_tensor(answer["index"])
print(len(converted), "bytes,", np.abs(lite - answers).max())

# %%
# The applications write such folders by themselves: :doc:`/sentiment`,
# :doc:`/translation`, :doc:`/anomaly`.

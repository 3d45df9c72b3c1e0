"""Point 5, second half: a SavedModel that needs TensorFlow alone, fresh process."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqkit.testing.points.compare import require, same
from seqkit.testing.subject import FULL, Subject, arrays

SHAPES = ((3, 4), (1, 1))

# What the fresh process runs: it knows a SavedModel and inputs, no more.
RELOAD = """
import sys
sys.modules["seqkit"] = sys.modules["keras"] = None  # importing either would raise
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1] + "/model")
for inputs in tf.io.gfile.glob(sys.argv[1] + "/inputs_*.npy"):
    outputs = model.serve(tf.constant(np.load(inputs)))
    np.savez(inputs.replace("inputs_", "outputs_")[:-4], **outputs)
"""


def check_export(subject: Subject) -> None:
    """The exported layer gives the same in a process that knows TensorFlow alone."""
    problems = export_problems({"layer": subject})
    require(not problems, "; ".join(problems))


def export_problems(subjects: Mapping[str, Subject]) -> list[str]:
    """Export layers as one model, reload it in a fresh process, and compare.

    Args:
        subjects: The layers, by any names; their inputs have the same size.

    Returns:
        What is wrong, each with the name of the layer.

    Raises:
        RuntimeError: If the fresh process fails.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        expected = _export(subjects, folder)
        _reload(folder)
        problems = [
            f"the SavedModel holds the compiled function {name}"
            for name in compiled_functions(folder / "model")
        ]
        for i, shape in enumerate(SHAPES):
            with np.load(folder / f"outputs_{i}.npz") as found:
                for name, value in expected[i].items():
                    try:
                        same(found[name], value, f"{name} at {shape}, reloaded")
                    except AssertionError as error:
                        problems.append(str(error))
    return problems


def _export(
    subjects: Mapping[str, Subject], folder: Path
) -> list[dict[str, np.ndarray]]:
    """Export the layers; return what they give, by layer and number of the output."""
    (features,) = {subject.features for subject in subjects.values()}
    inputs = keras.Input((None, features))
    outputs = {
        f"{name}_{i}": tensor
        for name, subject in subjects.items()
        for i, tensor in enumerate(keras.tree.flatten(subject.layer(**FULL)(inputs)))
    }
    model = keras.Model(inputs, outputs)
    model.export(folder / "model", verbose=False)
    expected = []
    for i, (batch, time) in enumerate(SHAPES):
        x = np.random.default_rng(i).normal(size=(batch, time, features))
        np.save(folder / f"inputs_{i}.npy", x.astype("float32"))
        results = model(x.astype("float32"))
        expected.append({name: arrays(value)[0] for name, value in results.items()})
    return expected


def _reload(folder: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-I", "-c", RELOAD, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise RuntimeError(f"the fresh process failed:\n{process.stderr[-4000:]}")


def compiled_functions(folder: Path) -> list[str]:
    """Return the names of a SavedModel's functions that XLA has to compile.

    Args:
        folder: A SavedModel.

    Returns:
        Names of functions, and of nodes calling them, marked `_XlaMustCompile`.
    """
    from tensorflow.core.protobuf import saved_model_pb2

    model = saved_model_pb2.SavedModel.FromString(
        (folder / "saved_model.pb").read_bytes()
    )

    def marked(thing: Any) -> bool:
        return thing.attr["_XlaMustCompile"].b if thing.attr else False

    names = []
    for graph in (meta.graph_def for meta in model.meta_graphs):
        functions = graph.library.function
        names += [f.signature.name for f in functions if marked(f)]
        nodes = [*graph.node, *(n for f in functions for n in f.node_def)]
        names += [n.name for n in nodes if marked(n)]
    return names

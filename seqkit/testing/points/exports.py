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

# What the fresh process runs: it knows folders of SavedModels and inputs, no more.
RELOAD = """
import sys
sys.modules["seqkit"] = sys.modules["keras"] = None  # importing either would raise
import numpy as np
import tensorflow as tf
for folder in sys.argv[1:]:
    model = tf.saved_model.load(folder + "/model")
    for inputs in tf.io.gfile.glob(folder + "/inputs_*.npy"):
        outputs = tf.nest.flatten(model.serve(tf.constant(np.load(inputs))))
        np.savez(inputs.replace("inputs_", "outputs_")[:-4], *outputs)
"""


def check_export(subject: Subject) -> None:
    """The exported layer gives the same in a process that knows TensorFlow alone."""
    problems = export_problems({"layer": subject})
    require(not problems, problems.get("layer", ""))


def export_problems(subjects: Mapping[str, Subject]) -> dict[str, str]:
    """Export layers, reload them all in one fresh process, and compare.

    Args:
        subjects: The layers, by any names that do as folder names.

    Returns:
        What is wrong, by the names of the layers it is wrong with.

    Raises:
        RuntimeError: If the fresh process fails.
    """
    problems: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folders = {name: Path(temporary) / name for name in subjects}
        expected = {n: _export(s, folders[n]) for n, s in subjects.items()}
        _reload(list(folders.values()))
        for name, folder in folders.items():
            try:
                _compare(folder, expected[name])
            except AssertionError as error:
                problems[name] = str(error)
    return problems


def _export(subject: Subject, folder: Path) -> list[list[np.ndarray]]:
    inputs = keras.Input((None, subject.features))
    model = keras.Model(inputs, subject.layer(**FULL)(inputs))
    model.export(folder / "model", verbose=False)
    expected = []
    for i, shape in enumerate(SHAPES):
        x = subject.inputs(*shape)
        np.save(folder / f"inputs_{i}.npy", x)
        expected.append(arrays(model(x)))
    return expected


def _reload(folders: list[Path]) -> None:
    process = subprocess.run(
        [sys.executable, "-I", "-c", RELOAD, *map(str, folders)],
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise RuntimeError(f"the fresh process failed:\n{process.stderr[-4000:]}")


def _compare(folder: Path, expected: list[list[np.ndarray]]) -> None:
    for i, shape in enumerate(SHAPES):
        with np.load(folder / f"outputs_{i}.npz") as found:
            same(
                [found[name] for name in found.files],
                expected[i],
                f"the reloaded SavedModel at {shape}",
            )
    compiled = compiled_functions(folder / "model")
    require(not compiled, f"the SavedModel holds compiled functions: {compiled}")


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

"""SavedModels of stock TensorFlow ops, proven in a process that has only TensorFlow."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from seqkit import fresh_process
from seqkit.errors import ExportError
from seqkit.folders import complete_folder
from seqkit.recurrence import portable

# What a process with nothing but TensorFlow and a CPU cannot run.
_FOREIGN_OPS = ("PyFunc", "EagerPyFunc", "PyFuncStateless", "XlaLaunch", "CudnnRNN")
_COMPILED = ("_XlaMustCompile", "_XlaCompile")
_TOLERANCE = 1e-4  # relative and absolute: loops may sum in another order


@dataclass(frozen=True)
class Signature:
    """One entry point of a SavedModel.

    Args:
        function: Tensors by keyword to a dict of tensors.
        inputs: The shape and dtype of each keyword; none for a constant.
        probes: Inputs on which the reloaded model must answer as `function` does.
    """

    function: Callable[..., Mapping[str, tf.Tensor]]
    inputs: Mapping[str, tf.TensorSpec] = field(default_factory=dict)
    probes: Sequence[Mapping[str, Any]] = ()


def export_saved_model(
    folder: str | os.PathLike,
    signatures: Mapping[str, Signature],
    resources: Iterable[Any],
) -> None:
    """Write a SavedModel and prove it, or write nothing.

    The functions are traced with the portable time loop. A fresh process that cannot
    import seqkit or Keras then loads what was written, and its answers to the probes
    are compared with those of the live functions: strings and integers must be equal,
    floats agree to 1e-4, NaN to NaN.

    Args:
        folder: Where to; for TensorFlow Serving its name is a version number. An
            earlier SavedModel there is replaced.
        signatures: The entry points by name.
        resources: All variables and lookup tables that the functions use.

    Raises:
        ExportError: An answer differs, an op is not a stock one, nothing can be
            written, or the fresh process fails; the message says which.
        InputError: `folder` holds something else.

    Example:
        >>> import tempfile
        >>> weight = tf.Variable(2.0)
        >>> scale = Signature(
        ...     lambda x: {"y": weight * x},
        ...     {"x": tf.TensorSpec([None], tf.float32)},
        ...     probes=[{"x": [1.0, 2.0]}],
        ... )
        >>> folder = tempfile.mkdtemp() + "/1"
        >>> export_saved_model(folder, {"serving_default": scale}, [weight])
        >>> served = tf.saved_model.load(folder).signatures["serving_default"]
        >>> served(x=tf.constant([5.0]))["y"].numpy().tolist()
        [10.0]
    """
    module = tf.Module()
    module.resources = list(resources)
    with portable():
        traced = {name: _trace(each) for name, each in signatures.items()}
    for name, function in traced.items():
        _refuse_foreign_ops(name, function)
    with complete_folder(folder, replaceable=_is_saved_model) as partial:
        try:
            tf.saved_model.save(module, str(partial), signatures=traced)
        except tf.errors.OpError as error:  # a disk that is full
            reason = (error.message or repr(error)).splitlines()[0].split("; ")[-1]
            raise ExportError(f"{folder}: cannot be written: {reason}") from error
        _compare(partial, signatures)


def _is_saved_model(folder: Path) -> bool:
    return (folder / "saved_model.pb").is_file()


def _trace(signature: Signature) -> Any:
    @tf.function(autograph=False)
    def traced(**tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(signature.function(**tensors))

    return traced.get_concrete_function(**signature.inputs)


def _refuse_foreign_ops(name: str, function: Any) -> None:
    graph = function.graph.as_graph_def()
    for node in [*graph.node, *(n for f in graph.library.function for n in f.node_def)]:
        compiled = [key for key in _COMPILED if key in node.attr and node.attr[key].b]
        if node.op.startswith(_FOREIGN_OPS) or compiled:
            raise ExportError(
                f"signature {name!r} may use stock TensorFlow ops only; node "
                f"{node.name!r} is {node.op} {' '.join(compiled)}".rstrip()
            )


def _compare(folder: Path, signatures: Mapping[str, Signature]) -> None:
    """Ask the fresh process and the live functions the same, or raise."""
    asked = [
        (name, _tensors(each, probe))
        for name, each in signatures.items()
        for probe in each.probes
    ]
    reloaded = _answers_of_fresh_process(folder, asked)
    for (name, inputs), answers in zip(asked, reloaded, strict=True):
        live = signatures[name].function(**inputs)
        for output in {*live, *answers}:
            if output not in live or output not in answers:
                raise ExportError(f"signature {name!r}: output {output!r} is missing")
            _compare_one(name, inputs, output, live[output], answers[output])


def _tensors(signature: Signature, probe: Mapping[str, Any]) -> dict[str, tf.Tensor]:
    return {
        key: tf.convert_to_tensor(value, signature.inputs[key].dtype)
        for key, value in probe.items()
    }


def _compare_one(name: str, inputs: Any, output: str, live: Any, reloaded: Any) -> None:
    live, reloaded = np.asarray(live), np.asarray(reloaded)
    same = live.dtype == reloaded.dtype and live.shape == reloaded.shape
    if same and live.dtype.kind == "f":
        same = np.allclose(live, reloaded, _TOLERANCE, _TOLERANCE, equal_nan=True)
    elif same:
        same = np.array_equal(live, reloaded)
    if not same:
        asked = {key: value.numpy().tolist() for key, value in inputs.items()}
        raise ExportError(
            f"signature {name!r}, output {output!r}: the live model answers "
            f"{live.tolist()}, the reloaded one {reloaded.tolist()} to "
            f"{str(asked)[:200]}"
        )


def _answers_of_fresh_process(
    folder: Path, asked: Sequence[tuple[str, Mapping[str, tf.Tensor]]]
) -> list[dict[str, tf.Tensor]]:
    packed = [
        {"signature": name, "inputs": fresh_process.pack(inputs)}
        for name, inputs in asked
    ]
    with tempfile.TemporaryDirectory() as temporary:
        questions, answers = Path(temporary, "questions"), Path(temporary, "answers")
        questions.write_text(json.dumps(packed), encoding="utf-8")
        command = [fresh_process.__file__, str(folder), str(questions), str(answers)]
        finished = subprocess.run(
            [sys.executable, "-I", *command],
            cwd=temporary,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},  # it must need no GPU
        )
        if finished.returncode:
            raise ExportError(
                "the fresh process failed to load and run the SavedModel: "
                + (finished.stderr.strip() or "no message").splitlines()[-1]
            )
        given = json.loads(answers.read_text(encoding="utf-8"))
    return [fresh_process.unpack(each) for each in given]

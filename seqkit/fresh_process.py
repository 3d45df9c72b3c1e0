"""Answers of a SavedModel, in a process that has TensorFlow and nothing of seqkit.

    python fresh_process.py FOLDER QUESTIONS ANSWERS

QUESTIONS is a JSON list of {"signature": name, "inputs": {name: [dtype, hex]}}, each
tensor as the hexadecimal digits of `tf.io.serialize_tensor`; ANSWERS is a JSON list of
{name: [dtype, hex]}. `seqkit.export` runs this file.
"""

import json
import sys
from collections.abc import Mapping

if __name__ == "__main__":
    for blocked in ("seqkit", "keras"):  # importing either will raise
        sys.modules[blocked] = None  # type: ignore[assignment]

import tensorflow as tf


def pack(tensors: Mapping) -> dict:
    """Make tensors fit for JSON."""
    return {
        name: [tf.as_dtype(value.dtype).name, serialized(value)]
        for name, value in tensors.items()
    }


def serialized(value: tf.Tensor) -> str:
    """Give the hexadecimal digits of a tensor."""
    return tf.io.serialize_tensor(value).numpy().hex()


def unpack(packed: dict) -> dict:
    """Make tensors of what `pack` gave."""
    return {
        name: tf.io.parse_tensor(bytes.fromhex(digits), dtype)
        for name, (dtype, digits) in packed.items()
    }


def main(folder: str, questions: str, answers: str) -> None:
    """Answer the questions."""
    signatures = tf.saved_model.load(folder).signatures
    with open(questions, encoding="utf-8") as file:
        asked = json.load(file)
    given = [
        pack(signatures[each["signature"]](**unpack(each["inputs"]))) for each in asked
    ]
    with open(answers, "w", encoding="utf-8") as file:
        json.dump(given, file)


if __name__ == "__main__":
    main(*sys.argv[1:])

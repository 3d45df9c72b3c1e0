"""The loop that runs a layer is the one that suits the place."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqkit import layers
from seqkit.recurrence import choose, portable


def chosen_in_graph(layer):
    seen = []
    tf.function(lambda: seen.append(choose(layer))).get_concrete_function()
    return seen[0]


def test_eager_is_plain():
    assert choose(layers.LSTM(2)) == "plain"


def test_graph_is_compiled():
    assert chosen_in_graph(layers.LSTM(2)) == "compiled"


def test_portable_graph_is_plain():
    with portable():
        assert chosen_in_graph(layers.LSTM(2)) == "plain"
    assert chosen_in_graph(layers.LSTM(2)) == "compiled"


def test_portable_ends_when_it_fails():
    with pytest.raises(KeyError), portable():
        raise KeyError
    assert chosen_in_graph(layers.LSTM(2)) == "compiled"


class Watched(layers.SimpleRNN):
    """Notes which loop is chosen whenever it is called."""

    def call(self, sequences, initial_state=None, **kwargs):
        CHOSEN.append(choose(self))
        return super().call(sequences, initial_state, **kwargs)


CHOSEN = []


def test_an_exported_graph_is_plain(tmp_path):
    model = keras.Sequential([keras.layers.Input((None, 3)), Watched(2)])
    CHOSEN.clear()
    model.predict(np.zeros((2, 5, 3), "float32"), verbose=0)
    assert CHOSEN == ["compiled"]
    for save in (lambda m, p: m.export(p, verbose=False), tf.saved_model.save):
        CHOSEN.clear()
        save(model, str(tmp_path / "saved"))
        assert "plain" in CHOSEN


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("tf2onnx", "plain"),
        ("tf2onnx.convert", "plain"),
        ("tensorflow.python.saved_model.save", "plain"),
        ("keras.src.export.saved_model", "plain"),
        ("tf2onnx_free", "compiled"),
        ("tf2onnxruntime.tools", "compiled"),
        ("keras.src.exporting", "compiled"),
        ("my.tf2onnx", "compiled"),
    ],
)
def test_exporters_are_known_by_their_whole_name(module, expected):
    there = {"__name__": module, "ask": lambda: chosen_in_graph(layers.LSTM(2))}
    exec("found = ask()", there)
    assert there["found"] == expected


def test_other_backends_run_the_loop_of_keras(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    assert choose(layers.LSTM(2)) == "keras"

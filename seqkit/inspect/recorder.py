"""What keeps the runs of layers while a call is traced."""

import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from seqkit.cells.base import Cell
from seqkit.inspect.keras_layers import MIRRORS, Mirror
from seqkit.inspect.reading import Reading, reading_of
from seqkit.inspect.record import LayerTrace
from seqkit.inspect.steps import RunGradients, layer_trace
from seqkit.inspect.tree import layers_inside
from seqkit.layers.attention import Attention
from seqkit.recurrence.recorded import Run


class Recorder:
    """Keeps all runs of layers, and what attention reads, in their order.

    Args:
        thing: the layer or model that is traced.
        tape: what differentiates by what is watched, or None.
    """

    def __init__(self, thing: keras.layers.Layer, tape: tf.GradientTape | None) -> None:
        self.tape = tape
        self._kept: list[Run | Reading] = []
        self._layers = [layer for _, layer in layers_inside(thing)]
        self._names = {id(layer): name for name, layer in layers_inside(thing)}

    def watch(self, tensor: Any) -> Any:
        """Return a tensor as one of its own, by which the tape differentiates."""
        tensor = tf.identity(tensor)
        if self.tape is not None:
            self.tape.watch(tensor)
        return tensor

    def add(self, kept: Run | Reading) -> None:
        """Keep a run, or what an attention read."""
        self._kept.append(kept)

    @contextlib.contextmanager
    def replacing_calls(self) -> Iterator[None]:
        """Inside, layers of Keras run by this package's equations; attention is kept.

        Raises:
            ValueError: a layer is recurrent and of no known kind.
        """
        replaced = []
        try:
            for layer in self._layers:
                call = self._call_for(layer)
                if call is not None:
                    vars(layer)["call"] = call
                    replaced.append(layer)
            yield
        finally:
            for layer in replaced:
                del vars(layer)["call"]

    def _call_for(self, layer: keras.layers.Layer) -> Callable | None:
        """Return what to call in a layer's place, or None for its own call."""
        if isinstance(layer, Attention):
            return functools.partial(reading_of, layer, layer.call, self)
        if not isinstance(layer, keras.layers.RNN) or isinstance(layer.cell, Cell):
            return None
        if type(layer) not in MIRRORS:
            raise ValueError(
                "A recurrent layer that is traced must be over a cell of seqkit, or "
                "keras.layers.LSTM, GRU or SimpleRNN, got "
                f"{layer.name!r}, a {type(layer).__name__} over "
                f"{type(layer.cell).__name__}."
            )
        mirror = Mirror(layer)
        self._names[id(mirror.layer)] = self._names[id(layer)]
        return mirror

    def layers(self, value: Any) -> list[LayerTrace]:
        """Return the records, with the gradients of a value unless that is None.

        Raises:
            ValueError: nothing was kept.
        """
        if not self._kept:
            raise ValueError(
                "`layer_or_model` must have a recurrent layer inside; none ran."
            )
        gradients: Any = [None] * len(self._kept)
        if value is not None and self.tape is not None:
            sources = [kept.sources for kept in self._kept]
            zero = tf.UnconnectedGradients.ZERO
            gradients = self.tape.gradient(value, sources, unconnected_gradients=zero)
        counts: Counter = Counter()
        traces = []
        for kept, of_kept in zip(self._kept, gradients, strict=True):
            name = self._names.get(id(kept.layer), kept.layer.name)
            counts[name] += 1
            if counts[name] > 1:
                name = f"{name} ({counts[name]})"
            if isinstance(kept, Reading):
                traces.append(kept.trace(name, of_kept))
            else:
                of_loss = None if of_kept is None else RunGradients(*of_kept)
                traces.append(layer_trace(kept, name, of_loss))
        return traces

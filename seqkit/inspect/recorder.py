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
from seqkit.layers.stretches import Stretches
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
        self._shapes: list[tuple[int, int] | None] = []  # of what was cut in stretches
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
        self._shapes.append(None)

    @contextlib.contextmanager
    def replacing_calls(self) -> Iterator[None]:
        """Inside, layers of Keras run by this package's equations; attention is kept.

        Raises:
            ValueError: a layer is recurrent and of no known kind.
        """
        replaced: list[Any] = []
        try:
            for layer in self._layers:
                calls: dict[Any, Any] = {layer: self._call_for(layer)}
                cell = getattr(layer, "cell", None)
                if isinstance(cell, Cell):
                    calls[cell] = functools.partial(_refuse_steps, layer)
                for each, call in calls.items():
                    if call is not None:
                        vars(each)["call"] = call
                        replaced.append(each)
            yield
        finally:
            for layer in replaced:
                del vars(layer)["call"]

    def _call_for(self, layer: keras.layers.Layer) -> Callable | None:
        """Return what to call in a layer's place, or None for its own call."""
        if isinstance(layer, Attention):
            return functools.partial(reading_of, layer, layer.call, self)
        if isinstance(layer, Stretches):
            return functools.partial(self._read_in_stretches, layer.call)
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

    def _read_in_stretches(
        self, call: Callable, sequences: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Call a layer that cuts sequences, and keep their shape."""
        start = len(self._kept)
        result = call(sequences, *args, **kwargs)
        shape = tuple(sequences.shape[:2])
        self._shapes[start:] = [shape] * (len(self._kept) - start)
        return result

    def layers(self, value: Any) -> list[LayerTrace]:
        """Return the records, with the gradients of a value unless that is None.

        Raises:
            ValueError: nothing was kept, or the value depends on none of it.
        """
        if not self._kept:
            raise ValueError(
                "`layer_or_model` must have a recurrent layer inside; none ran."
            )
        gradients: Any = [None] * len(self._kept)
        if value is not None and self.tape is not None:
            sources = [kept.sources for kept in self._kept]
            gradients = self.tape.gradient(value, sources)
            if all(each is None for each in tf.nest.flatten(gradients)):
                raise ValueError(
                    "`loss` must depend on what the call returns, by ops that "
                    "TensorFlow can differentiate; it does not."
                )
            gradients = [
                tf.nest.map_structure(_or_zeros, of_kept, kept)
                for of_kept, kept in zip(gradients, sources, strict=True)
            ]
        counts: Counter = Counter()
        traces = []
        for kept, shape, of_kept in zip(
            self._kept, self._shapes, gradients, strict=True
        ):
            name = self._names.get(id(kept.layer), kept.layer.name)
            counts[name] += 1
            if counts[name] > 1:
                name = f"{name} ({counts[name]})"
            if isinstance(kept, Reading):
                traces.append(kept.trace(name, of_kept))
            else:
                of_loss = None if of_kept is None else RunGradients(*of_kept)
                traces.append(layer_trace(kept, name, of_loss))
            if shape is not None:
                traces[-1].join_stretches(*shape)
        return traces


def _or_zeros(gradient: Any, source: Any) -> Any:
    return tf.zeros_like(source) if gradient is None else gradient


def _refuse_steps(layer: keras.layers.RNN, *_: Any, **__: Any) -> None:
    raise ValueError(
        "`layer_or_model` must call its recurrent layers on whole sequences to be "
        f"traced; it calls the cell of {layer.name!r} step by step."
    )

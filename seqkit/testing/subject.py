"""A layer under test: made with any options, always with the same weights."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

FULL = {"return_sequences": True, "return_state": True}
BATCH, TIME = 5, 5


def arrays(result: Any) -> list[np.ndarray]:
    """Return what a layer gave as a flat list of NumPy arrays, bfloat16 as float32."""

    def array(value: Any) -> np.ndarray:
        if keras.backend.standardize_dtype(value.dtype) == "bfloat16":
            value = keras.ops.cast(value, "float32")
        return np.asarray(keras.ops.convert_to_numpy(value))

    return [array(value) for value in keras.tree.flatten(result)]


def tensors(nest: Any) -> Any:
    """Return a nest with its NumPy arrays made tensors."""
    return keras.tree.map_structure(
        lambda v: keras.ops.convert_to_tensor(v) if isinstance(v, np.ndarray) else v,
        nest,
    )


def is_bidirectional(layer: Any) -> bool:
    """Return whether a layer reads its input from both ends."""
    return isinstance(layer, keras.layers.Bidirectional)


def cells(layer: Any) -> list[Any]:
    """Return the cell of a layer, or the two of a bidirectional one."""
    if is_bidirectional(layer):
        return [*cells(layer.forward_layer), *cells(layer.backward_layer)]
    return [layer.cell]


def takes(layer: Any, argument: str) -> bool:
    """Return whether the cells of a layer take an argument.

    Example:
        >>> takes(keras.layers.LSTM(2), "recurrent_dropout")
        True
    """
    inner = [part for cell in cells(layer) for part in _parts(cell)]
    signatures = [inspect.signature(type(part)) for part in inner]
    return all(argument in signature.parameters for signature in signatures)


def _parts(cell: Any) -> list[Any]:
    """Return the networks that a cell is made of: itself, where of none."""
    inner = [part for each in getattr(cell, "parts", ()) for part in _parts(each)]
    return inner or [cell]


class Subject:
    """A recurrent layer under test.

    Every layer it makes has the same weights, drawn once: none is zero, so that no
    term of an equation can hide. Layers are kept and reused, for compilation is what
    takes the time.

    Args:
        make_layer: Makes a fresh layer; takes the options of every recurrent layer
            (`return_sequences`, `unroll`, `dropout`, `dtype`, ...) as keywords.
        features: Size of the inputs the layer is tried on.
        truncated: Whether the layer declares that no gradient passes its states.
        graph: Whether `run` calls layers inside a `tf.function`, not eagerly.
        positive_states: Places of states that are positive by their meaning.

    Example:
        >>> subject = Subject(lambda **options: keras.layers.SimpleRNN(2, **options))
        >>> len(arrays(subject.run(subject.layer(return_state=True), subject.inputs())))
        2
    """

    def __init__(
        self,
        make_layer: Callable[..., Any],
        features: int = 3,
        truncated: bool = False,
        graph: bool = False,
        positive_states: tuple[int, ...] = (),
    ):
        self.make_layer = make_layer
        self.features = features
        self.truncated = truncated
        self.graph = graph
        self.positive_states = positive_states
        self._layers: dict[tuple, Any] = {}
        self._functions: dict[tuple, Callable[..., Any]] = {}
        self._weights: list[np.ndarray] | None = None

    def layer(self, **options: Any) -> Any:
        """Return the layer with these options, built, with the subject's weights."""
        key = tuple(sorted((name, repr(value)) for name, value in options.items()))
        if key not in self._layers:
            self._layers[key] = self.fresh(**options)
        return self._layers[key]

    def fresh(self, **options: Any) -> Any:
        """Return a layer that nothing else has used, with the subject's weights."""
        layer = self.make_layer(**options)
        batch = BATCH if options.get("stateful") else None
        layer.build((batch, None, self.features))
        self.give_weights(layer)
        return layer

    def give_weights(self, layer: Any) -> None:
        """Set a layer's weights to the subject's."""
        if self._weights is None:
            rng = np.random.default_rng(7)
            self._weights = [
                rng.uniform(0.1, 0.7, w.shape) * rng.choice([-1, 1], w.shape)
                for w in layer.weights
            ]
        layer.set_weights(self._weights)

    def run(self, layer: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a layer: eagerly, or in a graph."""
        call = self.in_mode(("call", id(layer)), layer.__call__)
        return call(*tensors(args), **tensors(kwargs))

    def in_mode(self, key: tuple, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is or, in graph mode, as a graph, kept by the key."""
        if not self.graph:
            return function
        import tensorflow as tf

        if key not in self._functions:
            self._functions[key] = tf.function(function, autograph=False)
        return self._functions[key]

    def inputs(
        self, batch: int = BATCH, time: int = TIME, dtype: str = "float32"
    ) -> np.ndarray:
        """Return a batch of sequences, always the same.

        They have gaps if NaN is a missing reading to the layer.
        """
        rng = np.random.default_rng(batch * 100 + time)
        sequences = rng.normal(size=(batch, time, self.features)).astype(dtype)
        of_layer = cells(self.layer(**FULL))
        if all(getattr(cell, "accepts_missing", False) for cell in of_layer):
            sequences[:, 1:-1, 1] = np.nan
            sequences[::2, ::3, 2] = np.nan
        return sequences

    def states(self, batch: int = BATCH, dtype: str = "float32") -> list[np.ndarray]:
        """Return initial states that are not zero, one for each state of the layer."""
        rng = np.random.default_rng(batch)
        sizes = [
            size
            for cell in cells(self.layer(**FULL))
            for size in np.ravel(cell.state_size)
        ]
        states = [rng.uniform(-0.8, 0.8, (batch, n)).astype(dtype) for n in sizes]
        for place in self.positive_states:
            states[place] = np.abs(states[place]) + np.asarray(0.5, dtype)
        return states


def masks() -> np.ndarray:
    """Return one mask of each kind: none, right, left, interior, and all masked.

    Returns:
        Booleans, (BATCH, TIME), false where a step is masked.

    Example:
        >>> masks().astype(int)
        array([[1, 1, 1, 1, 1],
               [1, 1, 0, 0, 0],
               [0, 0, 1, 1, 1],
               [1, 0, 1, 0, 1],
               [0, 0, 0, 0, 0]])
    """
    mask = np.ones((BATCH, TIME), bool)
    mask[1, 2:] = False
    mask[2, :2] = False
    mask[3, 1:-1:2] = False
    mask[4] = False
    return mask


def plain_loop(layer: Any) -> Callable[..., Any]:
    """Return a layer's network in the plain loop of `keras.layers.RNN`, same weights.

    Args:
        layer: A recurrent layer that is built, or a bidirectional one.

    Returns:
        A function with the call arguments of the layer, giving what the layer should.

    Example:
        >>> layer = keras.layers.GRU(2)
        >>> x = np.ones((1, 4, 3), "float32")
        >>> bool(np.allclose(layer(x), plain_loop(layer)(x), atol=1e-6))
        True
    """
    if is_bidirectional(layer):
        return _plain_bidirectional(layer)
    loop = keras.layers.RNN(
        layer.cell,
        return_sequences=layer.return_sequences,
        return_state=layer.return_state,
        go_backwards=layer.go_backwards,
        zero_output_for_mask=layer.zero_output_for_mask,
        dtype=layer.dtype_policy,
    )
    loop.supports_masking = True  # Keras 3.16 warns where it says otherwise
    return loop


def _plain_bidirectional(layer: Any) -> Callable[..., Any]:
    forward, backward = (
        plain_loop(layer.forward_layer),
        plain_loop(layer.backward_layer),
    )

    def call(sequences: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        halves = [None, None]
        if initial_state is not None:
            half = len(initial_state) // 2
            halves = [initial_state[:half], initial_state[half:]]
        y, *states = _listed(forward(sequences, initial_state=halves[0], **kwargs))
        y_back, *more = _listed(backward(sequences, initial_state=halves[1], **kwargs))
        if layer.return_sequences:
            y_back = keras.ops.flip(y_back, axis=1)
        merged = {
            "concat": lambda: keras.ops.concatenate([y, y_back], axis=-1),
            "sum": lambda: y + y_back,
            "ave": lambda: (y + y_back) / 2,
            "mul": lambda: y * y_back,
            None: lambda: [y, y_back],
        }[layer.merge_mode]()
        return [merged, *states, *more]

    return call


def _listed(result: Any) -> Sequence[Any]:
    return result if isinstance(result, (list, tuple)) else [result]

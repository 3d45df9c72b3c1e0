"""What a layer or model has inside, by name."""

from collections.abc import Iterator

import keras
from keras.layers import RNN, Layer

from seqkit.keras_internals import sublayers
from seqkit.layers.stack import Stack


def layers_inside(thing: Layer) -> Iterator[tuple[str, Layer]]:
    """Yield a layer and all layers inside, each once, with the name it has there.

    A model's name is left out; of a stack, its layers are numbered. Cells are no layers
    here.

    Example:
    >>> from keras.layers import Dense
    >>> from seqkit.layers import GRU, LSTM, Bidirectional
    >>> both = Bidirectional(LSTM(2, name="lstm"), name="both")
    >>> model = keras.Sequential([both, Dense(1, name="dense")])
    >>> [name for name, _ in layers_inside(model)]
    ['', 'both', 'both/forward_lstm', 'both/backward_lstm', 'dense']
    >>> [name for name, _ in layers_inside(Stack([GRU(2), GRU(2)], name="both"))]
    ['both', 'both/1', 'both/2']
    """
    yield from _inside(
        thing, "" if isinstance(thing, keras.Model) else thing.name, set()
    )


def _inside(thing: Layer, name: str, seen: set) -> Iterator[tuple[str, Layer]]:
    if id(thing) in seen:
        return
    seen.add(id(thing))
    yield name, thing
    prefix = f"{name}/" if name else ""
    if isinstance(thing, Stack):
        for number, layer in enumerate(thing.levels, 1):
            yield from _inside(layer, f"{prefix}{number}", seen)
    elif not isinstance(thing, RNN):
        for layer in sublayers(thing):
            yield from _inside(layer, prefix + layer.name, seen)

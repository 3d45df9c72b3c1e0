"""Which inputs of a sequence go to which outputs: models, by the names of textbooks."""

from typing import Any

import keras
from keras import ops

from seqkit import layers
from seqkit.cells import checks

CONTEXTS = ("last", "transformed", "attention")
GIVEN = ("first", "every")


def many_to_one(
    network: str, features: int, units: int, outputs: int, depth: int = 1
) -> keras.Model:
    """Return a model from a sequence, (batch, T, features), to (batch, outputs).

        h_t = network(x_1 … x_t),    y = W h_T + b

    Args:
        network: the name of a recurrent layer.
        features: size of each input.
        units: of each recurrent layer.
        outputs: size of the output.
        depth: recurrent layers, one over the other.

    Raises:
        ValueError: there is no such network, or a number is no positive integer.

    Example:
        >>> many_to_one("GRU", features=3, units=8, outputs=2).output_shape
        (None, 2)
    """
    inputs = _sequence(features, "inputs")
    h = _recurrent(network, units, depth, every=False)(inputs)
    return _model(inputs, _readout(outputs)(h), "many_to_one")


def one_to_many(
    network: str,
    features: int,
    units: int,
    outputs: int,
    length: int,
    given: str = "every",
    depth: int = 1,
) -> keras.Model:
    """Return a model from one input, (batch, features), to (batch, T, outputs).

        h_t = network(x at every step),  or x at the first and zeros after it
        y_t = W h_t + b                  t = 1 … T

    Args:
        network: the name of a recurrent layer.
        features: size of the input.
        units: of each recurrent layer.
        outputs: size of each output.
        length: T.
        given: at which steps the input is given, "first" or "every".
        depth: recurrent layers, one over the other.

    Raises:
        ValueError: there is no such network, or an argument is out of its range.

    Example:
        >>> one_to_many("GRU", features=3, units=8, outputs=2, length=5).output_shape
        (None, 5, 2)
    """
    length = checks.positive_integer("length", length)
    inputs = keras.Input(
        (checks.positive_integer("features", features),), name="inputs"
    )
    if checks.one_of("given", given, GIVEN) == "every":
        x = keras.layers.RepeatVector(length)(inputs)
    else:
        x = FirstStep(length, name="first_step")(inputs)
    h = _recurrent(network, units, depth, every=True)(x)
    return _model(inputs, _readout(outputs)(h), "one_to_many")


def many_to_many(
    network: str, features: int, units: int, outputs: int, depth: int = 1
) -> keras.Model:
    """Return a model with an output for each input of a sequence.

        h_t = network(x_1 … x_t),    y_t = W h_t + b

    Args:
        network: the name of a recurrent layer.
        features: size of each input.
        units: of each recurrent layer.
        outputs: size of each output.
        depth: recurrent layers, one over the other.

    Raises:
        ValueError: there is no such network, or a number is no positive integer.

    Example:
        >>> many_to_many("GRU", features=3, units=8, outputs=2).output_shape
        (None, None, 2)
    """
    inputs = _sequence(features, "inputs")
    h = _recurrent(network, units, depth, every=True)(inputs)
    return _model(inputs, _readout(outputs)(h), "many_to_many")


def encoder_decoder(
    network: str,
    features: int,
    target_features: int,
    units: int,
    outputs: int,
    context: str = "last",
    depth: int = 1,
) -> keras.Model:
    """Return a model from one sequence to another, of another length.

        h_s = encoder(x_1 … x_s)                          s = 1 … S
        c = h_S                                           context="last"
        c = tanh(V h_S + a)                               context="transformed"
        d_t = decoder([y_{t-1}, c]),  ŷ_t = W d_t + b     t = 1 … T

    With context="attention", c is a transform of all states, another one at each step:

        d_t = decoder(y_{t-1}),  c_t = Σ_s α_ts h_s,  ŷ_t = W [d_t, c_t] + b
        α_t = softmax_s(v · tanh(W_h h_s + W_d d_t))

    Args:
        network: the name of a recurrent layer, for encoder and decoder.
        features: size of each input x.
        target_features: size of each y_{t-1}, the output before as it is fed in.
        units: of each recurrent layer.
        outputs: size of each output.
        context: "last", "transformed" or "attention".
        depth: recurrent layers of encoder and of decoder.

    Returns:
        A model of two inputs: `source` (batch, S, features) and `targets_before`
        (batch, T, target_features), the first of which is what begins a sequence. It
        gives (batch, T, outputs).

    Raises:
        ValueError: there is no such network, or an argument is out of its range.

    Example:
        >>> model = encoder_decoder("GRU", 3, 4, 8, outputs=4, context="attention")
        >>> model([np.ones((2, 6, 3)), np.ones((2, 5, 4))]).shape
        TensorShape([2, 5, 4])

    Reference:
        K. Cho et al. 2014 (arXiv 1406.1078), for the context at every step; D. Bahdanau
        et al. 2015 (arXiv 1409.0473), for the attention.
    """
    checks.one_of("context", context, CONTEXTS)
    source = _sequence(features, "source")
    before = _sequence(target_features, "targets_before", "target_features")
    attends = context == "attention"
    memory = _recurrent(network, units, depth, every=attends)(source)
    decoder = _recurrent(network, units, depth, every=True)
    if attends:
        d = decoder(before)
        attention = layers.BahdanauAttention(units, name="attention")
        d = keras.layers.Concatenate(name="with_context")([d, attention(d, memory)])
    else:
        if context == "transformed":
            memory = keras.layers.Dense(units, "tanh", name="context")(memory)
        d = decoder(AtEveryStep(name="with_context")([before, memory]))
    return _model([source, before], _readout(outputs)(d), "encoder_decoder")


@keras.saving.register_keras_serializable("seqkit")
class FirstStep(keras.layers.Layer):
    """A vector at the first of some steps, and zeros at the others.

    Args:
        length: steps.
        **kwargs: `name`, `dtype`, as for any Keras layer.

    Example:
        >>> np.asarray(FirstStep(3)(np.ones((1, 2)))).tolist()
        [[[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]]
    """

    def __init__(self, length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length = length

    def call(self, inputs: Any) -> Any:
        """Give (batch, length, features)."""
        return ops.pad(inputs[:, None], [[0, 0], [0, self.length - 1], [0, 0]])

    def get_config(self) -> dict:
        """Give the arguments."""
        return {**super().get_config(), "length": self.length}


@keras.saving.register_keras_serializable("seqkit")
class AtEveryStep(keras.layers.Layer):
    """A sequence (batch, time, n) with a vector (batch, m) beside every step.

    The mask is that of the sequence.

    Example:
        >>> AtEveryStep()([np.ones((1, 3, 2)), np.zeros((1, 4))]).shape
        TensorShape([1, 3, 6])
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Give (batch, time, n + m)."""
        sequence, vector = inputs
        repeated = vector[:, None] * ops.ones_like(sequence[..., :1])
        return ops.concatenate([sequence, repeated], axis=-1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Give the mask of the sequence."""
        return None if mask is None else mask[0]


def _sequence(features: int, name: str, argument: str = "features") -> Any:
    return keras.Input((None, checks.positive_integer(argument, features)), name=name)


def _model(inputs: Any, outputs: Any, name: str) -> keras.Model:
    """Return a model that may be given masks, and gives its outputs theirs."""
    model = keras.Model(inputs, outputs, name=name)
    model.supports_masking = True
    return model


def _recurrent(network: str, units: int, depth: int, every: bool) -> Any:
    depth = checks.positive_integer("depth", depth)
    if depth == 1:
        return layers.get(network, units, return_sequences=every)
    stacked = [layers.get(network, units) for _ in range(depth)]
    return layers.Stack(stacked, return_sequences=every)


def _readout(outputs: int) -> keras.layers.Dense:
    outputs = checks.positive_integer("outputs", outputs)
    return keras.layers.Dense(outputs, name="outputs")

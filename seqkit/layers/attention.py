"""Attention: which of many vectors to read, decided by another vector."""

from typing import Any

import keras
from keras import ops

from seqkit.cells import checks
from seqkit.cells.naming import named
from seqkit.layers import arguments
from seqkit.signature import Extensible, config_from_signature


class Attention(Extensible, keras.layers.Layer):
    """Reads a memory of vectors h_1 … h_S with a query d.

        e_s = score(d, h_s)
        α_s = exp(e_s) / Σ_r exp(e_r)          over the steps that the mask leaves
        c   = Σ_s α_s h_s

    A subclass gives the score. Weights where the mask is False are exactly zero, and so
    is the context of a row that has no step at all. What stands under the mask, even
    NaN, changes nothing. The softmax is in float32 under mixed precision too.

    Args:
        kernel_initializer: initializer of the weights.
        **kwargs: `name`, `dtype`, `trainable`, as for any Keras layer.

    Call arguments:
        query: tensor `(batch, features)`, or `(batch, time, features)` for many queries
            of the same memory at once: the steps of a decoder, the beams of a search.
        memory: tensor `(batch, source, memory_features)`, or a ragged one.
        memory_mask: boolean tensor `(batch, source)`; the mask that comes with `memory`
            where it is None.
        keys: what `project(memory, memory_mask)` returned, where many calls read the
            same memory; computed in the call where it is None.
        return_weights: whether to return the weights α besides.

    Returns:
        The context, `(batch, memory_features)` or `(batch, time, memory_features)`, as
        the query is; with `return_weights` followed by the weights, `(batch, source)`
        or `(batch, time, source)`. The context has the mask of the query.

    Raises:
        ValueError: an argument or a shape is wrong.
    """

    _score: Any  # one of the scores below

    def __init__(self, kernel_initializer: Any = "glorot_uniform", **kwargs: Any):
        super().__init__(**kwargs)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.supports_masking = True

    def build(self, query_shape: tuple, memory_shape: tuple) -> None:
        """Create the weights for the last dimensions of query and memory."""
        if len(query_shape) not in (2, 3):
            raise ValueError(
                f"`query` of {self.name!r} must have the shape (batch, features) or "
                f"(batch, time, features), got {tuple(query_shape)}."
            )
        if len(memory_shape) != 3:
            raise ValueError(
                f"`memory` of {self.name!r} must have the shape (batch, source, "
                f"features), got {tuple(memory_shape)}."
            )
        self._sizes = query_shape[-1], memory_shape[-1]
        self._score.build(self, *self._sizes)

    def call(
        self,
        query: Any,
        memory: Any,
        memory_mask: Any = None,
        keys: Any = None,
        return_weights: bool = False,
    ) -> Any:
        """Return the context, and the weights where asked."""
        query = arguments.real(self.name, "query", query, self.compute_dtype)
        memory, memory_mask = self._memory(memory, memory_mask)
        single = len(query.shape) == 2
        rows, (size, _) = memory.shape[0], self._sizes
        arguments.check_shape(
            self.name, "query", query, (rows, size) if single else (rows, None, size)
        )
        if keys is None:
            keys = self._score.keys(memory)
        else:
            keys = arguments.real(self.name, "keys", keys, self.compute_dtype)
            arguments.check_shape(
                self.name, "keys", keys, (*memory.shape[:2], keys.shape[-1])
            )
        scores = self._score(query[:, None] if single else query, keys)
        weights = named("α", _softmax(named("e", scores), memory_mask))
        context = ops.matmul(weights, memory)
        if single:
            context, weights = context[:, 0], weights[:, 0]
        return (context, weights) if return_weights else context

    def project(self, memory: Any, memory_mask: Any = None) -> Any:
        """Return the part of the scores that depends on the memory alone.

        Computed once, it serves every step of a decoder: pass it to the call as `keys`.

        Args:
            memory: tensor `(batch, source, memory_features)`.
            memory_mask: boolean tensor `(batch, source)`.

        Returns:
            Tensor `(batch, source, size)`.

        Raises:
            ValueError: the layer has no weights yet.
        """
        if not self.built:
            raise ValueError(
                f"{self.name!r} has no weights before its first call or `build`."
            )
        return self._score.keys(self._memory(memory, memory_mask)[0])

    def _memory(self, memory: Any, mask: Any) -> tuple[Any, Any]:
        """Return the memory with zeros under the mask, and the mask."""
        memory, mask = arguments.dense(self.name, memory, mask, "memory")
        memory = arguments.real(self.name, "memory", memory, self.compute_dtype)
        arguments.check_shape(self.name, "memory", memory, (None, None, self._sizes[1]))
        mask = arguments.mask_of_steps(self.name, memory, mask, "memory_mask")
        return _cleared(memory, mask), mask

    def get_config(self) -> dict:
        """Return every constructor argument."""
        return config_from_signature(self, super().get_config())


@keras.saving.register_keras_serializable("seqkit")
class BahdanauAttention(Attention):
    """Additive attention.

        e_s = v·tanh(W h_s + U d)
        α   = softmax(e)
        c   = Σ_s α_s h_s

    for a query d and a memory h_1 … h_S. Weights: `memory_kernel` W `(memory_features,
    units)`, `query_kernel` U `(features, units)`, `score_kernel` v `(units, 1)`.

    A call holds the tanh of every pair of a query and a memory vector at once: `batch ×
    time × source × units` numbers.

    Args:
        units: size of the hidden layer of the score.

    Example:
    >>> layer = BahdanauAttention(8)
    >>> memory = np.ones((2, 5, 6), "float32")
    >>> mask = np.array([[True] * 5, [True] * 2 + [False] * 3])
    >>> query = np.ones((2, 4), "float32")
    >>> context, weights = layer(query, memory, mask, return_weights=True)
    >>> context.shape
    TensorShape([2, 6])
    >>> weights.numpy().round(2)
    array([[0.2, 0.2, 0.2, 0.2, 0.2],
           [0.5, 0.5, 0. , 0. , 0. ]], dtype=float32)

    Reference: D. Bahdanau, K. Cho, Y. Bengio, "Neural machine translation by jointly
    learning to align and translate", ICLR 2015 (arXiv 1409.0473).
    """

    def __init__(
        self, units: int, kernel_initializer: Any = "glorot_uniform", **kwargs: Any
    ):
        super().__init__(kernel_initializer=kernel_initializer, **kwargs)
        self.units = checks.positive_integer("units", units)
        self._score = _AdditiveScore(self.units)


@keras.saving.register_keras_serializable("seqkit")
class LuongAttention(Attention):
    """Multiplicative attention, and its additive relation.

        e_s = d·h_s                  score="dot": as many features in d as in h
        e_s = d·(W h_s)              score="general"
        e_s = v·tanh(W h_s + U d)    score="concat": one kernel over [h_s; d]
        α   = softmax(e)
        c   = Σ_s α_s h_s

    for a query d and a memory h_1 … h_S. Weights: none; `memory_kernel` W
    `(memory_features, features)`; those of `BahdanauAttention`.

    The products hold `batch × time × source` numbers; "concat" `units` times as many.

    Args:
        score: "dot", "general" or "concat".
        units: size of the hidden layer of "concat", which needs it; the others have
            none.

    Example:
    >>> layer = LuongAttention()
    >>> queries = np.ones((2, 3, 4), "float32")
    >>> memory = np.ones((2, 5, 6), "float32")
    >>> layer(queries, memory).shape
    TensorShape([2, 3, 6])
    >>> keys = layer.project(memory)  # once, for a decoder that goes step by step
    >>> layer(queries[:, 0], memory, keys=keys).shape
    TensorShape([2, 6])

    Reference: M.-T. Luong, H. Pham, C. D. Manning, "Effective approaches to
    attention-based neural machine translation", EMNLP 2015 (arXiv 1508.04025).
    """

    def __init__(
        self,
        score: str = "general",
        units: int | None = None,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(kernel_initializer=kernel_initializer, **kwargs)
        self.score = checks.one_of("score", score, ("dot", "general", "concat"))
        if (units is not None) != (score == "concat"):
            raise ValueError(
                '`units` must be given with score="concat" and with no other, got '
                f"score={score!r} and units={units!r}."
            )
        if units is None:
            self.units = None
            self._score = _DotScore() if score == "dot" else _GeneralScore()
        else:
            self.units = checks.positive_integer("units", units)
            self._score = _AdditiveScore(self.units)


class _DotScore:
    """The score d·h_s."""

    def build(self, layer: Attention, query_size: int, memory_size: int) -> None:
        if query_size != memory_size:
            raise ValueError(
                f"`query` and `memory` of {layer.name!r} must have the same number of "
                f'features with score="dot", got {query_size} and {memory_size}.'
            )

    def keys(self, memory: Any) -> Any:
        return memory

    def __call__(self, query: Any, keys: Any) -> Any:
        return ops.matmul(query, ops.swapaxes(keys, 1, 2))


class _GeneralScore(_DotScore):
    """The score d·(W h_s)."""

    def build(self, layer: Attention, query_size: int, memory_size: int) -> None:
        self.memory_kernel = _kernel(layer, "memory_kernel", memory_size, query_size)

    def keys(self, memory: Any) -> Any:
        return _product(memory, self.memory_kernel)


class _AdditiveScore:
    """The score v·tanh(W h_s + U d)."""

    def __init__(self, units: int):
        self.units = units

    def build(self, layer: Attention, query_size: int, memory_size: int) -> None:
        self.memory_kernel = _kernel(layer, "memory_kernel", memory_size, self.units)
        self.query_kernel = _kernel(layer, "query_kernel", query_size, self.units)
        self.score_kernel = _kernel(layer, "score_kernel", self.units, 1)

    def keys(self, memory: Any) -> Any:
        return _product(memory, self.memory_kernel)

    def __call__(self, query: Any, keys: Any) -> Any:
        query = _product(query, self.query_kernel)
        hidden = ops.tanh(query[:, :, None] + keys[:, None])
        return _product(hidden, self.score_kernel)[..., 0]


def _kernel(layer: Attention, name: str, *shape: int) -> Any:
    return layer.add_weight(
        shape=shape, initializer=layer.kernel_initializer, name=name
    )


def _product(vectors: Any, kernel: Any) -> Any:
    """Return vectors times kernel in the dtype of the vectors."""
    return ops.matmul(vectors, ops.cast(kernel, vectors.dtype))


def _cleared(memory: Any, mask: Any) -> Any:
    """Return the memory with zeros under the mask, so that no NaN gets through."""
    if mask is None:
        return memory
    return ops.where(mask[..., None], memory, ops.zeros_like(memory))


def _softmax(scores: Any, mask: Any) -> Any:
    """Return weights over the last dimension, zero under the mask `(batch, source)`."""
    scores, dtype = ops.cast(scores, "float32"), scores.dtype
    if mask is not None:
        mask = mask[:, None]
        scores = ops.where(mask, scores, -1e30)
    # Not ops.softmax, which warns of a memory of one step.
    greatest = ops.stop_gradient(ops.max(scores, axis=-1, keepdims=True))
    powers = ops.exp(scores - greatest)
    weights = powers / ops.sum(powers, axis=-1, keepdims=True)
    if mask is not None:
        weights = weights * ops.cast(mask, "float32")  # a row without a step: zeros
    return ops.cast(weights, dtype)

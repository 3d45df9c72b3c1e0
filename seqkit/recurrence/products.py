"""Products that a loop records: `dot` as the forward and the backward loop see it."""

from typing import Any

import keras
import tensorflow as tf

from seqkit.recurrence.given_gradients import with_gradient


class Probe:
    """Multiplies, and keeps what a step multiplies, in order.

    Its gradient does not reach the kernels: what is left shows which weights a step
    uses in other ways.
    """

    def __init__(self) -> None:
        self.vectors: list = []
        self.kernels: list = []
        self.results: list = []

    def __call__(self, vector: Any, kernel: Any) -> Any:
        """Return vector · kernel."""
        kernel = kernel.value if isinstance(kernel, keras.Variable) else kernel
        result = tf.matmul(vector, tf.stop_gradient(kernel))
        self.vectors.append(vector)
        self.kernels.append(kernel)
        self.results.append(result)
        return result

    def recorder(self) -> "Recorder":
        """Return a `dot` for one step of a loop."""
        return Recorder(self.kernels)


class Recorder:
    """Multiplies by the kernels of a probe, and keeps the results.

    The kernels come from outside the loop, so that whatever a cell computes of its
    weights is computed once.
    """

    def __init__(self, kernels: list) -> None:
        self.kernels = kernels
        self.results: list = []

    def __call__(self, vector: Any, _: Any) -> Any:
        """Return vector · kernel."""
        result = tf.matmul(vector, self.kernels[len(self.results)])
        self.results.append(result)
        return result


class Replay:
    """Returns recorded results, and keeps what the kernels' gradients are made of.

    The gradient of `result = vector · kernel` with respect to the kernel is the product
    vectorᵀ · error. The errors and vectors of many steps, one below the other, make
    that one product for all of them.

    Attributes:
        vectors: what was multiplied, in order.
        anchor: what every result depends on, formally, to be watched by the tape: so
            errors come to products of vectors that no gradient reaches too.
    """

    def __init__(self, transposed_kernels: list, results: list) -> None:
        self.transposed_kernels = transposed_kernels
        self.results = results
        self.vectors: list = []
        self.anchor = tf.zeros(())
        self._errors: dict[int, Any] = {}

    def __call__(self, vector: Any, _: Any) -> Any:
        """Return the recorded result; its gradient goes to the vector alone."""
        place = len(self.vectors)
        self.vectors.append(vector)

        def gradient(error: Any) -> list:
            self._errors[place] = error
            d_vector = tf.matmul(error, self.transposed_kernels[place])
            return [d_vector, tf.zeros_like(self.anchor)]

        sources = [vector, self.anchor]
        (result,) = with_gradient([self.results[place]], sources, gradient)
        return result

    @property
    def errors(self) -> list:
        """The gradients of the results; zeros where nothing depends on one."""
        found = [self._errors.get(place) for place in range(len(self.results))]
        return [
            tf.zeros_like(result) if error is None else error
            for result, error in zip(self.results, found, strict=True)
        ]

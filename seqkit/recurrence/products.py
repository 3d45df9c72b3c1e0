"""Products that a loop records: `dot` as the forward and the backward loop see it."""

from typing import Any

import keras
import tensorflow as tf


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
    """

    def __init__(self, transposed_kernels: list, results: list) -> None:
        self.transposed_kernels = transposed_kernels
        self.results = results
        self.vectors: list = []
        self.errors: list = [None] * len(results)

    def __call__(self, vector: Any, _: Any) -> Any:
        """Return the recorded result; its gradient goes to the vector alone."""
        place = len(self.vectors)
        self.vectors.append(vector)

        @tf.custom_gradient
        def product(_: Any) -> tuple:
            def gradient(error: Any) -> Any:
                self.errors[place] = error
                return tf.matmul(error, self.transposed_kernels[place])

            return self.results[place], gradient

        return product(vector)

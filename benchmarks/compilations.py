"""Counting XLA compilations inside a worker process.

TensorFlow logs one line for each cluster it compiles, once the profiler of its
device compiler is asked to (`VLOG(1)`); the worker's standard error is a file, in
which those lines are counted. JAX reports each compilation to `jax.monitoring`.
Both counters are tried on a small function first: a version that reports otherwise
gives "not countable", never zero.
"""

from __future__ import annotations

import re
from typing import Any

TENSORFLOW_LOG_SETTINGS = {
    "TF_CPP_MIN_LOG_LEVEL": "0",
    "TF_CPP_VMODULE": "device_compilation_profiler=1",
}
_COMPILED = re.compile(r"\] Compiled (\S+) \d+ times, compile time: (\d+) us")
_JAX_EVENT = "/jax/core/compile/backend_compile_duration"


class NoCompilations:
    """A framework that compiles nothing here (PyTorch without torch.compile)."""

    def total(self) -> dict[str, Any]:
        """Count and seconds since the process began."""
        return {"count": 0, "seconds": 0.0}


class TensorFlowCompilations:
    """Counts the lines that TensorFlow wrote to the log file of this process."""

    def __init__(self, log: str) -> None:
        import tensorflow as tf

        self.log = log
        before = self._count()[0]
        tf.function(lambda x: x + 1.0, jit_compile=True)(tf.constant(1.0))
        self.countable = self._count()[0] == before + 1

    def _count(self) -> tuple[int, float]:
        with open(self.log, errors="replace") as file:
            found = _COMPILED.findall(file.read())
        return len(found), sum(int(microseconds) for _, microseconds in found) / 1e6

    def total(self) -> dict[str, Any]:
        """Count and seconds since the process began; None if not countable."""
        if not self.countable:
            return {"count": None, "seconds": None}
        count, seconds = self._count()
        return {"count": count, "seconds": seconds}


class JaxCompilations:
    """Listens to JAX's own monitoring events."""

    def __init__(self) -> None:
        import jax

        self.count, self.seconds = 0, 0.0
        jax.monitoring.register_event_duration_secs_listener(self._listen)
        jax.jit(lambda x: x + 1.0)(1.0)
        self.countable = self.count > 0

    def _listen(self, event: str, seconds: float, **_: Any) -> None:
        if event == _JAX_EVENT:
            self.count += 1
            self.seconds += seconds

    def total(self) -> dict[str, Any]:
        """Count and seconds since the process began; None if not countable."""
        if not self.countable:
            return {"count": None, "seconds": None}
        return {"count": self.count, "seconds": self.seconds}

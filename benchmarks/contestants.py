"""Who is measured, what each needs installed, and how its process is set up."""

from __future__ import annotations

import dataclasses
import importlib.util

from benchmarks.compilations import TENSORFLOW_LOG_SETTINGS
from benchmarks.points import THREADS


@dataclasses.dataclass(frozen=True)
class Contestant:
    """One column of the tables; each runs in a process of its own."""

    name: str
    title: str
    framework: str
    """`tensorflow`, `jax` or `torch`; also the module it needs."""
    jit: bool = False
    """Compiles the whole function with XLA (`jit_compile=True`)."""

    @property
    def installed(self) -> bool:
        return importlib.util.find_spec(self.framework) is not None

    @property
    def environment(self) -> dict[str, str]:
        """Variables that must be set before the process imports anything.

        PyTorch keeps its own waiting policy: OMP_WAIT_POLICY=PASSIVE slows it down,
        and its threads fall asleep some 15 ms after their last work anyway.
        """
        backend = "jax" if self.framework == "jax" else "tensorflow"
        return {
            **TENSORFLOW_LOG_SETTINGS,
            "KERAS_BACKEND": backend,
            "OMP_NUM_THREADS": str(THREADS),
            "NPROC": str(THREADS),  # the size of JAX's thread pool
        }


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        Contestant("seqkit", "seqkit", "tensorflow"),
        Contestant("keras-tf", "Keras on TF", "tensorflow"),
        Contestant("keras-tf-jit", "Keras on TF, jit", "tensorflow", jit=True),
        Contestant("keras-jax", "Keras on JAX", "jax"),
        Contestant("torch", "torch.nn", "torch"),
    )
}

LAYER_CONTESTANTS = ("seqkit", "keras-tf", "keras-tf-jit", "torch")
FIT_CONTESTANTS = ("seqkit", "keras-tf", "keras-jax", "torch")


def available(names: list[str]) -> tuple[list[str], list[str]]:
    """Split `names` into those that can run here and those that cannot."""
    able = [name for name in names if CONTESTANTS[name].installed]
    return able, [name for name in names if name not in able]

"""Texts to ids and back with stock TensorFlow ops: in training and in a SavedModel.

Names are imported when they are first used: what needs no TensorFlow does not wait for
it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqkit.text.codec import TextCodec as TextCodec
    from seqkit.text.rules import LEVELS as LEVELS
    from seqkit.text.rules import identity as identity
    from seqkit.text.vectors import learn_vectors as learn_vectors
    from seqkit.text.vectors import read_vectors as read_vectors

_MODULES = {
    "LEVELS": "rules",
    "TextCodec": "codec",
    "identity": "rules",
    "learn_vectors": "vectors",
    "read_vectors": "vectors",
}
__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

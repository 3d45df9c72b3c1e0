"""Texts to ids and back with stock TensorFlow ops: in training and in a SavedModel.

Names are imported when they are first used: what needs no TensorFlow does not wait for
it.
"""

from typing import TYPE_CHECKING

from seqkit.lazy import lazy_names

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
__getattr__, __dir__ = lazy_names(__name__, _MODULES)

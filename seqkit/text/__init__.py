"""Text to ids with stock TensorFlow ops: the same in training and in a SavedModel."""

from seqkit.text.codec import TextCodec
from seqkit.text.encoder import TextEncoder, pad
from seqkit.text.tokenizer import LEVELS, Tokenizer
from seqkit.text.vocabulary import PADDING, UNKNOWN, Vocabulary

__all__ = [
    "LEVELS",
    "PADDING",
    "UNKNOWN",
    "TextCodec",
    "TextEncoder",
    "Tokenizer",
    "Vocabulary",
    "pad",
]

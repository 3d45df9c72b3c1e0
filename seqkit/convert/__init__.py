"""Networks and weights of other libraries, as layers of Keras."""

from seqkit.convert.torch_modules import from_torch
from seqkit.convert.torch_weights import weights_from_torch, weights_to_torch

__all__ = ["from_torch", "weights_from_torch", "weights_to_torch"]

"""How recurrent networks learn: truncated and online gradients, and their norms."""

from seqkit.learning.gradient_norms import gradient_norms
from seqkit.learning.real_time import RealTimeLearning
from seqkit.learning.truncated import CarryState, SeriesChunks

__all__ = ["CarryState", "RealTimeLearning", "SeriesChunks", "gradient_norms"]

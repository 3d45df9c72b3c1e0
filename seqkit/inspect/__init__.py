"""What happens inside: every number of every time step, from any model."""

from seqkit.inspect.explore import explore
from seqkit.inspect.fixed_points import FixedPoints, fixed_points
from seqkit.inspect.record import LayerTrace, Trace, Values
from seqkit.inspect.trace import trace

__all__ = [
    "FixedPoints",
    "LayerTrace",
    "Trace",
    "Values",
    "explore",
    "fixed_points",
    "trace",
]

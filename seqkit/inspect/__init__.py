"""What happens inside: every number of every time step, from any model."""

from seqkit.inspect.record import LayerTrace, Trace, Values
from seqkit.inspect.trace import trace

__all__ = ["LayerTrace", "Trace", "Values", "trace"]

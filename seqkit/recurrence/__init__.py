"""The time loop: forward and back-propagation through time, for any cell.

It knows cells only by their protocol, `seqkit.cells.RecurrentCell`. `choose` says which
loop runs a layer; `run`, in `seqkit.recurrence.loop`, runs it. That module alone and
what it imports need TensorFlow.
"""

from seqkit.recurrence.choice import choose, exporting, portable

__all__ = ["choose", "exporting", "portable"]

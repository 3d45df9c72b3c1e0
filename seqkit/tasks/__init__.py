"""Tasks with known answers, on which recurrent networks are compared.

Each function makes a `Task`: inputs and targets as arrays, the loss of a model that has
solved it, and that of one which is blind to the inputs.
"""

from seqkit.tasks.adding import adding
from seqkit.tasks.copying import copy_memory, reverse
from seqkit.tasks.letters import letters
from seqkit.tasks.order import temporal_order
from seqkit.tasks.parity import delayed_parity
from seqkit.tasks.sine import sine_with_lag
from seqkit.tasks.syllables import syllables
from seqkit.tasks.task import Task

__all__ = [
    "Task",
    "adding",
    "copy_memory",
    "delayed_parity",
    "letters",
    "reverse",
    "sine_with_lag",
    "syllables",
    "temporal_order",
]

"""The pictures that teach: each drawn of a trace, each with its numbers as a table.

`picture(...)` returns a `matplotlib.figure.Figure`; `picture_table(...)` takes the same
and returns what is drawn as a `pandas.DataFrame`. They need `pip install
seqkit[inspect]`.
"""

import seqkit.inspect.pictures.needed  # noqa: F401
from seqkit.inspect.matrices import recurrent_matrices
from seqkit.inspect.pictures.beam import beam, beam_table
from seqkit.inspect.pictures.characters import characters, characters_table
from seqkit.inspect.pictures.eigenvalues import (
    eigenvalues,
    eigenvalues_table,
)
from seqkit.inspect.pictures.gates import gates, gates_table
from seqkit.inspect.pictures.gradient_by_lag import (
    gradient_by_lag,
    gradient_by_lag_table,
)
from seqkit.inspect.pictures.memory_of_learning import (
    memory_of_learning,
    memory_of_learning_table,
)
from seqkit.inspect.pictures.recall_by_lag import recall_by_lag, recall_by_lag_table
from seqkit.inspect.pictures.trajectory import trajectory, trajectory_table
from seqkit.inspect.pictures.unrolled import FORMS, unrolled, unrolled_table

__all__ = [
    "FORMS",
    "beam",
    "beam_table",
    "characters",
    "characters_table",
    "eigenvalues",
    "eigenvalues_table",
    "gates",
    "gates_table",
    "gradient_by_lag",
    "gradient_by_lag_table",
    "memory_of_learning",
    "memory_of_learning_table",
    "recall_by_lag",
    "recall_by_lag_table",
    "recurrent_matrices",
    "trajectory",
    "trajectory_table",
    "unrolled",
    "unrolled_table",
]

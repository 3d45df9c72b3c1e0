"""Recurrent sequence models on Keras 3 and TensorFlow.

Sub-packages, each importable alone: `seqkit.cells` (the equations), `seqkit.layers`
(the layers over them), `seqkit.recurrence` (the time loop), `seqkit.text`,
`seqkit.decoding`, `seqkit.series`, `seqkit.models`, `seqkit.export` and `seqkit.plots`.
"""

from seqkit.version import __version__

__all__ = ["__version__"]

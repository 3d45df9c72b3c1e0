"""Recurrent sequence models on Keras 3 and TensorFlow.

Packages, imported when they are first used: `seqkit.layers` (recurrent layers),
`seqkit.cells` (their equations), `seqkit.recurrence` (the time loop), `seqkit.text`,
`seqkit.decoding`, `seqkit.series`, `seqkit.models` (whole models), `seqkit.learning`,
`seqkit.tasks`, `seqkit.convert`, `seqkit.plots` and `seqkit.testing` (the contract that
a layer keeps); and two modules, `seqkit.export` and `seqkit.compilation_cache`.
"""

from pkgutil import iter_modules

from seqkit.lazy import lazy_names
from seqkit.version import __version__

_PACKAGES = [module.name for module in iter_modules(__path__) if module.ispkg]
_MODULES = dict.fromkeys(["compilation_cache", "export", *_PACKAGES])

__all__ = ["__version__", *sorted(_MODULES)]
__getattr__, __dir__ = lazy_names(__name__, _MODULES)

"""Whole models: data in, answers out.

Names are imported when they are first used, so that the settings can be read without
the seconds that importing TensorFlow takes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqkit.models.classifier import Prediction as Prediction
    from seqkit.models.classifier import SentimentClassifier as SentimentClassifier
    from seqkit.models.networks import text_classifier as text_classifier
    from seqkit.models.pooling import MaskedPooling as MaskedPooling
    from seqkit.models.settings import ClassifierSettings as ClassifierSettings

_MODULES = {
    "ClassifierSettings": "settings",
    "MaskedPooling": "pooling",
    "Prediction": "classifier",
    "SentimentClassifier": "classifier",
    "text_classifier": "networks",
}
__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

"""Whole models: data in, answers out.

Names are imported when they are first used, so that the settings can be read without
the seconds that importing TensorFlow takes.
"""

from typing import TYPE_CHECKING

from seqkit.lazy import lazy_names

if TYPE_CHECKING:
    from seqkit.models.anomaly.detection import Detection as Detection
    from seqkit.models.anomaly.detector import AnomalyDetector as AnomalyDetector
    from seqkit.models.anomaly.forecaster import Forecast as Forecast
    from seqkit.models.anomaly.forecaster import Forecaster as Forecaster
    from seqkit.models.anomaly.settings import DetectorSettings as DetectorSettings
    from seqkit.models.anomaly.settings import (
        ForecasterSettings as ForecasterSettings,
    )
    from seqkit.models.classification.classifier import Prediction as Prediction
    from seqkit.models.classification.classifier import (
        SentimentClassifier as SentimentClassifier,
    )
    from seqkit.models.classification.network import text_classifier as text_classifier
    from seqkit.models.classification.settings import (
        ClassifierSettings as ClassifierSettings,
    )
    from seqkit.models.translation.settings import (
        TranslatorSettings as TranslatorSettings,
    )
    from seqkit.models.translation.translator import Alignment as Alignment
    from seqkit.models.translation.translator import Translation as Translation
    from seqkit.models.translation.translator import Translator as Translator

_MODULES = {
    "Alignment": "translation.translator",
    "AnomalyDetector": "anomaly.detector",
    "Detection": "anomaly.detection",
    "DetectorSettings": "anomaly.settings",
    "Forecast": "anomaly.forecaster",
    "Forecaster": "anomaly.forecaster",
    "ForecasterSettings": "anomaly.settings",
    "ClassifierSettings": "classification.settings",
    "Prediction": "classification.classifier",
    "SentimentClassifier": "classification.classifier",
    "Translation": "translation.translator",
    "Translator": "translation.translator",
    "TranslatorSettings": "translation.settings",
    "text_classifier": "classification.network",
}
__all__ = sorted(_MODULES)
__getattr__, __dir__ = lazy_names(__name__, _MODULES)

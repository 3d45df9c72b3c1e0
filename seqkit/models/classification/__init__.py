"""The text classifier: data, network, training, evaluation, calibration."""

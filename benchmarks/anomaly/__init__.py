"""Anomaly detection on labelled sets, beside methods that cost nothing."""

"""Time series: forecasts, and readings that are not as forecast."""

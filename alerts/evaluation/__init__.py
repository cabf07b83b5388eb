"""The arithmetic of alerting: values against thresholds, and one series from breach to resolution."""

"""Training, model store, anomaly sweep, failure prediction."""

"""HTTP edge of alerting. Source: endpoints 10 to 18, service specification."""

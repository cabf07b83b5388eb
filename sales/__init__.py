"""Sale events, velocity, sell-out forecast, business totals."""

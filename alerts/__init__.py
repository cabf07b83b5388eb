"""Rules, alerts, incidents, notification ledger, channels."""

"""The chaos run: the whole alerting road under load while its processes are killed, and what the ledger says then."""

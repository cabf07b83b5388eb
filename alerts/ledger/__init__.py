"""Proof of what was told: days sealed into a chain of digests, and what providers report of messages they took."""

from alerts.ledger.receipts import record_receipt
from alerts.ledger.seal import seal_day, seal_due
from alerts.ledger.verify import verify

__all__ = ["record_receipt", "seal_day", "seal_due", "verify"]

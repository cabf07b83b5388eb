"""Sends what is owed: claim, hold back with a reason, send, settle. At least once, one after another."""

from alerts.delivery.claim import due_ids, ids_to_ring
from alerts.delivery.send import deliver

__all__ = ["deliver", "due_ids", "ids_to_ring"]

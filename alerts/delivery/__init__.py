"""Sends what is owed: claim, hold back with a reason, send, settle. At least once, one after another."""

from alerts.delivery.due import due_ids, ids_to_ring
from alerts.delivery.held import review_held
from alerts.delivery.meta import close_recovered
from alerts.delivery.send import deliver

__all__ = ["close_recovered", "deliver", "due_ids", "ids_to_ring", "review_held"]

"""Writes what is owed: rows in the transaction of the transition, so that neither exists without the other."""

from alerts.outbox.audience import OVERTAKEN, TELLING, UNHEARD, owe_acknowledged
from alerts.outbox.dues import Recipient
from alerts.outbox.further import owe_instead, owe_to
from alerts.outbox.owe import Owing, owe, owe_all
from alerts.outbox.rows import dedup_key

__all__ = [
    "OVERTAKEN",
    "TELLING",
    "UNHEARD",
    "Owing",
    "Recipient",
    "dedup_key",
    "owe",
    "owe_acknowledged",
    "owe_all",
    "owe_instead",
    "owe_to",
]

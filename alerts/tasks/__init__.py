"""Celery edge of alerting. A task is a call to look at a row, never the only copy of a duty."""

from alerts.tasks.backtests import run_backtest, sweep_backtests
from alerts.tasks.delivery import (
    deliver_notification,
    review_held,
    ring,
    seal_ledger,
    sweep_notifications,
)
from alerts.tasks.escalation import escalate
from alerts.tasks.evaluation import evaluate_rules
from alerts.tasks.incidents import open_incidents
from alerts.tasks.watch import forget_canaries, send_canary

__all__ = [
    "deliver_notification",
    "escalate",
    "evaluate_rules",
    "forget_canaries",
    "open_incidents",
    "review_held",
    "ring",
    "run_backtest",
    "seal_ledger",
    "send_canary",
    "sweep_backtests",
    "sweep_notifications",
]

"""Celery edge of backtests."""

from collections.abc import Iterable
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from alerts.services import backtest_work
from alerts.tasks.calling import call_workers

_LIMIT_SECONDS = 300


@shared_task(
    name="alerts.run_backtest",
    soft_time_limit=_LIMIT_SECONDS,
    time_limit=_LIMIT_SECONDS + 10,
)
def run_backtest(backtest_id: str) -> None:
    """Carry out one backtest."""
    backtest_work.run_backtest(UUID(backtest_id), at=timezone.now())


@shared_task(name="alerts.sweep_backtests", expires=50, soft_time_limit=20, time_limit=30)
def sweep_backtests() -> None:
    """Call workers to backtests that wait; give up those whose worker is dead."""
    ring_backtests(backtest_work.sweep_backtests(at=timezone.now()))


def ring_backtests(ids: Iterable[UUID]) -> None:
    """Call a worker to each; where the broker is away the sweep does it within a minute."""
    call_workers(run_backtest, map(str, ids))

"""Celery edge of backtests."""

import logging
from collections.abc import Iterable
from uuid import UUID

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from alerts.services import backtest_work

logger = logging.getLogger(__name__)

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
    for backtest_id in ids:
        try:
            run_backtest.delay(str(backtest_id))
        except (OperationalError, OSError) as error:
            logger.warning("workers not called", extra={"reason": str(error)})
            return

"""Carries out a backtest: the live state machine over the stored past, and what people would have heard of it."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from alerts.backtest.difference import Difference, difference
from alerts.backtest.episodes import Episode
from alerts.backtest.messages import by_labels, messages_of
from alerts.backtest.report import Report, Span, report
from alerts.models import AlertRule, Backtest, Incident
from alerts.models.backtest import BacktestStatus
from alerts.reports.night import Night
from alerts.routing.grouping import group_key
from alerts.services.backtest_history import History, Progress, Replayed, replay_rule
from alerts.services.rules import new_rule
from monitoring.errors import DomainError

logger = logging.getLogger(__name__)

# A worker that has said nothing for longer than its time limit is dead.
SILENT_AFTER = timedelta(minutes=6)
# What a person can look through; the totals count all.
SHOWN = 500
_SAVE_SECONDS = 0.5


def run_backtest(backtest_id: UUID, *, at: datetime) -> bool:
    """Carry out a backtest that waits; False if another worker has it or it is done. Its row has the result."""
    if not _claim(backtest_id, at):
        return False
    backtest = Backtest.objects.select_related("rule").get(pk=backtest_id)
    try:
        result = _result(backtest)
    except DomainError as error:
        _finish(backtest_id, status=BacktestStatus.FAILED, error=error.message[:500], at=at)
    except Exception:
        logger.exception("backtest failed", extra={"backtest": str(backtest_id)})
        reason = "It failed for a reason that the log of the worker names."
        _finish(backtest_id, status=BacktestStatus.FAILED, error=reason, at=at)
    else:
        _finish(backtest_id, status=BacktestStatus.DONE, result=result, progress=1.0, at=at)
    return True


def sweep_backtests(*, at: datetime) -> list[UUID]:
    """Give up those whose worker is dead, and return those that nobody has begun: the broker may have lost the call."""
    dead = Backtest.objects.filter(status=BacktestStatus.RUNNING, claimed_at__lt=at - SILENT_AFTER)
    dead.update(
        status=BacktestStatus.FAILED,
        error="Its worker ended before it was done; ask for a shorter period.",
        finished_at=at,
    )
    return list(Backtest.objects.filter(status=BacktestStatus.QUEUED).values_list("pk", flat=True))


def _claim(backtest_id: UUID, at: datetime) -> bool:
    waiting = Backtest.objects.filter(pk=backtest_id, status=BacktestStatus.QUEUED)
    return bool(waiting.update(status=BacktestStatus.RUNNING, claimed_at=at))


def _finish(backtest_id: UUID, *, at: datetime, **fields: Any) -> None:
    running = Backtest.objects.filter(pk=backtest_id, status=BacktestStatus.RUNNING)
    running.update(finished_at=at, **fields)


def _result(backtest: Backtest) -> dict[str, Any]:
    history = History(backtest.start, backtest.end)
    share = 1.0 if backtest.rule is None else 0.5
    tried = new_rule(backtest.terms)
    found = replay_rule(tried, history, _saver(backtest.pk, 0.0, share))
    result = {
        "series": found.series,
        "evaluations": found.evaluations,
        **_told(tried, found, history),
    }
    if backtest.rule is not None:
        now = replay_rule(backtest.rule, history, _saver(backtest.pk, share, share))
        result["current"] = _told(backtest.rule, now, history)["report"]
        changed = difference(now.episodes, found.episodes)
        result["difference"] = _difference(changed)
    return result


def _told(rule: AlertRule, found: Replayed, history: History) -> dict[str, Any]:
    """Return the figures of a replay, and its alerts as far as a person can look through them."""
    shown = [_episode(each) for each in found.episodes[:SHOWN]]
    return {
        "report": asdict(_report(rule, found.episodes, history)),
        "episodes": shown,
        "episodes_left_out": len(found.episodes) - len(shown),
    }


def _report(rule: AlertRule, episodes: Sequence[Episode], history: History) -> Report:
    messages = messages_of(
        episodes,
        by_labels(
            lambda labels: group_key(labels, settings.ALERT_GROUP_BY),
            {"rule": rule.rule_name, "severity": rule.severity},
        ),
        wait=settings.ALERT_GROUP_WAIT,
        cooldown=timedelta(minutes=rule.cooldown_minutes),
    )
    return report(
        episodes,
        messages,
        _incidents(history),
        end=history.end,
        night=Night(settings.NIGHT_BEGINS_HOUR, settings.NIGHT_ENDS_HOUR),
        zone=ZoneInfo(settings.ONCALL_TIME_ZONE),
    )


def _incidents(history: History) -> list[Span]:
    lasted = Q(resolved_at=None) | Q(resolved_at__gt=history.start)
    rows = Incident.objects.filter(lasted, detected_at__lte=history.end)
    return [Span(start, end) for start, end in rows.values_list("detected_at", "resolved_at")]


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "same": found.same,
        "changed": [
            {
                "before": [_episode(each) for each in change.before],
                "after": _episode(change.after),
                "fires_later_seconds": change.fires_later_seconds,
                "resolves_later_seconds": change.resolves_later_seconds,
            }
            for change in found.changed[:SHOWN]
        ],
        "gone": [_episode(each) for each in found.gone[:SHOWN]],
        "new": [_episode(each) for each in found.new[:SHOWN]],
    }


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "fingerprint": episode.fingerprint,
        "service": episode.service,
        "labels": dict(episode.labels),
        "started_at": episode.started_at.isoformat(),
        "fired_at": episode.fired_at.isoformat(),
        "resolved_at": episode.resolved_at.isoformat() if episode.resolved_at else None,
        "value_at_fire": episode.value_at_fire,
        "peak": episode.peak,
        "flapping": episode.flapping,
    }


def _saver(backtest_id: UUID, begun: float, share: float) -> Progress:
    """Return what writes the progress down, twice a second at most."""
    last = 0.0

    def save(done: float) -> None:
        nonlocal last
        if time.monotonic() - last >= _SAVE_SECONDS:
            last = time.monotonic()
            Backtest.objects.filter(pk=backtest_id).update(progress=begun + share * done)

    return save

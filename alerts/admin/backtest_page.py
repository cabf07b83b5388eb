"""What the page of a backtest shows: how far it is, its figures side by side, and when which alert would have fired."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from alerts.models import Backtest, RuleVersion
from alerts.models.backtest import BacktestStatus
from alerts.reports.backtest_bars import LABEL, WIDTH, Frame, before_of, chart_of, name_of
from alerts.reports.backtest_figures import comparison_of, verdict_of
from alerts.reports.night import Night
from alerts.rule_changes import FieldChange, changes_between
from alerts.rule_fields import fields_of, in_reading_order
from alerts.wording import span

_LISTED = 100
# Workers are called at once and looked for again each minute: after this nobody is there.
_NOBODY_CAME = timedelta(minutes=2)
_UNFINISHED = frozenset({BacktestStatus.QUEUED, BacktestStatus.RUNNING})


def shown(backtest: Backtest, *, at: datetime) -> dict[str, Any]:
    """Return the context of the page."""
    page: dict[str, Any] = {
        "title": f"{backtest.terms.get('rule_name', 'A rule')} tried on the past",
        "backtest": backtest,
        "length": span(backtest.end - backtest.start),
        "changes": _changes(backtest),
        "is_under_way": backtest.status in _UNFINISHED,
        "nobody_came": backtest.status == BacktestStatus.QUEUED
        and at - backtest.created_at > _NOBODY_CAME,
    }
    return page | _found(backtest) if backtest.result else page


def _found(backtest: Backtest) -> dict[str, Any]:
    result: dict[str, Any] = backtest.result or {}
    night = Night(settings.NIGHT_BEGINS_HOUR, settings.NIGHT_ENDS_HOUR)
    zone = ZoneInfo(settings.ONCALL_TIME_ZONE)
    lines = _lines(result)
    return {
        "result": result,
        "verdict": verdict_of(result),
        "figures": comparison_of(result),
        "compares": "current" in result,
        "chart": chart_of(result, Frame(backtest.start, backtest.end, night, zone)),
        "bars_x": LABEL,
        "bars_width": WIDTH - LABEL,
        "lines": lines[:_LISTED],
        "lines_left_out": len(lines) - len(lines[:_LISTED]),
        "zone": settings.ONCALL_TIME_ZONE,
    }


def _changes(backtest: Backtest) -> tuple[FieldChange, ...]:
    """Return what was changed about the rule as it was then; nothing of a new one, which is new altogether."""
    rule = backtest.rule
    if rule is None or backtest.rule_version is None:
        return ()
    versions = RuleVersion.objects.filter(rule=rule, version=backtest.rule_version)
    fields = versions.values_list("fields", flat=True).first() or fields_of(rule)
    return changes_between(in_reading_order(fields), in_reading_order(backtest.terms))


def _lines(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the alerts of both versions in the order in which they would have fired."""
    found = [_line("before", episode) for episode in before_of(result)]
    found += [_line("after", episode) for episode in result["episodes"]]
    return sorted(found, key=lambda line: (line["fired_at"], line["name"], line["version"]))


def _line(version: str, episode: Any) -> dict[str, Any]:
    fired_at = datetime.fromisoformat(episode["fired_at"])
    resolved_at = episode["resolved_at"] and datetime.fromisoformat(episode["resolved_at"])
    return {
        "version": version,
        "name": name_of(episode),
        "fired_at": fired_at,
        "lasted": span(resolved_at - fired_at) if resolved_at else "",
        "peak": episode["peak"],
        "flapping": episode["flapping"],
    }

"""What an evaluation means to do: the decisions of the arithmetic beside the rows they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from alerts.evaluation.fingerprint import OF_NOTHING
from alerts.evaluation.hold import hold_of
from alerts.evaluation.matching import Watched
from alerts.evaluation.reading import NoData, Observation, Reading, RuleTerms, Signal, read
from alerts.evaluation.state import Decision, OpenAlert, Phase, next_state
from alerts.evaluation.watch import Watch, resume
from alerts.models import Alert, AlertRule


@dataclass(frozen=True, slots=True)
class Change:
    """One decision about one series; `watched` is None where no such series exists (any more)."""

    rule: AlertRule
    fingerprint: str
    watched: Watched | None
    alert: Alert | None
    decision: Decision

    @property
    def value(self) -> float | None:
        """The value seen, in the unit of the metric; None for silence, which must not overwrite the last one."""
        if self.watched is None or self.decision.no_data_since is not None:
            return None
        return self.watched.latest.value


def watch_of(rule: AlertRule, at: datetime) -> Watch:
    """Return the run of evaluations that one at `at` belongs to."""
    return resume(
        rule.watched_since,
        rule.last_evaluated_at,
        at=at,
        interval=settings.ALERT_EVALUATION_INTERVAL,
    )


def plan_rule(
    rule: AlertRule, watched: Sequence[Watched], remembered: Mapping[str, Alert], *, at: datetime
) -> list[Change]:
    """Decide about every series that the rule watches or has an alert for.

    `remembered` holds the rule's open and snoozed alerts by fingerprint. A rule that finds no series at all stands
    for one without labels, so that the no-data policy "fire" has what to fire, until the metric is reported.
    Raises ValueError if the row holds a condition or policy that does not exist.
    """
    terms, watch = _terms_of(rule), watch_of(rule, at)
    series = {each.fingerprint: each for each in watched}
    changes = []
    for name in dict.fromkeys([OF_NOTHING, *series, *remembered]):
        each, alert = series.get(name), remembered.get(name)
        if each is None and name == OF_NOTHING and series:
            reading = Reading(Signal.OVER)
        else:
            reading = read(_observed(each), terms, watch, at)
        decision = next_state(_open(alert), reading, terms, watch, at)
        changes.append(Change(rule, name, each, alert, decision))
    return changes


def _terms_of(rule: AlertRule) -> RuleTerms:
    cooldown = timedelta(minutes=rule.cooldown_minutes)
    return RuleTerms(
        condition=rule.condition,
        threshold=rule.threshold,
        hold=hold_of(timedelta(seconds=rule.duration)),
        no_data=NoData(rule.no_data_policy),
        interval=settings.ALERT_EVALUATION_INTERVAL,
        stale_after=settings.METRIC_STALENESS,
        snooze=cooldown or settings.ALERT_SNOOZE_LIMIT,
    )


def _observed(watched: Watched | None) -> Observation | None:
    if watched is None:
        return None
    return Observation(watched.latest.value, watched.latest.at)


def _open(alert: Alert | None) -> OpenAlert | None:
    if alert is None:
        return None
    return OpenAlert(
        phase=Phase.SNOOZED if alert.snoozed else Phase(alert.state),
        held_from=alert.held_from or alert.started_at,
        no_data_since=alert.no_data_since,
        resolved_at=alert.resolved_at,
    )

"""Problems of this service itself as alerts: one for each check, fired once, resolved when it is over."""

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from alerts.channels import registry
from alerts.models import Alert
from alerts.models.alert import Source, State
from alerts.models.choices import Severity
from alerts.services import transitions
from alerts.services.alerts import Finding, raise_alert
from alerts.watch.audit import Problem

logger = logging.getLogger(__name__)

_PREFIX = "audit:"
_LONGEST = 16


def report(problems: Collection[Problem], *, at: datetime) -> None:
    """Fire an alert for each problem that has none, and resolve those whose problem is gone."""
    present = {fingerprint_of(problem.check) for problem in problems}
    for problem in problems:
        _fire(problem, at)
    with transaction.atomic():
        rows = Alert.objects.filter(rule=None, fingerprint__startswith=_PREFIX)
        rows = rows.exclude(state=State.RESOLVED).select_for_update(of=("self",))
        over = [alert for alert in rows if alert.fingerprint not in present]
        if over:
            transitions.resolve(over, at=at, note="The audit finds nothing overdue any more.")


def fingerprint_of(check: str) -> str:
    """Return what tells the alerts of the checks apart."""
    return f"{_PREFIX}{check}"[:_LONGEST]


def _fire(problem: Problem, at: datetime) -> None:
    finding = Finding(
        fingerprint=fingerprint_of(problem.check),
        title=f"Alerting is not working: {problem.check}",
        severity=Severity.CRITICAL,
        description=problem.text,
        source=Source.META,
    )
    raise_alert(finding, channels=registry.for_people(), at=at)
    logger.error("audit found a problem", extra={"check": problem.check, "text": problem.text})

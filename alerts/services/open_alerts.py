"""The open and the snoozed alerts of all rules, as little of them as an evaluation needs."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q

from alerts.evaluation.grouping import Subject
from alerts.evaluation.state import OpenAlert, Phase
from alerts.models import Alert
from alerts.services.plan import Remembered

_OPEN = (Alert.State.PENDING, Alert.State.FIRING)
_COLUMNS = (
    "pk",
    "rule_id",
    "fingerprint",
    "service",
    "labels",
    "state",
    "snoozed",
    "held_from",
    "started_at",
    "no_data_since",
    "resolved_at",
    "over_since",
    "flapping",
    "value",
)


def remembered_alerts() -> Mapping[UUID, dict[str, Remembered]]:
    """Return the alerts of each rule by fingerprint; of an open and a snoozed one of a series the open one."""
    rows = Alert.objects.filter(Q(state__in=_OPEN) | Q(snoozed=True)).exclude(rule=None)
    found: dict[UUID, dict[str, Remembered]] = defaultdict(dict)
    for row in rows.order_by("-snoozed").values_list(*_COLUMNS):
        pk, rule_id, fingerprint, service, labels, state, snoozed, held_from, started_at, *rest = (
            row
        )
        no_data_since, resolved_at, over_since, flapping, value = rest
        phase = Phase.SNOOZED if snoozed else Phase(state)
        found[rule_id][fingerprint] = Remembered(
            pk,
            Subject(fingerprint, service, labels),
            OpenAlert(
                phase, held_from or started_at, no_data_since, resolved_at, over_since, flapping
            ),
            value,
        )
    return found

"""What an evaluation means to do: the decisions of the arithmetic beside the rows they are about. No database."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from alerts.evaluation.fingerprint import OF_NOTHING
from alerts.evaluation.grouping import Subject
from alerts.evaluation.reading import Observation, Reading, RuleTerms, Signal, read
from alerts.evaluation.state import Action, Decision, OpenAlert, next_state
from alerts.evaluation.watch import Watch
from alerts.models import AlertRule


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an evaluation needs to know of an open or snoozed alert, and where its row is."""

    pk: UUID
    subject: Subject
    open: OpenAlert
    value: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """One decision; `subject` is None where what the alert is about does not exist (any more).

    `value` is the value seen, in the unit of the metric; None for silence, which must not overwrite the last one,
    and for composite rules. `threshold` is the one that counts for the subject.
    """

    rule: AlertRule
    fingerprint: str
    decision: Decision
    subject: Subject | None = None
    alert: Remembered | None = None
    value: float | None = None
    threshold: float | None = None

    @property
    def is_by_silence(self) -> bool:
        """Say whether it rests on a series that stopped reporting."""
        return self.decision.no_data_since is not None

    @property
    def fingerprint_in_rule(self) -> tuple[UUID, str]:
        """What no two open alerts have in common."""
        return self.rule.pk, self.fingerprint


class Seen(Protocol):
    """What a rule sees in one evaluation; a key stands for one series or group."""

    @property
    def is_any(self) -> bool:
        """Say whether there is a series at all, however silent."""
        ...

    def key_of(self, fingerprint: str) -> int | None:
        """Return the key of a fingerprint; None if nothing of that name is seen."""
        ...

    def subject(self, key: int) -> Subject:
        """Return what the key stands for."""
        ...

    def observation(self, key: int | None, watch: Watch) -> Observation | None:
        """Return what is known of it; None for no key and where nothing ever was reported."""
        ...

    def terms(self, key: int | None) -> RuleTerms:
        """Return the terms with the thresholds that count for it."""
        ...


def plan_rule(
    rule: AlertRule,
    seen: Seen,
    suspicious: Iterable[int],
    remembered: Mapping[str, Remembered],
    watch: Watch,
    at: datetime,
) -> list[Change]:
    """Decide about the keys that may breach, and about all that is remembered, by fingerprint.

    Of every other key the arithmetic would say: nothing. A rule that finds no series at all stands for one without
    labels, so that the no-data policy "fire" has what to fire, until the metric is reported.
    """
    keys: dict[str, int | None] = {seen.subject(key).fingerprint: key for key in suspicious}
    if not seen.is_any:
        keys[OF_NOTHING] = None
    for fingerprint in remembered:
        if fingerprint not in keys:
            keys[fingerprint] = seen.key_of(fingerprint)
    changes = (
        _change(rule, seen, (fingerprint, key), remembered.get(fingerprint), watch, at)
        for fingerprint, key in keys.items()
    )
    return [change for change in changes if change.decision.action is not Action.NOTHING]


def _change(
    rule: AlertRule,
    seen: Seen,
    named: tuple[str, int | None],
    alert: Remembered | None,
    watch: Watch,
    at: datetime,
) -> Change:
    fingerprint, key = named
    terms, observation = seen.terms(key), seen.observation(key, watch)
    if key is None and fingerprint == OF_NOTHING and seen.is_any:
        reading = Reading(Signal.OVER)
    else:
        reading = read(observation, terms, watch, at)
    decision = next_state(alert.open if alert else None, reading, terms, watch, at)
    return Change(
        rule,
        fingerprint,
        decision,
        subject=None if key is None else seen.subject(key),
        alert=alert,
        value=_value(observation, decision),
        threshold=terms.threshold,
    )


def _value(observation: Observation | None, decision: Decision) -> float | None:
    if observation is None or decision.no_data_since is not None:
        return None
    return None if math.isnan(observation.value) else observation.value

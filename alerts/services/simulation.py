"""What an alert would set in motion, without sending anything: the route with its reasons, and each message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from alerts.chain_wording import ending, sentence
from alerts.channels import registry
from alerts.errors import AlertNotFoundError, RuleNotFoundError
from alerts.escalation.chain import steps_for
from alerts.messages import Message, freeze
from alerts.models import Alert, AlertRule, ChannelState
from alerts.models.alert import State
from alerts.models.notification import Kind
from alerts.muting import why_hidden
from alerts.services.escalation import frozen_step
from alerts.wording import span

_EXAMPLE = {"host": "example"}


@dataclass(frozen=True, slots=True)
class SimulatedMessage:
    """What one channel would send; the recipients as the admin shows them."""

    channel: str
    recipients: Sequence[str]
    problem: str
    parts: dict[str, Any]
    problems: Sequence[str]

    @property
    def usable(self) -> bool:
        """Tell whether it could be sent at all."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class Simulation:
    """`alert_id` is None where the rule has never fired and an example stands in."""

    alert_id: UUID | None
    route: Sequence[str]
    messages: Sequence[SimulatedMessage]


def simulate(rule_id: UUID, *, alert_id: UUID | None = None, at: datetime) -> Simulation:
    """Return what the newest alert of a rule, or the one that is named, would set in motion if it fired at `at`.

    Raises RuleNotFoundError, or AlertNotFoundError for an alert that is not of this rule.
    """
    rule = AlertRule.objects.select_related("escalation_policy").filter(pk=rule_id).first()
    if rule is None:
        raise RuleNotFoundError(f"no rule {rule_id}")
    alert = _alert(rule, alert_id)
    channels = list(rule.notification_channels)
    messages = [_message(alert or _example(rule, at), name, channels, at) for name in channels]
    route = list(_route(rule, alert or _example(rule, at), at))
    return Simulation(alert.pk if alert else None, route, messages)


def _alert(rule: AlertRule, alert_id: UUID | None) -> Alert | None:
    alerts = Alert.objects.select_related("rule").filter(rule=rule).exclude(fired_at=None)
    if alert_id is None:
        return alerts.order_by("-fired_at").first()
    alert = alerts.filter(pk=alert_id).first()
    if alert is None:
        raise AlertNotFoundError(f"rule {rule.rule_name} never fired an alert {alert_id}")
    return alert


def _example(rule: AlertRule, at: datetime) -> Alert:
    """Return an alert that is nowhere: a rule that has never fired has to be tried on something."""
    return Alert(
        id=uuid4(),
        rule=rule,
        title=rule.annotations.get("summary") or rule.rule_name,
        description=rule.annotations.get("description") or rule.terms,
        severity=rule.severity,
        state=State.FIRING,
        service="example-service",
        labels=_EXAMPLE,
        value=rule.threshold,
        threshold=rule.threshold,
        started_at=at - timedelta(seconds=rule.duration),
        fired_at=at,
        last_evaluated_at=at,
    )


def _message(alert: Alert, channel: str, channels: Sequence[str], at: datetime) -> SimulatedMessage:
    problem = registry.why_unusable(channel)
    known = registry.CHANNELS.get(channel)
    if known is None:
        return SimulatedMessage(channel, [], problem, {}, [])
    recipients = [] if problem else list(known.recipients())
    message = Message(
        dedup_key="simulated",
        alert_id=alert.pk,
        kind=Kind.FIRING,
        recipient=recipients[0] if recipients else "",
        at=at,
        payload=freeze(alert, kind=Kind.FIRING, channels=channels, at=at),
    )
    rendering = known.render(message)
    parts, problems = dict(rendering.parts), list(rendering.problems)
    return SimulatedMessage(channel, recipients, problem, parts, problems)


def _route(rule: AlertRule, alert: Alert, at: datetime) -> Iterator[str]:
    """Yield what would happen, in its order, each with its reason."""
    if not rule.enabled:
        yield "The rule is switched off: nothing fires."
    if rule.duration:
        yield f"It fires once the breach has lasted {span(timedelta(seconds=rule.duration))}."
    hidden = why_hidden([alert], at=at).get(alert.pk)
    if hidden is not None:
        yield f"Its messages would be held back: {hidden.reason}."
    if not rule.notification_channels:
        yield "The rule names no channel: nobody is told."
    for name in rule.notification_channels:
        yield _channel_line(name, at)
    if settings.NOTIFY_MODE != "direct":
        yield f"NOTIFY_MODE is {settings.NOTIFY_MODE}: alerts-stream is told as well."
    yield from _chain_lines(rule)


def _channel_line(name: str, at: datetime) -> str:
    problem = registry.why_unusable(name)
    if problem:
        instead = next(iter(registry.for_people()), None)
        then = f"{instead} would stand in" if instead else "nothing could stand in"
        return f"{name}: {problem}; {then}."
    state = ChannelState.objects.filter(pk=name, paused_until__gt=at).first()
    if state is not None:
        return f"{name}: paused until {state.paused_until:%H:%M:%S} UTC ({state.pause_reason})."
    if registry.CHANNELS[name].bundles and settings.ALERT_GROUP_WAIT:
        return f"{name}: after {span(settings.ALERT_GROUP_WAIT)}, together with its group."
    return f"{name}: at once."


def _chain_lines(rule: AlertRule) -> Iterator[str]:
    if rule.escalation_policy is None:
        yield "No escalation policy: nobody else is told."
        return
    rows = rule.escalation_policy.steps.select_related("contact", "rotation").order_by("position")
    chain = steps_for(rule.severity, [frozen_step(row) for row in rows])
    for step in chain:
        yield f"Escalation: {sentence(step)}"
    yield f"Escalation: {ending(len(chain), rule.escalation_policy.repeats)}"

"""Whether a rule may stand: the one place where those of the API, the admin, rule files and the defaults meet."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from alerts.channels.registry import CHANNELS, NOBODY
from alerts.models import AlertRule, EscalationPolicy
from alerts.rule_contradictions import contradictions
from alerts.rule_fields import fields_of, with_floats
from monitoring.errors import InvalidInputError

# Named by the specification. A rule may ask for one before its channel is set up; the ledger says so for each message.
SPECIFIED_CHANNELS = frozenset({"email", "slack", "sms", "pagerduty"})
# Ends at nobody, and the rule that watches the whole road to a message needs it; nobody else is offered it.
_WATCHING_THE_WATCHER = frozenset({"canary"})


def clean_rule(rule: AlertRule) -> None:
    """Refuse a rule whose fields are wrong, or contradict each other.

    What its expression names is looked at by `alerts.services.rule_names`, since that depends on other rules.
    Raises InvalidInputError naming each wrong field.
    """
    refuse_unknown_channels(rule.notification_channels)
    try:
        rule.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise InvalidInputError("Invalid rule", details=error.message_dict) from error
    problems = contradictions(fields_of(rule))
    if problems:
        raise InvalidInputError("Invalid rule", details=problems)


def refuse_unknown_channels(names: Collection[str]) -> None:
    """Raise InvalidInputError if a channel is neither one of ours nor of the specification."""
    known = known_channels()
    unknown = sorted(set(names) - set(known) - _WATCHING_THE_WATCHER)
    if unknown:
        message = f"unknown: {', '.join(unknown)}; known are {', '.join(known)}"
        raise InvalidInputError(
            "Unknown notification channel", details={"notification_channels": [message]}
        )


def known_channels() -> list[str]:
    """Return the channels that a rule may name: those that end at a person, in alphabetical order."""
    return sorted((SPECIFIED_CHANNELS | set(CHANNELS)) - NOBODY)


def columns_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return column values for the fields of a rule: an escalation policy may be given as its name or its id.

    Raises InvalidInputError if there is no such policy.
    """
    columns = with_floats(fields)
    policy = columns.get("escalation_policy")
    if policy is not None and not isinstance(policy, EscalationPolicy):
        columns["escalation_policy"] = _policy(str(policy))
    return columns


def _policy(text: str) -> EscalationPolicy | None:
    if not text:
        return None
    found = EscalationPolicy.objects.filter(name=text).first()
    if found is None and (policy_id := _uuid(text)):
        found = EscalationPolicy.objects.filter(pk=policy_id).first()
    if found is None:
        message = f"there is no escalation policy of the name or id {text[:100]}"
        raise InvalidInputError("Invalid rule", details={"escalation_policy": [message]})
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

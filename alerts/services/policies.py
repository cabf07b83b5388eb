"""Writes of escalation policies: their steps are replaced as a whole; chains under way stay as they were frozen."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from alerts.errors import PolicyNotFoundError, StillUsedError
from alerts.models import AlertRule, EscalationPolicy, EscalationStep
from alerts.services.reach import PERSONAL
from alerts.services.rule_checks import refuse_unknown_channels
from alerts.services.storing import store
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class PolicyFields:
    """What a person says of a policy."""

    columns: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]] | None
    """Column values of the steps in their order; None leaves them as they are."""


def save_policy(
    fields: PolicyFields, *, by: str, policy_id: UUID | None = None
) -> EscalationPolicy:
    """Create a policy, or change one. Raises InvalidInputError, NameTakenError or PolicyNotFoundError."""
    with transaction.atomic():
        policy = _hold(policy_id) if policy_id else EscalationPolicy()
        for name, value in fields.columns.items():
            setattr(policy, name, value)
        store(policy, kind="escalation policy")
        if fields.steps is not None:
            _replace_steps(policy, fields.steps)
    logger.info("escalation policy saved", extra={"policy": policy.name, "by": by})
    return policy_by_id(policy.pk)


def delete_policy(policy_id: UUID, *, by: str) -> None:
    """Delete a policy that no rule uses. Raises PolicyNotFoundError, or StillUsedError naming the rules."""
    with transaction.atomic():
        policy = _hold(policy_id)
        rules = list(policy.rules.filter(deleted_at=None).values_list("rule_name", flat=True))
        if rules:
            raise StillUsedError(
                f"{policy} is still used by {', '.join(rules)}", details={"rules": rules}
            )
        # Deleted rules stay as rows, because their alerts are history; alerts have their chains frozen.
        AlertRule.with_deleted.filter(escalation_policy=policy).update(escalation_policy=None)
        policy.delete()
    logger.info("escalation policy deleted", extra={"policy": policy.name, "by": by})


def policy_by_id(policy_id: UUID) -> EscalationPolicy:
    """Return one policy with its steps. Raises PolicyNotFoundError."""
    policies = EscalationPolicy.objects.prefetch_related("steps__contact", "steps__rotation")
    policy = policies.filter(pk=policy_id).first()
    if policy is None:
        raise PolicyNotFoundError(f"no escalation policy {policy_id}")
    return policy


def check_step(step: EscalationStep) -> None:
    """Raise ValidationError if a step could tell nobody: an unknown channel, or one that reaches no single person."""
    try:
        refuse_unknown_channels([step.channel])
    except InvalidInputError as error:
        raise ValidationError({"channel": error.details["notification_channels"]}) from error
    if step.kind != EscalationStep.Kind.CHANNEL and step.channel not in PERSONAL:
        message = f"{step.channel} reaches no single person; these do: {', '.join(PERSONAL)}"
        raise ValidationError({"channel": message})


def _replace_steps(policy: EscalationPolicy, steps: Sequence[Mapping[str, Any]]) -> None:
    if len(steps) > MOST_STEPS:
        message = f"at most {MOST_STEPS} steps"
        raise InvalidInputError("Invalid escalation policy", details={"steps": [message]})
    policy.steps.all().delete()
    for number, columns in enumerate(steps, start=1):
        row = EscalationStep(policy=policy, position=number, **columns)
        try:
            row.full_clean(exclude=["policy"], validate_unique=False, validate_constraints=False)
            check_step(row)
        except ValidationError as error:
            details = {f"steps.{number}.{name}": text for name, text in error.message_dict.items()}
            raise InvalidInputError("Invalid escalation policy", details=details) from error
        row.save()


def _hold(policy_id: UUID) -> EscalationPolicy:
    policy = EscalationPolicy.objects.select_for_update().filter(pk=policy_id).first()
    if policy is None:
        raise PolicyNotFoundError(f"no escalation policy {policy_id}")
    return policy

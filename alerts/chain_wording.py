"""Chains of escalation in plain words: one sentence for each step."""

from datetime import timedelta

from alerts.escalation.chain import Step
from alerts.wording import span


def sentence(step: Step) -> str:
    """Return what a step does, such as `After 5 min, tell Ana by sms, if the alert is critical.`"""
    text = f"{_when(step.wait_seconds)} tell {_whom(step)}"
    if step.minimum_severity == "critical":
        text += ", if the alert is critical"
    elif step.minimum_severity == "warning":
        text += ", unless the alert is only information"
    return f"{text}."


def ending(steps: int, repeats: int) -> str:
    """Return what comes after the last step."""
    if not steps:
        return "Nobody else is told."
    if not repeats:
        return "Then the chain ends."
    return f"Then over again, {'once' if repeats == 1 else f'{repeats} times'}."


def _when(wait_seconds: int) -> str:
    return f"After {span(timedelta(seconds=wait_seconds))}," if wait_seconds else "At once"


def _whom(step: Step) -> str:
    if step.kind == "contact":
        return f"{step.name} by {step.channel}"
    if step.kind == "rotation":
        return f"whoever is on call in {step.name} by {step.channel}"
    return f"everybody on {step.channel}"

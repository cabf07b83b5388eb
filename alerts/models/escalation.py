"""Who is told next while nobody acknowledges: chains of waits and people, as data."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

from alerts.models.oncall import Contact, OnCallRotation

LONGEST_WAIT_SECONDS = 24 * 3_600
MOST_REPEATS = 10


class EscalationPolicy(models.Model):
    """A chain of steps, taken in their order, over again `repeats` times, until somebody acknowledges."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    repeats = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(MOST_REPEATS)], help_text="times it begins again"
    )
    remind_after_seconds = models.PositiveIntegerField(
        default=0, help_text="who acknowledged is reminded after so long; 0: never"
    )
    unacknowledge_after_seconds = models.PositiveIntegerField(
        default=0,
        help_text="an acknowledgement counts so long while the alert fires, then the chain goes on; 0: for ever",
    )

    class Meta:
        db_table = "escalation_policies"
        ordering = ["name"]
        verbose_name_plural = "escalation policies"

    def __str__(self) -> str:
        return self.name


class StepKind(models.TextChoices):
    CHANNEL = "channel", "the channel's own recipients"
    CONTACT = "contact", "one person"
    ROTATION = "rotation", "who is on call"


class EscalationStep(models.Model):
    """Wait, then tell somebody, if the alert still fires and nobody has acknowledged it."""

    Kind = StepKind

    policy = models.ForeignKey(EscalationPolicy, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    wait_seconds = models.PositiveIntegerField(
        validators=[MaxValueValidator(LONGEST_WAIT_SECONDS)],
        help_text="since the step before, or since the alert fired",
    )
    kind = models.CharField(max_length=8, choices=StepKind.choices)
    channel = models.CharField(
        max_length=32, help_text="how to tell: email, slack, sms, pagerduty, webhook"
    )
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True)
    rotation = models.ForeignKey(OnCallRotation, models.PROTECT, null=True, blank=True)
    minimum_severity = models.CharField(
        max_length=8, blank=True, help_text="left out for milder alerts; empty: never left out"
    )

    class Meta:
        db_table = "escalation_steps"
        ordering = ["policy", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="escalation_steps_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. after {self.wait_seconds} s by {self.channel}"

    def clean(self) -> None:
        """Refuse a step whose kind names nobody."""
        if self.kind == StepKind.CONTACT and self.contact_id is None:
            raise ValidationError({"contact": "a step of this kind needs a contact"})
        if self.kind == StepKind.ROTATION and self.rotation_id is None:
            raise ValidationError({"rotation": "a step of this kind needs a rotation"})

"""Who can be told, and whose turn it is."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models

from alerts.models.silence import time_zone

phone_number = RegexValidator(r"\A\+[1-9][0-9]{6,14}\Z", "an E.164 number such as +4915112345678")


class Contact(models.Model):
    """A person, and the addresses by channel: what is empty cannot be used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=16, blank=True, validators=[phone_number])
    slack_id = models.CharField(max_length=32, blank=True, help_text="member id such as U012AB3CD")
    subject = models.CharField(
        max_length=255, blank=True, help_text="the person's id in tokens or login in the admin"
    )

    class Meta:
        db_table = "contacts"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def address_on(self, channel: str) -> str:
        """Return where a channel reaches the person; empty if it cannot."""
        return {"email": self.email, "sms": self.phone, "slack": self.slack_id}.get(channel, "")

    def clean(self) -> None:
        """Refuse a person whom nobody could reach."""
        if not (self.email or self.phone or self.slack_id):
            raise ValidationError("give at least one of email, phone and Slack id")


class OnCallRotation(models.Model):
    """People who take turns of whole weeks; the handoff is by the clock on a wall in `time_zone`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[time_zone])
    handoff_weekday = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(6)], help_text="0 is Monday"
    )
    handoff_time = models.TimeField(help_text="in the time zone")
    first_week = models.DateField(
        help_text="any day of the week in which the first one has the turn"
    )

    class Meta:
        db_table = "oncall_rotations"
        verbose_name = "on-call rotation"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RotationMember(models.Model):
    """A place in the order of turns."""

    rotation = models.ForeignKey(OnCallRotation, models.CASCADE, related_name="members")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="rotations")
    position = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "oncall_members"
        ordering = ["rotation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["rotation", "position"], name="oncall_members_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.contact}"


class RotationOverride(models.Model):
    """Somebody stands in from `starts_at` until `ends_at`; of two at once the younger row counts."""

    rotation = models.ForeignKey(OnCallRotation, models.CASCADE, related_name="overrides")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="overrides")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        db_table = "oncall_overrides"
        ordering = ["rotation", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="oncall_overrides_end_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} from {self.starts_at:%Y-%m-%d %H:%M}"

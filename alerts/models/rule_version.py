"""What a rule said, version by version."""

from django.db import models

from alerts.models.rule import AlertRule


class RuleVersion(models.Model):
    """The fields of a rule from one change to the next; rows are added, never changed."""

    rule = models.ForeignKey(AlertRule, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    fields = models.JSONField(help_text="every field that a person may set, as the API writes it")
    changed_by = models.CharField(max_length=255, blank=True)
    changed_at = models.DateTimeField()
    note = models.CharField(
        max_length=255, blank=True, help_text="such as: rolled back to version 3"
    )

    class Meta:
        db_table = "alert_rule_versions"
        ordering = ["rule", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "version"], name="alert_rule_versions_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} version {self.version}"

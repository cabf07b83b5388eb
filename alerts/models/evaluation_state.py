"""When all rules were evaluated last: one row, so that an evaluation does not write one for each rule."""

from datetime import datetime
from typing import Self

from django.db import models

from alerts.models.rule import AlertRule


class EvaluationState(models.Model):
    """The newest evaluation of all rules and the first of its run without a long gap; the only row has id 1."""

    THE_ROW = 1

    last_evaluated_at = models.DateTimeField(null=True, blank=True)
    watched_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "alert_evaluation_state"

    def __str__(self) -> str:
        return f"evaluated until {self.last_evaluated_at}"

    @classmethod
    def current(cls) -> Self:
        """Return the row, or an empty one before the first evaluation."""
        return cls.objects.filter(pk=cls.THE_ROW).first() or cls(pk=cls.THE_ROW)

    def last_of(self, rule: AlertRule) -> datetime | None:
        """Return when the rule was evaluated last, None if it never was.

        A rule in step with all others knows only since when it has been watched; one that was evaluated by itself,
        or could not be, has a last evaluation of its own.
        """
        if rule.last_evaluated_at is not None or rule.watched_since is None:
            return rule.last_evaluated_at
        return self.last_evaluated_at

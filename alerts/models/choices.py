"""Words that several tables share."""

from django.db import models


class Severity(models.TextChoices):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Condition(models.TextChoices):
    ABOVE = ">", "above"
    AT_LEAST = ">=", "at least"
    BELOW = "<", "below"
    AT_MOST = "<=", "at most"
    EQUAL = "==", "equal"
    NOT_EQUAL = "!=", "not equal"


class NoDataPolicy(models.TextChoices):
    """What a rule makes of a series that stopped reporting."""

    KEEP = "keep", "keep the state"
    FIRE = "fire", "treat as a breach"
    RESOLVE = "resolve", "treat as over"

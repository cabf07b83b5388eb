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


class Aggregation(models.TextChoices):
    """What becomes of the samples of one series before they are compared; all but `last` look at a window."""

    LAST = "last", "newest value"
    AVG = "avg", "average"
    MIN = "min", "minimum"
    MAX = "max", "maximum"
    SUM = "sum", "sum"
    COUNT = "count", "number of samples"
    RATE = "rate", "growth a second"
    INCREASE = "increase", "growth"
    P50 = "p50", "median"
    P95 = "p95", "95th percentile"
    P99 = "p99", "99th percentile"
    ABSENT = "absent", "1 if nothing was reported, else 0"
    WEEK_CHANGE = "week_change", "change in percent against the same window a week before"


class Combine(models.TextChoices):
    """What becomes of the series of one group before they are compared; none: each series by itself."""

    EACH = "", "each series by itself"
    SUM = "sum"
    AVG = "avg", "average"
    MIN = "min", "minimum"
    MAX = "max", "maximum"
    COUNT = "count", "number of series"

"""Rules of a new installation, and the two that watch the watcher.

Source: sections "Alert Rules (Default Configuration)" and "Meta-alerts", service specification.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.models.choices import Condition, NoDataPolicy, Severity


@dataclass(frozen=True, slots=True)
class DefaultRule:
    """One rule as it is first loaded; `threshold` is in the unit of the metric, `duration` in seconds.

    `description` may name the {threshold} and the {minutes} that a breach must last.
    """

    name: str
    metric: str
    condition: Condition
    threshold: float
    duration: int
    severity: Severity
    summary: str
    description: str
    enabled: bool = True
    no_data: NoDataPolicy = NoDataPolicy.KEEP
    channels: tuple[str, ...] = ("email",)
    is_cause: bool = False
    flap_firings: int = 5
    labels: Mapping[str, str] = field(default_factory=dict)


DEFAULT_RULES = (
    DefaultRule(
        name="high_cpu_usage",
        metric="system_cpu_usage_percent",
        condition=Condition.ABOVE,
        threshold=80,
        duration=300,
        severity=Severity.WARNING,
        summary="High CPU usage detected",
        description="CPU usage is above {threshold}% for more than {minutes} minutes",
    ),
    DefaultRule(
        name="high_memory_usage",
        metric="system_memory_usage_percent",
        condition=Condition.ABOVE,
        threshold=90,
        duration=300,
        severity=Severity.WARNING,
        summary="High memory usage detected",
        description="Memory usage is above {threshold}% for more than {minutes} minutes",
    ),
    DefaultRule(
        name="service_down",
        metric="service_up",
        condition=Condition.EQUAL,
        threshold=0,
        duration=60,
        severity=Severity.CRITICAL,
        summary="Service down",
        description="The service has not passed its health check for more than a minute",
        is_cause=True,
    ),
    DefaultRule(
        name="high_response_time",
        metric="http_response_time_ms",
        condition=Condition.ABOVE,
        threshold=1_000,
        duration=180,
        severity=Severity.WARNING,
        summary="High response time",
        description="Answers take longer than {threshold} ms for more than {minutes} minutes",
    ),
    DefaultRule(
        name="database_connection_pool_exhausted",
        metric="postgres_pool_waiting",
        condition=Condition.ABOVE,
        threshold=5,
        duration=60,
        severity=Severity.CRITICAL,
        summary="Database connections exhausted",
        description="More than {threshold} callers wait for a database connection",
    ),
    DefaultRule(
        name="high_error_rate",
        metric="http_error_rate",
        condition=Condition.ABOVE,
        threshold=5,
        duration=180,
        severity=Severity.CRITICAL,
        summary="High error rate",
        description="More than {threshold}% of requests fail for more than {minutes} minutes",
    ),
    # The specification names a disk threshold but no rule; this one waits for somebody to want it.
    DefaultRule(
        name="high_disk_usage",
        metric="system_disk_usage_percent",
        condition=Condition.ABOVE,
        threshold=90,
        duration=300,
        severity=Severity.WARNING,
        summary="Disk almost full",
        description="More than {threshold}% of the disk is used",
        enabled=False,
    ),
    DefaultRule(
        name="monitoring_database_down",
        metric="database_connection_status",
        condition=Condition.EQUAL,
        threshold=0,
        duration=0,
        severity=Severity.CRITICAL,
        summary="The monitoring service cannot reach one of its stores",
        description="A configured store does not answer the monitoring service",
        is_cause=True,
    ),
    # Whoever collects nothing cannot report that either: here silence is the breach.
    DefaultRule(
        name="metric_collection_stopped",
        metric="metrics_collected_last_minute",
        condition=Condition.BELOW,
        threshold=1,
        duration=0,
        severity=Severity.CRITICAL,
        summary="Metric collection stopped",
        description="No sample was stored for more than a minute",
        no_data=NoDataPolicy.FIRE,
    ),
    # Error budgets, by two windows each: enough has burnt, and it burns still. No hold: the long window is one.
    # Source: table 5-8, Site Reliability Workbook.
    DefaultRule(
        name="error_budget_burns_fast",
        metric="slo_burn_rate_pair",
        labels={"pair": "1h/5m"},
        condition=Condition.ABOVE,
        threshold=14.4,
        duration=0,
        severity=Severity.CRITICAL,
        summary="Error budget burns fast",
        description="More than {threshold} times as fast as allowed in the last hour, and still: "
        "2% of a 30-day budget are gone, all of it would be in two days",
    ),
    DefaultRule(
        name="error_budget_burns",
        metric="slo_burn_rate_pair",
        labels={"pair": "6h/30m"},
        condition=Condition.ABOVE,
        threshold=6,
        duration=0,
        severity=Severity.CRITICAL,
        summary="Error budget burns",
        description="More than {threshold} times as fast as allowed in the last six hours, and still: "
        "5% of a 30-day budget are gone, all of it would be in five days",
    ),
    DefaultRule(
        name="error_budget_burns_slowly",
        metric="slo_burn_rate_pair",
        labels={"pair": "3d/6h"},
        condition=Condition.ABOVE,
        threshold=1,
        duration=0,
        severity=Severity.WARNING,
        summary="Error budget burns faster than allowed",
        description="More than {threshold} times as fast as allowed in the last three days, and still: "
        "the objective will be missed if nothing changes",
    ),
)

"""Tables of health, one file a subject."""

from health.models.performance import (
    HarvestedSeries,
    HealthCursor,
    PerformanceMetric,
    PerformanceRollup,
)
from health.models.performance_day import PerformanceDay
from health.models.probe_claim import ProbeClaim
from health.models.public_incident import PublicIncident, PublicUpdate
from health.models.report import Report, ReportDelivery, ReportFile, ReportSubscription
from health.models.service_health import ServiceHealth
from health.models.service_state import ServiceFlip, ServiceState
from health.models.sla import SlaBucket, SlaMetric
from health.models.slo import Slo, SloState
from health.models.watched_service import WatchedService

__all__ = [
    "HarvestedSeries",
    "HealthCursor",
    "PerformanceDay",
    "PerformanceMetric",
    "PerformanceRollup",
    "ProbeClaim",
    "PublicIncident",
    "PublicUpdate",
    "Report",
    "ReportDelivery",
    "ReportFile",
    "ReportSubscription",
    "ServiceFlip",
    "ServiceHealth",
    "ServiceState",
    "SlaBucket",
    "SlaMetric",
    "Slo",
    "SloState",
    "WatchedService",
]

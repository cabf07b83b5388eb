"""The admin of health, one file a topic; importing them registers the pages."""

from health.admin import history, performance, public_incidents, reports, services, sla, slo

__all__ = ["history", "performance", "public_incidents", "reports", "services", "sla", "slo"]

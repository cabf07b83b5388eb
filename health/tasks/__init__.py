"""Celery edge of health, one file a topic; importing them registers the tasks."""

from health.tasks import performance, probing, reports, retention, sla, slo

__all__ = ["performance", "probing", "reports", "retention", "sla", "slo"]

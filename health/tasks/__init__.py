"""Celery edge of health, one file a topic; importing them registers the tasks."""

from health.tasks import probing

__all__ = ["probing"]

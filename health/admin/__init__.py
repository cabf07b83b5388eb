"""The admin of health, one file a topic; importing them registers the pages."""

from health.admin import services

__all__ = ["services"]

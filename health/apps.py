"""Watched services, probes, status."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "health"

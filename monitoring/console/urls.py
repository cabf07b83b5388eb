"""Paths of the operations page."""

from django.urls import path

from monitoring.console.views import operations

urlpatterns = [path("", operations, name="console")]

"""Sale events, velocity, sell-out forecast, business totals."""

from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

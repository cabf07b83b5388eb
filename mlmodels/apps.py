"""Training, model store, anomaly sweep, failure prediction."""

from django.apps import AppConfig


class MlModelsConfig(AppConfig):
    name = "mlmodels"

"""Scoring, velocity counters, decisions, feedback."""

from django.apps import AppConfig


class FraudConfig(AppConfig):
    name = "fraud"

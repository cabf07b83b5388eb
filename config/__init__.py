"""Composition root: settings, urls, the Celery app, the schedule, the embedded engines.

It names the apps by string; no app imports it.
"""

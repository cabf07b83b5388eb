"""Logs: one JSON object a line, secrets redacted; plain text on a terminal with LOG_FORMAT=text."""

from typing import Any

from config import env

LOG_LEVEL = env.text("LOG_LEVEL", "info").upper()
LOG_FORMAT = env.text("LOG_FORMAT", "json")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "monitoring.logs.formatting.JsonFormatter"},
        "text": {"()": "monitoring.logs.formatting.TextFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery.app.trace": {
            "level": "WARNING"
        },  # two lines for each task of a 2 s sweep say nothing
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "django_celery_beat": {"level": "WARNING"},
        # Five lines for each attempt to reach a broker that is away; the callers say it once.
        "kafka": {"level": "CRITICAL"},
    },
}

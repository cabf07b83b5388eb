"""WSGI entry point: `gunicorn config.wsgi:application -k gthread --threads 32`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.service")

_django = get_wsgi_application()

from config.celery import app  # noqa: E402 - as below
from monitoring.api.body_limit import LimitBody  # noqa: E402 - needs the apps that the line above has loaded

# A request may call a worker. The app that was made last is that of its own thread only; in the threads of requests
# Celery would make up another one, with a broker that nobody runs.
app.set_default()
# Loads every view now, or the first request would wait for it.
get_resolver().url_patterns  # noqa: B018 - reading it loads it
application = LimitBody(_django, most_bytes=settings.MAX_BULK_BODY_BYTES)

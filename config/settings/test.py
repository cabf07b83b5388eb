"""Settings of the suite: real engines on free ports (tests/engines.py), known secrets, no rate limits in the way."""

import os
from datetime import timedelta

os.environ.setdefault("DJANGO_SECRET_KEY", "tests-only-" + "0" * 50)
os.environ.setdefault("JWT_SECRET", "tests-only-secret-of-at-least-32-bytes")
os.environ.setdefault("ALERT_TO_EMAIL", "ops@tickettoken.example")
os.environ.setdefault("LOG_FORMAT", "text")

from config.settings.service import *
from config.settings.service import CACHES, CHANNEL_BUDGETS, DATABASES

DATABASES["default"]["TEST"] = {"NAME": f"test_{os.environ.get('TEST_DB_SUFFIX', os.getpid())}"}
for _cache in CACHES.values():
    _cache["KEY_PREFIX"] = f"test-{os.getpid()}"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
INSTRUMENT_FLUSH_INTERVAL = timedelta(0)  # no thread that writes beside the tests
HEALTH_MEMORY_INTERVAL = timedelta(0)  # nor one that reads beside them, outside their transaction
METRICS_TEE = False  # tests of the tee install it themselves
# Tests of waits, of the stream and of budgets ask for them; the others look at each message by itself.
ALERT_GROUP_WAIT = timedelta(0)
NOTIFY_MODE = "direct"
CHANNEL_BUDGETS.clear()

"""Stores: PostgreSQL is required; every other one is switched off by an empty value."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from config import env
from config.settings.base import DATA_DIR

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "monitoring.backends.postgresql",
        "HOST": env.text("DB_HOST", "localhost"),
        "PORT": env.integer("DB_PORT", 5432, at_least=1),
        "NAME": env.text("DB_NAME", "tickettoken_db"),
        "USER": env.text("DB_USER", "postgres"),
        "PASSWORD": env.secret("DB_PASSWORD", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": env.integer("DB_CONNECT_TIMEOUT", 2, at_least=1),
            "application_name": env.text("SERVICE_NAME", "monitoring-service"),
            # A stuck query must not hold a worker, nor a migration stall the writers.
            "options": "-c statement_timeout=30000 -c lock_timeout=5000",
        },
    }
}

# Fewer connections than the web server has threads: while PostgreSQL hangs, the others answer. Celery's
# prefork children handle one task at a time and keep one plain connection.
if env.boolean("DB_POOL", default=False):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.integer("DB_POOL_SIZE", 10, at_least=1),
        "timeout": 2,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.integer("DB_CONN_MAX_AGE", 60)

# While PostgreSQL is away pushed samples are synced to this directory and answered as stored; beyond its limits they
# are refused with 503. Only for disks that outlive the process: off unless it is asked for, on with `make run`.
INGEST_SPOOL = env.boolean("INGEST_SPOOL", default=False)
INGEST_SPOOL_DIR = DATA_DIR / "spool"
INGEST_SPOOL_BYTES = env.integer("INGEST_SPOOL_BYTES", 268_435_456, at_least=1)
INGEST_SPOOL_AGE = env.duration("INGEST_SPOOL_AGE", timedelta(hours=1))

REDIS_HOST = env.text("REDIS_HOST", "localhost")
REDIS_PORT = env.integer("REDIS_PORT", 6379, at_least=1)
REDIS_PASSWORD = env.secret("REDIS_PASSWORD", "")
_credentials = f":{quote(REDIS_PASSWORD, safe='')}@" if REDIS_PASSWORD else ""


def redis_url(database: int) -> str:
    """Return the URL of one Redis database: 0 broker, 1 cache, 2 windows and counters."""
    return f"redis://{_credentials}{REDIS_HOST}:{REDIS_PORT}/{database}"


REDIS_BROKER_URL = redis_url(env.integer("REDIS_BROKER_DB", 0))
REDIS_CACHE_URL = redis_url(env.integer("REDIS_CACHE_DB", 1))
REDIS_WINDOWS_URL = redis_url(env.integer("REDIS_WINDOWS_DB", 2))

CACHE_KEY_PREFIX = env.text("CACHE_KEY_PREFIX", "monitoring")
# A shortcut: when Valkey hangs, a request must not wait for it.
_CACHE_TIMEOUTS = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "monitoring.backends.cache.CountedCache",
        "LOCATION": REDIS_CACHE_URL,
        "KEY_PREFIX": CACHE_KEY_PREFIX,
        "TIMEOUT": 300,
        "OPTIONS": _CACHE_TIMEOUTS,
    },
    # Rate limits: a database of their own, so that flushing the cache gives nobody a fresh allowance.
    "windows": {
        "BACKEND": "monitoring.backends.cache.SharedCache",
        "LOCATION": REDIS_WINDOWS_URL,
        "KEY_PREFIX": CACHE_KEY_PREFIX,
        "OPTIONS": _CACHE_TIMEOUTS,
    },
}
RATELIMIT_USE_CACHE = "windows"

KAFKA_BROKERS = env.words("KAFKA_BROKERS")
KAFKA_CLIENT_ID = env.text("KAFKA_CLIENT_ID", "monitoring-service")
KAFKA_METRICS_GROUP = env.text("KAFKA_METRICS_GROUP", "monitoring-metrics-group")
# Whether stored samples are passed on to metrics-stream; without a broker they are not.
METRICS_TEE = env.boolean("METRICS_TEE", default=True)

# Named by the specification, brought by later versions; an empty value means "disabled" on the status pages.
MONGODB_URI = env.text("MONGODB_URI", "")
ELASTICSEARCH_NODE = env.url("ELASTICSEARCH_NODE")
INFLUXDB_URL = env.url("INFLUXDB_URL")

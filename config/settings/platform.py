"""The platform that is watched: services, thresholds, limits of time."""

from datetime import timedelta

from config import env

# short name -> (name that the service gives itself, URL). Loaded into the database once, then the admin owns them.
WATCHED_SERVICES: dict[str, tuple[str, str]] = {
    "api-gateway": ("api-gateway", env.url("API_GATEWAY_URL", "http://localhost:3000")),
    "auth": ("auth-service", env.url("AUTH_SERVICE_URL", "http://localhost:3001")),
    "venue": ("venue-service", env.url("VENUE_SERVICE_URL", "http://localhost:3002")),
    "event": ("event-service", env.url("EVENT_SERVICE_URL", "http://localhost:3003")),
    "ticket": ("ticket-service", env.url("TICKET_SERVICE_URL", "http://localhost:3004")),
    "payment": ("payment-service", env.url("PAYMENT_SERVICE_URL", "http://localhost:3005")),
    "marketplace": (
        "marketplace-service",
        env.url("MARKETPLACE_SERVICE_URL", "http://localhost:3006"),
    ),
    "analytics": ("analytics-service", env.url("ANALYTICS_SERVICE_URL", "http://localhost:3007")),
}
PROBE_TIMEOUT = env.duration("PROBE_TIMEOUT", timedelta(seconds=5))
PROBE_FAILURES_BEFORE_FLIP = env.integer("PROBE_FAILURES_BEFORE_FLIP", 2, at_least=1)
RESPONSE_TIME_THRESHOLD_MS = env.integer("RESPONSE_TIME_THRESHOLD_MS", 2_000, at_least=1)
HEALTH_STRICT = env.boolean("HEALTH_STRICT", default=False)
# With false the public /status hides the version from callers without a token.
STATUS_PUBLIC_DETAIL = env.boolean("STATUS_PUBLIC_DETAIL", default=True)

# How long a resolution by a person is believed at most while the breach goes on.
ALERT_SNOOZE_LIMIT = env.duration("ALERT_SNOOZE_LIMIT", timedelta(hours=24))
# Thresholds of default rules, where the environment names them: they count when the rules are first loaded.
RULE_THRESHOLDS: dict[str, float] = {
    rule: env.number(name, 0.0)
    for rule, name in {
        "high_cpu_usage": "CPU_THRESHOLD",
        "high_memory_usage": "MEMORY_THRESHOLD",
        "high_disk_usage": "DISK_THRESHOLD",
        "high_error_rate": "ERROR_RATE_THRESHOLD",
        "high_response_time": "RESPONSE_TIME_THRESHOLD_MS",
    }.items()
    if env.text(name, "").strip()
}

METRICS_RETENTION = timedelta(days=env.integer("METRICS_RETENTION_DAYS", 30, at_least=1))
# Samples are sealed into chunks once so many wait, or one for so long, in transactions of at most so many;
# those younger than the grace are left alone.
SEAL_SAMPLES = env.integer("SEAL_SAMPLES", 1_000_000, at_least=1)
SEAL_AFTER = env.duration("SEAL_AFTER", timedelta(minutes=15))
SEAL_MAX_SAMPLES = env.integer("SEAL_MAX_SAMPLES", 2_000_000, at_least=1)
SEAL_GRACE = env.duration("SEAL_GRACE", timedelta(seconds=30))
# Roll-ups outlive the samples they were made of; they go by whole months.
ROLLUP_5M_RETENTION = env.duration("ROLLUP_5M_RETENTION", timedelta(days=90))
ROLLUP_1H_RETENTION = env.duration("ROLLUP_1H_RETENTION", timedelta(days=400))
# How long a repeat of a push is recognised by its Idempotency-Key.
IDEMPOTENCY_RETENTION = env.duration("IDEMPOTENCY_RETENTION", timedelta(hours=48))
# One read of a range gives up beyond these; a point is 16 bytes while it is worked on.
MAX_RANGE_SEGMENTS = env.integer("MAX_RANGE_SEGMENTS", 200_000, at_least=1)
MAX_RANGE_POINTS = env.integer("MAX_RANGE_POINTS", 2_000_000, at_least=1)
RANGE_TIMEOUT = env.duration("RANGE_TIMEOUT", timedelta(seconds=10))
# One PromQL query: samples and cells of results that it may hold (about 25 bytes each), series it may return, time.
MAX_PROMQL_SAMPLES = env.integer("MAX_PROMQL_SAMPLES", 10_000_000, at_least=1)
MAX_PROMQL_SERIES = env.integer("MAX_PROMQL_SERIES", 10_000, at_least=1)
QUERY_TIMEOUT = env.duration("QUERY_TIMEOUT", timedelta(seconds=30))
# Exports of samples that one process writes at a time; each holds a thread until its client has read it.
MAX_EXPORTS = env.integer("MAX_EXPORTS", 2, at_least=1)
# Decoded samples that each process keeps, so that a dashboard that reloads does not read them again.
SEGMENT_CACHE_BYTES = env.integer("SEGMENT_CACHE_BYTES", 67_108_864)
CHUNK_CACHE_BYTES = env.integer("CHUNK_CACHE_BYTES", 33_554_432)  # 0: none of the sealed ones
METRIC_STALENESS = env.duration("METRIC_STALENESS", timedelta(minutes=5))
# How long one exposition answers scrapes: several scrapers at once cost as much as one.
METRICS_EXPORT_CACHE = env.duration("METRICS_EXPORT_CACHE", timedelta(seconds=2))
INSTRUMENT_FLUSH_INTERVAL = env.duration("INSTRUMENT_FLUSH_INTERVAL", timedelta(seconds=10))

# Neighbours that the operations page links to; an empty URL leaves the link out.
FLOWER_URL = env.url("FLOWER_URL")
GRAFANA_URL = env.url("GRAFANA_URL")
DEMO_MAILBOX_URL = env.url("DEMO_MAILBOX_URL")

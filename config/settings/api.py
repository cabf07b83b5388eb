"""The API: tokens, roles, limits, CORS, security headers, schema."""

from datetime import timedelta

from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF

from config import env
from config.settings.base import ENVIRONMENT, SERVICE_VERSION

API_PREFIX = "api/v1/monitoring"

JWT_SECRET = env.secret("JWT_SECRET", "")
JWT_PUBLIC_KEY = env.secret("JWT_PUBLIC_KEY", "")
JWT_ALGORITHM = env.text("JWT_ALGORITHM", "RS256" if JWT_PUBLIC_KEY else "HS256")
# How far the issuer's clock may run ahead of ours (iat, nbf); a token is never valid past its exp.
JWT_LEEWAY = env.integer("JWT_LEEWAY_SECONDS", 30)
STRICT_ROLES = env.boolean("STRICT_ROLES", default=False)

SIMPLE_JWT = {
    "ALGORITHM": JWT_ALGORITHM,
    "SIGNING_KEY": JWT_SECRET,
    "VERIFYING_KEY": JWT_PUBLIC_KEY,
    "LEEWAY": timedelta(seconds=JWT_LEEWAY),
    # Tokens are minted elsewhere and carry {userId or id, role, permissions, exp}: neither jti nor token_type.
    "JTI_CLAIM": None,
    "TOKEN_TYPE_CLAIM": None,
    "USER_ID_CLAIM": "userId",
    "AUTH_HEADER_TYPES": ("Bearer",),
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["monitoring.api.auth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["monitoring.api.permissions.DeclaredAccess"],
    "DEFAULT_THROTTLE_CLASSES": ["monitoring.api.throttling.FixedWindowThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["monitoring.api.renderers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["monitoring.api.parsers.StrictJsonParser"],
    "DEFAULT_SCHEMA_CLASS": "monitoring.api.schema.DeclaredSchema",
    "EXCEPTION_HANDLER": "monitoring.api.errors.to_envelope",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
}

# Requests a minute by scope; the key is the token's subject, else the client address.
RATE_LIMITS = {
    "default": env.integer("RATE_LIMIT_DEFAULT", 100, at_least=1),
    "push": env.integer("RATE_LIMIT_PUSH", 1_000, at_least=1),
    # A Prometheus that falls behind sends many requests at once; its samples count, not they.
    "write": env.integer("RATE_LIMIT_WRITE", 6_000, at_least=1),
    "scrape": env.integer("RATE_LIMIT_SCRAPE", 1_000, at_least=1),
    "health": env.integer("RATE_LIMIT_HEALTH", 1_000, at_least=1),
}
RATE_LIMIT_ALLOW_LIST = env.words("RATE_LIMIT_ALLOW_LIST", "127.0.0.1,::1")
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
# Who may scrape metrics and feed Grafana without a token: loopback and private ranges of the peer address.
TRUSTED_SCRAPE_CIDRS = env.words(
    "TRUSTED_SCRAPE_CIDRS",
    "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7",
)

MAX_BODY_BYTES = env.integer("MAX_BODY_BYTES", 1_048_576, at_least=1)
MAX_BULK_BODY_BYTES = env.integer("MAX_BULK_BODY_BYTES", 16_777_216, at_least=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BULK_BODY_BYTES
MAX_BATCH_SAMPLES = env.integer("MAX_BATCH_SAMPLES", 5_000, at_least=1)
# Of one request to the doors of other systems (remote write, line protocol, OTLP): one transaction.
MAX_PUSH_SAMPLES = env.integer("MAX_PUSH_SAMPLES", 100_000, at_least=1)
# Pushes that one process takes in at a time, by number and by size of their bodies; more are refused with
# 503. Fewer than the threads of the web server, so that reads and probes find one.
INGEST_MAX_IN_FLIGHT = env.integer("INGEST_MAX_IN_FLIGHT", 24, at_least=1)
INGEST_MAX_IN_FLIGHT_BYTES = env.integer("INGEST_MAX_IN_FLIGHT_BYTES", 67_108_864, at_least=1)
# How long a small push waits for others to share its commit; one that is alone does not wait.
GROUP_COMMIT_WINDOW = env.duration("GROUP_COMMIT_WINDOW", timedelta(milliseconds=5))
MAX_SERIES_TOTAL = env.integer("MAX_SERIES_TOTAL", 200_000, at_least=1)
MAX_SERIES_PER_CLIENT = env.integer("MAX_SERIES_PER_CLIENT", 100_000, at_least=1)
MAX_NEW_SERIES_PER_MINUTE = env.integer("MAX_NEW_SERIES_PER_MINUTE", 20_000, at_least=1)
MAX_SERIES_PER_SERVICE = env.integer("MAX_SERIES_PER_SERVICE", 50_000, at_least=1)

CORS_ALLOWED_ORIGINS = env.words("CORS_ORIGIN")
CORS_ALLOW_CREDENTIALS = True
# A change of a rule may name the version that it is meant for.
CORS_ALLOW_HEADERS = (*default_headers, "if-match", "idempotency-key")
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "X-Data-Quality",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
    "X-Total-Count",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
_https = env.boolean("HTTPS", default=ENVIRONMENT == "production")
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_SSL_REDIRECT = (
    False  # TLS ends at the proxy in front; probes and scrapers inside speak plain HTTP
)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

SPECTACULAR_SETTINGS = {
    "TITLE": "TicketToken monitoring service",
    "DESCRIPTION": "Metrics, health, alerts and the Grafana datasource of a ticketing platform.",
    "VERSION": SERVICE_VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ChannelStanding": ["ready", "paused", "disabled"],
        "AdviceKind": ["longer_duration", "recovery_threshold", "retire"],
        "AlertSeverity": "alerts.models.choices.Severity",
        "AlertState": "alerts.models.alert.State",
        "JobStatus": "alerts.models.backtest.BacktestStatus",
        "EscalationStepKind": "alerts.models.escalation.StepKind",
        "IncidentSeverity": "alerts.models.incident.IncidentSeverity",
        "IncidentStatus": "alerts.models.incident.IncidentStatus",
        "MutePhase": ["pending", "active", "expired"],
        "NotificationKind": "alerts.models.notification.Kind",
        "NotificationStatus": "alerts.models.notification.Status",
        "HealthLevel": ["healthy", "degraded", "unhealthy"],
        "ProbeKind": "health.models.watched_service.Kind",
        "ReportFormat": "health.models.report.ReportFormat",
        "ReportKind": "health.models.report.ReportKind",
        "ReportPeriod": "health.models.report.ReportPeriod",
        "ScheduledReportPeriod": "health.models.report.ScheduledPeriod",
        "SloKind": "health.models.slo.SloKind",
        "SloSource": "health.models.slo.SloSource",
        "ServiceStandingStatus": ["healthy", "degraded", "unhealthy", "disabled"],
        "Ok": ["ok"],
        "MetricType": ["gauge", "counter", "histogram", "summary"],
        "PublicDayLevel": ["up", "degraded", "disrupted", "down", "maintenance", "no_data"],
        "PublicImpact": "health.models.public_incident.Impact",
        "PublicStage": "health.models.public_incident.PublicStage",
        "PublicState": [
            "operational",
            "maintenance",
            "unknown",
            "degraded",
            "partial_outage",
            "outage",
        ],
    },
}

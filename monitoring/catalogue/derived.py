"""Names that the service specification's rules and panels use beside its metrics reference."""

from monitoring.catalogue.spec import counter, gauge

DERIVED = (
    gauge(
        "http_error_rate",
        "percent",
        "Share of a service's requests of the last 5 minutes that ended in an error.",
    ),
    gauge(
        "http_response_time_ms",
        "milliseconds",
        "Response time of a watched service as its probe measured it.",
    ),
    counter(
        "errors_total",
        "requests",
        "Requests that ended in an error: critical is 5xx, warning is 4xx.",
        "severity",
    ),
    gauge(
        "database_connection_status",
        "",
        "Whether a configured store answers (1 yes, 0 no).",
        "database",
    ),
    gauge(
        "metrics_collected_last_minute",
        "samples",
        "Samples committed in the last minute.",
    ),
)

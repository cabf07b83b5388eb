"""Services, their requests and databases. Source: "Application Metrics", service specification."""

from monitoring.catalogue.spec import counter, gauge, histogram

APPLICATION = (
    histogram(
        "http_request_duration_ms",
        "milliseconds",
        "Duration of HTTP requests.",
        "method",
        "route",
        "status_code",
        buckets=(10, 50, 100, 200, 500, 1_000, 2_000, 5_000),
    ),
    counter(
        "http_requests_total",
        "requests",
        "HTTP requests answered.",
        "method",
        "route",
        "status_code",
    ),
    counter(
        "http_errors_total",
        "requests",
        "HTTP requests that ended in an error.",
        "method",
        "route",
        "error_type",
    ),
    gauge(
        "service_up",
        "",
        "Whether a watched service answers its probe (1 up, 0 down).",
        "service",
        "port",
    ),
    histogram(
        "db_query_duration_ms",
        "milliseconds",
        "Duration of database queries.",
        "operation",
        "table",
        buckets=(1, 5, 10, 25, 50, 100, 250, 500, 1_000),
    ),
    gauge(
        "postgres_pool_total",
        "connections",
        "Client connections to the PostgreSQL database.",
        "database",
    ),
    gauge(
        "postgres_pool_idle",
        "connections",
        "Client connections that have nothing to do.",
        "database",
    ),
    gauge(
        "postgres_pool_waiting",
        "connections",
        "Client connections whose query waits for a lock or another resource inside the server.",
        "database",
    ),
    gauge(
        "redis_ops_per_second",
        "operations",
        "Commands a second that the Redis server processes.",
        "database",
    ),
    counter(
        "redis_keyspace_hits",
        "lookups",
        "Lookups of keys that the Redis server found.",
        "database",
    ),
)

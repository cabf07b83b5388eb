"""How services are watched, and how long what was found is kept. Addresses are in platform.py."""

from datetime import timedelta

from config import env

# How often services that are due are looked for: each has an interval of its own, and they are spread over it.
PROBE_TICK = env.duration("PROBE_TICK", timedelta(seconds=5))
PROBE_CONCURRENCY = env.integer("PROBE_CONCURRENCY", 250, at_least=1)
# One task probes so many at once; more are handed to further tasks.
PROBE_BATCH = env.integer("PROBE_BATCH", 250, at_least=1)
# Addresses that are not public and may be probed all the same: what we watch is mostly inside. Metadata services of
# clouds are refused always.
PROBE_NETWORKS = env.networks(
    "PROBE_NETWORKS", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,fc00::/7,::1/128"
)
# name=user:password, comma-separated (a comma in a password is written %2C); watched services name the entry.
PROBE_CREDENTIALS = env.credentials("PROBE_CREDENTIALS")

# How long each web process waits, after an answer of a store, before it asks that store again. What /health and its
# neighbours tell is as old as that; with zero they ask while the client waits.
HEALTH_MEMORY_INTERVAL = env.duration("HEALTH_MEMORY_INTERVAL", timedelta(seconds=2))

# The history of probes, and requests measured one by one; what they add up to is kept longer.
HEALTH_RETENTION = env.duration("HEALTH_RETENTION", timedelta(days=30))
PERFORMANCE_RETENTION = env.duration("PERFORMANCE_RETENTION", timedelta(days=7))
PERFORMANCE_ROLLUP_RETENTION = env.duration("PERFORMANCE_ROLLUP_RETENTION", timedelta(days=400))
SLA_RETENTION = env.duration("SLA_RETENTION", timedelta(days=800))
# Answers within it satisfy, within four times they are tolerated (apdex).
APDEX_THRESHOLD_MS = env.integer("APDEX_THRESHOLD_MS", 500, at_least=1)

REPORT_RETENTION = env.duration("REPORT_RETENTION", timedelta(days=400))
# A report of so many 5-minute buckets and services at most; ask for parts beyond.
MAX_REPORT_DAYS = env.integer("MAX_REPORT_DAYS", 400, at_least=1)
# A scheduled report is made so long after its period: what came late has then found its place, and no figure moves.
REPORT_SETTLE = env.duration("REPORT_SETTLE", timedelta(hours=1))

STATUS_PAGE = env.boolean("STATUS_PAGE", default=True)
STATUS_PAGE_TITLE = env.text("STATUS_PAGE_TITLE", "TicketToken status")
STATUS_PAGE_CACHE = env.duration("STATUS_PAGE_CACHE", timedelta(seconds=10))

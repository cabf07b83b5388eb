"""Which probe is made for which kind of service. A heartbeat is not probed: it calls."""

from collections.abc import Awaitable, Callable

from health.probes.dns import probe_dns
from health.probes.elasticsearch import probe_elasticsearch
from health.probes.exchange import Exchange
from health.probes.http import probe_http
from health.probes.influxdb import probe_influxdb
from health.probes.kafka import probe_kafka
from health.probes.mongodb import probe_mongodb
from health.probes.postgresql import probe_postgresql
from health.probes.redis import probe_redis
from health.probes.result import ProbeResult
from health.probes.smtp import probe_smtp
from health.probes.tcp import probe_tcp

# Returns a result whose elapsed_ms the caller fills in. Raises ProbeError, OSError, TimeoutError, and ValueError and
# the like for an answer that cannot be read.
Kind = Callable[[Exchange], Awaitable[ProbeResult]]

KINDS: dict[str, Kind] = {
    "http": probe_http,
    "tcp": probe_tcp,
    "dns": probe_dns,
    "postgresql": probe_postgresql,
    "redis": probe_redis,
    "kafka": probe_kafka,
    "mongodb": probe_mongodb,
    "elasticsearch": probe_elasticsearch,
    "influxdb": probe_influxdb,
    "smtp": probe_smtp,
}

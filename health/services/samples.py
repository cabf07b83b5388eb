"""What a probe adds to the time series."""

from urllib.parse import urlsplit

from health.models import ServiceHealth, WatchedService
from health.probes.endpoint import SCHEMES
from monitoring.types import Sample


def samples_of(
    service: WatchedService, row: ServiceHealth, elapsed_ms: float | None
) -> list[Sample]:
    """Return `service_up` (1 unless unhealthy) and, where an HTTP answer came, `http_response_time_ms`.

    Of a service behind something that is down nothing is known, so there is no sample: a zero would fire its alert
    beside the one of the cause.
    """
    if row.behind:
        return []
    up = 0.0 if row.status == ServiceHealth.Status.UNHEALTHY else 1.0
    labels = {"service": service.name}
    samples = [
        Sample(
            "service_up", service.service_name, up, row.checked_at, labels=labels | _port(service)
        )
    ]
    if elapsed_ms is not None and service.kind == WatchedService.Kind.HTTP:
        took = Sample(
            "http_response_time_ms", service.service_name, elapsed_ms, row.checked_at, labels=labels
        )
        samples.append(took)
    return samples


def _port(service: WatchedService) -> dict[str, str]:
    """Return the label `port`, without it for what has none: a heartbeat, or an address that cannot be read."""
    try:
        parts = urlsplit(service.address)
        usual, _ = SCHEMES.get(service.kind, {}).get(parts.scheme, (0, False))
        port = parts.port or usual
    except ValueError:
        return {}
    return {"port": str(port)} if port else {}

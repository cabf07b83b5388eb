"""From a row to what one probe needs: every default filled in from the settings."""

from django.conf import settings

from health.models import WatchedService
from health.probes.target import ProbeTarget
from health.status import Patience


def target_of(service: WatchedService) -> ProbeTarget:
    """Return the target of a service that is asked. Raises ValueError if its credentials are not configured."""
    return ProbeTarget(
        name=service.name,
        kind=service.kind,
        url=service.address,
        path=service.path,
        credentials=_credentials_of(service),
        timeout_seconds=service.timeout_seconds or settings.PROBE_TIMEOUT.total_seconds(),
        expected_status=service.expected_status,
        body=service.body,
        keyword=service.keyword,
        keyword_absent=service.keyword_absent,
        verify_tls=service.verify_tls,
        certificate_days=service.certificate_days,
        record_type=service.record_type,
        expected_answer=service.expected_answer,
        networks=settings.PROBE_NETWORKS,
        slow_ms=slow_ms_of(service),
    )


def patience_of(service: WatchedService) -> Patience:
    """Return after how many probes the service is believed to be down, or back."""
    failures = service.failures_before_flip or settings.PROBE_FAILURES_BEFORE_FLIP
    return Patience(failures, service.successes_before_recovery)


def slow_ms_of(service: WatchedService) -> float:
    """Return above how many milliseconds an answer is degraded."""
    return service.slow_ms or settings.RESPONSE_TIME_THRESHOLD_MS


def _credentials_of(service: WatchedService) -> tuple[str, str] | None:
    if not service.credentials:
        return None
    try:
        found: tuple[str, str] = settings.PROBE_CREDENTIALS[service.credentials]
    except KeyError:
        raise ValueError("its credentials are not configured") from None
    return found

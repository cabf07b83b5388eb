"""The same health in the words of draft-inadarei-api-health-check: media type application/health+json."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from health.memory.whole import StoreStanding, Whole
from health.selectors import ServiceReport
from health.status import Level

MEDIA_TYPE = "application/health+json"
_WORDS = {Level.HEALTHY: "pass", Level.DEGRADED: "warn", Level.UNHEALTHY: "fail"}


def health_json_of(
    whole: Whole, *, name: str, version: str | None, detailed: bool
) -> dict[str, object]:
    """Return the body; `detailed` adds a check for each store and service, which are not everybody's business.

    A store that is not configured has no check.
    """
    body: dict[str, object] = {"status": _WORDS[whole.level], "serviceId": name}
    if version is not None:
        body |= {"version": version.partition(".")[0], "releaseId": version}
    if whole.checked_at is not None:
        body["notes"] = [f"as of {whole.checked_at:%Y-%m-%dT%H:%M:%SZ}"]
    if detailed:
        body["checks"] = _store_checks(whole.stores) | _service_checks(whole.services or ())
    return body


def _store_checks(stores: Mapping[str, StoreStanding]) -> dict[str, object]:
    return {
        f"{name}:responseTime": [
            _check("datastore", store.level, store.response_time_ms, store.checked_at, store.error)
        ]
        for name, store in stores.items()
        if store.level is not None
    }


def _service_checks(services: Sequence[ServiceReport]) -> dict[str, object]:
    return {
        f"{report.service}:responseTime": [
            _check(
                "component", report.level, report.response_time_ms, report.checked_at, report.error
            )
        ]
        for report in services
    }


def _check(
    kind: str, level: Level, elapsed_ms: float | None, at: datetime | None, output: str
) -> dict[str, object]:
    check: dict[str, object] = {"componentType": kind, "status": _WORDS[level]}
    if elapsed_ms is not None:
        check |= {"observedValue": round(elapsed_ms, 1), "observedUnit": "ms"}
    if at is not None:
        check["time"] = at
    if output:  # the draft leaves it out of a check that passes
        check["output"] = output
    return check

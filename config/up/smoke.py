"""The last step of a start: does the service do its work, seen from outside?"""

import time
from collections.abc import Callable
from datetime import datetime

import requests

from config.supervisor.stop_request import StopRequest
from config.supervisor.supervisor import Supervisor
from config.up.errors import StartError, StopAskedError

_TICK_SECONDS = 0.2
_TIMEOUT_SECONDS = 2.0


def wait_until(
    done: Callable[[], bool], supervisor: Supervisor, request: StopRequest, *, seconds: float
) -> bool:
    """Let the supervisor work until `done`; False when the time is over.

    Raises StopAskedError when somebody asks to stop.
    """
    deadline = time.monotonic() + seconds
    while not done():
        if request.wait(_TICK_SECONDS):
            raise StopAskedError("stopped while the processes were starting")
        supervisor.tick()
        if time.monotonic() > deadline:
            return False
    return True


def health(base_url: str) -> str:
    """Return the status that GET /health reports. Raises StartError if there is none."""
    try:
        reply = requests.get(f"{base_url}/health", timeout=_TIMEOUT_SECONDS)
        return str(reply.json()["status"])
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise StartError(f"GET {base_url}/health does not answer as it should: {error}") from None


def has_sample(base_url: str, metric: str, *, since: datetime, token: str) -> bool:
    """Tell whether a sample of the metric is stored that is not older than `since`."""
    try:
        reply = requests.get(
            f"{base_url}/api/v1/monitoring/metrics",
            params={"metric_name": metric, "start_time": since.isoformat(), "limit": "1"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT_SECONDS,
        )
        return reply.ok and bool(reply.json())
    except (requests.RequestException, ValueError):
        return False

"""The one retry policy of tasks whose work may simply be done again."""

from typing import Any

from django.db import InterfaceError, OperationalError

from monitoring.errors import ServiceUnavailableError

# Narrow on purpose: a bug must fail loudly, only a store that is away is worth another try.
TRANSIENT: dict[str, Any] = {
    "autoretry_for": (
        OperationalError,
        InterfaceError,
        ServiceUnavailableError,
        ConnectionError,
        TimeoutError,
    ),
    "retry_backoff": True,
    "retry_backoff_max": 30,  # no countdown beyond a minute: Redis would hand the task out twice
    "retry_jitter": True,
    "max_retries": 5,
}

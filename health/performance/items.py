"""Pushed requests from JSON: each item becomes a measured request or an error that names it. Pure.

Unknown fields are ignored, so that a newer client may send more. Source: table performance_metrics,
service specification.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from health.performance.measured import MeasuredRequest
from health.performance.route import route_of_path
from monitoring.ingest import fields
from monitoring.ingest.fields import RefusedError
from monitoring.storage.window import Window
from monitoring.types import ItemError

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LONGEST_ENDPOINT = 255
LONGEST_MS = 86_400_000  # a day


def parse_items(
    items: Sequence[object], *, default_service: str | None, at: datetime
) -> tuple[list[MeasuredRequest], list[ItemError]]:
    """Return the good requests, and one error for each other item by its index.

    `default_service` names the sender of items that do not. `at` is the instant of receipt: the default
    timestamp, and what the limits of 24 hours back and 5 minutes ahead are counted from. Never raises
    for anything that JSON can hold.
    """
    window = Window.around(at)
    requests: list[MeasuredRequest] = []
    errors: list[ItemError] = []
    for index, item in enumerate(items):
        try:
            requests.append(parse_item(item, default_service=default_service, window=window))
        except RefusedError as refusal:
            errors.append(ItemError(index, str(refusal), refusal.field))
    return requests, errors


def parse_item(item: object, *, default_service: str | None, window: Window) -> MeasuredRequest:
    """Return the request that one item means. Raises RefusedError."""
    if not isinstance(item, dict):
        raise RefusedError("", "a measured request must be an object")
    return MeasuredRequest(
        service_name=fields.service_name(item.get("service_name"), default_service),
        endpoint=_endpoint(item.get("endpoint")),
        method=_method(item.get("method")),
        response_time_ms=_duration(item.get("response_time_ms")),
        status_code=_status(item.get("status_code")),
        at=fields.timestamp(item.get("timestamp"), window),
    )


def _endpoint(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RefusedError("endpoint", "endpoint is required and must be text")
    if len(value) > LONGEST_ENDPOINT:
        raise RefusedError("endpoint", f"endpoint has more than {LONGEST_ENDPOINT} characters")
    return _checked_endpoint(value)


# Endpoints repeat from item to item. Their length is checked first: a cache must not keep what a
# stranger sends at full size.
@lru_cache(maxsize=4_096)
def _checked_endpoint(text: str) -> str:
    if not text.isprintable():
        raise RefusedError("endpoint", "endpoint has characters that cannot be printed")
    route = route_of_path(text)
    if not route:
        raise RefusedError("endpoint", "endpoint is only a query")
    if len(route) > LONGEST_ENDPOINT:
        raise RefusedError("endpoint", f"endpoint has more than {LONGEST_ENDPOINT} characters")
    return route


def _method(value: object) -> str:
    method = value.upper() if isinstance(value, str) else None
    if method not in METHODS:
        raise RefusedError("method", f"method must be one of {', '.join(METHODS)}")
    return method


def _duration(value: object) -> float:
    # Compared before it becomes a float: a whole number of JSON may be longer than any float.
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST_MS:
        return float(value)
    raise RefusedError(
        "response_time_ms", f"response_time_ms must be a number from 0 to {LONGEST_MS}"
    )


def _status(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 100 <= value <= 599:
        raise RefusedError("status_code", "status_code must be a whole number from 100 to 599")
    return value

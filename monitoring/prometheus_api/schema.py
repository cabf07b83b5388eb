"""The operations as the OpenAPI schema shows them."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

_INSTANT_FORM = "seconds since 1970 or RFC 3339"


def _parameter(
    name: str, text: str, *, required: bool = False, many: bool = False
) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=text, required=required, many=many)


_QUERY = _parameter("query", "a PromQL expression", required=True)
_TIMEOUT = _parameter("timeout", "how long it may take at most")
_LIMIT = _parameter("limit", "how many to return at most")
_START, _END = _parameter("start", _INSTANT_FORM), _parameter("end", _INSTANT_FORM)

INSTANT = (_QUERY, _parameter("time", f"{_INSTANT_FORM}; now unless given"), _TIMEOUT)
RANGE = (
    _QUERY,
    _parameter("start", _INSTANT_FORM, required=True),
    _parameter("end", _INSTANT_FORM, required=True),
    _parameter("step", "seconds or a duration such as 5m", required=True),
    _TIMEOUT,
)
SELECTION = (_parameter("match[]", "a series selector; may be repeated", many=True), _LIMIT)
METADATA = (_parameter("metric", "the only metric wanted"), _LIMIT)


def operation(name: str, parameters: Sequence[OpenApiParameter] = ()) -> dict[str, Any]:
    """Return what `extend_schema` takes for an operation with these parameters."""
    return {
        "operation_id": f"prometheus_{name}",
        "parameters": list(parameters),
        "request": None,
        "responses": {200: OpenApiTypes.OBJECT},
    }

"""Versions of rules as HTTP has them: `ETag` of an answer, `If-Match` of a change that means that version."""

import re

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.errors import InvalidInputError

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="the version that is to be changed; if there is a newer one, the answer is 409 and names it",
)
# A proxy that compresses makes a weak tag of ours; what it says about the rule is the same.
_TAG = re.compile(r'(?:W/)?"([0-9]{1,9})"|([0-9]{1,9})')


def expected_version(request: Request) -> int | None:
    """Return the version that the caller means to change, None if any will do (`*`, or no header).

    Raises InvalidInputError for anything but one tag.
    """
    given = request.headers.get("If-Match", "*").strip()
    if given == "*":
        return None
    tag = _TAG.fullmatch(given)
    if tag is None:
        message = 'If-Match takes one version, such as "3"'
        raise InvalidInputError(message, details={"If-Match": [message]})
    return int(tag[1] or tag[2])


def with_etag(response: Response, version: int) -> Response:
    """Return the response with the version of the rule that it shows."""
    response["ETag"] = f'"{version}"'
    return response

"""Pages of lists: `limit` and `offset` in, `X-Total-Count` and `Link` out, so that a flat array stays flat."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.errors import InvalidInputError

# The two parameters as the schema shows them, for lists whose pages have at most 1,000 rows.
LIMIT = OpenApiParameter("limit", int, description="rows of the page, at most 1000")
OFFSET = OpenApiParameter("offset", int, description="rows to leave out before the page")

MAX_OFFSET = 100_000  # rows that PostgreSQL would read and throw away
_NUMBER = re.compile(r"[0-9]{1,9}")  # int() would also take "1_000", " 5" and other scripts' digits


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    limit: int
    offset: int = 0


def page_of(query_params: Mapping[str, str], default: int, maximum: int) -> Page:
    """Return the page asked for: 1 to `maximum` rows, `default` of them unless said.

    Raises InvalidInputError naming the parameter and its bounds.
    """
    return Page(
        limit=_whole_number(query_params, "limit", default, lowest=1, highest=maximum),
        offset=_whole_number(query_params, "offset", 0, lowest=0, highest=MAX_OFFSET),
    )


def with_page_headers(response: Response, request: Request, page: Page, total: int) -> Response:
    """Return the response with `X-Total-Count`, and `Link` (RFC 8288) to the pages that exist."""
    response["X-Total-Count"] = str(total)
    links = [
        f'<{_target(request, page, offset)}>; rel="{rel}"' for rel, offset in _offsets(page, total)
    ]
    if links:
        response["Link"] = ", ".join(links)
    return response


def _offsets(page: Page, total: int) -> list[tuple[str, int]]:
    offsets = []
    if page.offset > 0:
        offsets = [("first", 0), ("prev", max(0, page.offset - page.limit))]
    following = page.offset + page.limit
    if following < total and following <= MAX_OFFSET:
        offsets.append(("next", following))
    return offsets


def _target(request: Request, page: Page, offset: int) -> str:
    """Return a relative reference: the Host header is the client's word and goes into no link."""
    query = request.query_params.copy()
    query["limit"], query["offset"] = str(page.limit), str(offset)
    return f"{request.path}?{urlencode(list(query.lists()), doseq=True)}"


def _whole_number(
    query_params: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int
) -> int:
    raw = query_params.get(name)
    if raw is None:
        return default
    if _NUMBER.fullmatch(raw) is None or not lowest <= int(raw) <= highest:
        message = f"{name} must be a whole number from {lowest} to {highest}"
        raise InvalidInputError(message, details={name: [message]})
    return int(raw)

"""From the path that somebody sent to the route that is counted. Pure."""

import re

PLACEHOLDER = ":id"
# Whole segments that tell one thing from another: numbers, UUIDs, and long hexadecimal keys.
_IDENTIFIER = re.compile(
    r"[0-9]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}", re.IGNORECASE
)


def route_of_path(path: str) -> str:
    """Return the path without its query, and `:id` for each segment that can only be an identifier.

    A client that sends /orders/4711 means the endpoint /orders/:id; a million endpoints with one
    request each would help nobody.
    """
    bare, _, _ = path.partition("?")
    return "/".join(
        PLACEHOLDER if _IDENTIFIER.fullmatch(segment) else segment for segment in bare.split("/")
    )

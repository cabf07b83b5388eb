"""An end to request bodies before any view is asked, and a length for those that were not announced."""

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any

from django.utils import timezone

from monitoring.api.errors import body_of
from monitoring.api.problems import Problem
from monitoring.api.renderers import dumps

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class LimitBody:
    """WSGI middleware: answers 413 to a body over the limit, announced or not, and reads no further.

    A body that is sent in chunks has no length, and Django takes that for an empty one. So it is read here, up to
    the limit, and handed on with its length.
    """

    def __init__(self, application: Application, *, most_bytes: int) -> None:
        self._application = application
        self._most_bytes = most_bytes

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request on if its body is within the limit."""
        if _announced_bytes(environ) > self._most_bytes:
            return self._refuse(environ, start_response)
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            body = environ["wsgi.input"].read(self._most_bytes + 1)
            if len(body) > self._most_bytes:
                return self._refuse(environ, start_response)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return self._application(environ, start_response)

    def _refuse(self, environ: Mapping[str, Any], start_response: StartResponse) -> list[bytes]:
        problem = Problem(
            413, "VALIDATION_ERROR", f"The request body is larger than {self._most_bytes} bytes"
        )
        body = dumps(body_of(problem, path=environ["PATH_INFO"], at=timezone.now()))
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        # What was not read would be taken for the next request of the connection.
        start_response("413 Content Too Large", [*headers, ("Connection", "close")])
        return [body]


def _announced_bytes(environ: Mapping[str, Any]) -> int:
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0

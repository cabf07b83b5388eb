"""One request through the WSGI application, as a server would hand it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import orjson
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from monitoring.api.body_limit import LimitBody


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


def exchange(
    method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Answer:
    """Send a body that is announced by nothing but the headers given, and return the answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, answered: list[tuple[str, str]]) -> None:
        started.append((status, answered))

    application = LimitBody(get_wsgi_application(), most_bytes=settings.MAX_BULK_BODY_BYTES)
    content = b"".join(application(_environ(method, path, headers or {}, body), start_response))
    status, answered = started[0]
    names = {name.lower(): value for name, value in answered}
    return Answer(int(status.split()[0]), names, content)


def _environ(method: str, path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    given = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in {"host": "localhost", **headers}.items()
    }
    content_type = {"CONTENT_TYPE": given.pop("HTTP_CONTENT_TYPE", "")}
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        **content_type,
        **given,
    }

"""An end to request bodies before Django stores them: it spools whatever comes to disk before any view is asked."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.utils import timezone

from monitoring.api.errors import body_of
from monitoring.api.problems import Problem
from monitoring.api.renderers import dumps

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class _TooLargeError(Exception):
    """More came than was announced or than anybody may send."""


class LimitBody:
    """ASGI middleware: answers 413 to a body over the limit, announced or not, and reads no further."""

    def __init__(self, application: Application, *, most_bytes: int) -> None:
        self._application = application
        self._most_bytes = most_bytes

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Hand the request on as long as its body is within the limit."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
        elif _announced_bytes(scope) > self._most_bytes:
            await self._refuse(scope, send)
        else:
            try:
                await self._application(scope, self._counted(receive), send)
            except _TooLargeError:  # while the body was read, so before an answer began
                await self._refuse(scope, send)

    def _counted(self, receive: Receive) -> Receive:
        left = self._most_bytes

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise _TooLargeError
            return message

        return counted

    async def _refuse(self, scope: Mapping[str, Any], send: Send) -> None:
        problem = Problem(
            413, "VALIDATION_ERROR", f"The request body is larger than {self._most_bytes} bytes"
        )
        body = dumps(body_of(problem, path=scope["path"], at=timezone.now()))
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send(
            {
                "type": "http.response.start",
                "status": 413,
                "headers": [*headers, (b"connection", b"close")],
            }
        )
        await send({"type": "http.response.body", "body": body})


def _announced_bytes(scope: Mapping[str, Any]) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in lengths if value.isdigit()), default=0)

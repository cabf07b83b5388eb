"""HTTP edge of heartbeats: jobs call a URL that only they know, by the simplest request that they can send.

GET and HEAD count like POST: a crontab has `curl`, and the URL is no page that anybody would follow or fetch ahead.
"""

from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from health.serializers.heartbeats import HeartbeatAnswer
from health.services import heartbeats
from health.services.heartbeats import FAILURE, SUCCESS, Call, exited
from monitoring.api.permissions import ANYONE, Access
from monitoring.api.views import ApiView
from monitoring.errors import InvalidInputError

_LARGEST_EXIT_CODE = 255


class HeartbeatView(ApiView):
    """Base of the heartbeat routes: the key is the secret. A body is not read, whatever it is."""

    access: ClassVar[dict[str, Access]] = {"GET": ANYONE, "POST": ANYONE}
    rate_scope = "health"


class _EndOfRun(HeartbeatView):
    """A route that says how a run ended."""

    call: ClassVar[Call]

    @extend_schema(responses=HeartbeatAnswer)
    def get(self, request: Request, key: UUID) -> Response:
        """Note the call; the job's standing changes at once."""
        return _noted(key, self.call)

    @extend_schema(request=None, responses=HeartbeatAnswer)
    def post(self, request: Request, key: UUID) -> Response:
        """Note the call; the job's standing changes at once."""
        return _noted(key, self.call)


class HeartbeatDone(_EndOfRun):
    """GET, HEAD, POST /heartbeat/<key>"""

    call = SUCCESS


class HeartbeatFail(_EndOfRun):
    """GET, HEAD, POST /heartbeat/<key>/fail"""

    call = FAILURE


class HeartbeatStart(HeartbeatView):
    """GET, HEAD, POST /heartbeat/<key>/start"""

    @extend_schema(responses=HeartbeatAnswer)
    def get(self, request: Request, key: UUID) -> Response:
        """Note that the job has begun; it has to end within the grace."""
        return self._start(key)

    @extend_schema(request=None, responses=HeartbeatAnswer)
    def post(self, request: Request, key: UUID) -> Response:
        """Note that the job has begun; it has to end within the grace."""
        return self._start(key)

    def _start(self, key: UUID) -> Response:
        heartbeats.note_start(key, at=timezone.now())
        return _ok()


class HeartbeatExit(HeartbeatView):
    """GET, HEAD, POST /heartbeat/<key>/<exit_code>"""

    @extend_schema(responses=HeartbeatAnswer)
    def get(self, request: Request, key: UUID, exit_code: int) -> Response:
        """Note the end of a run by its exit code: zero is success."""
        return _noted(key, _exit_of(exit_code))

    @extend_schema(request=None, responses=HeartbeatAnswer)
    def post(self, request: Request, key: UUID, exit_code: int) -> Response:
        """Note the end of a run by its exit code: zero is success."""
        return _noted(key, _exit_of(exit_code))


def _exit_of(code: int) -> Call:
    if code > _LARGEST_EXIT_CODE:
        raise InvalidInputError(f"an exit code is from 0 to {_LARGEST_EXIT_CODE}")
    return exited(code)


def _noted(key: UUID, call: Call) -> Response:
    heartbeats.note_call(key, call, at=timezone.now())
    return _ok()


def _ok() -> Response:
    return Response(HeartbeatAnswer({"status": "ok"}).data)

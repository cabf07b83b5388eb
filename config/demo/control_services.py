"""Routes of the control site that show the platform and change the states of its services."""

from datetime import UTC, datetime

from aiohttp import web

from config.demo.pages import overview
from config.demo.parts import Parts
from config.demo.services import AddressTakenError, DemoService
from config.demo.states import ServiceState

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class ServiceRoutes:
    """The overview page, the states and the figures of the traffic."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, to be added to an application."""
        return [
            web.get("/", self.show_overview),
            web.get("/services.json", self.list_services),
            web.get("/traffic.json", self.show_traffic),
            web.post("/services/{name}/state", self.set_state),
        ]

    async def show_overview(self, _: web.Request) -> web.Response:
        """GET /"""
        page = overview.page(self._parts, at=datetime.now(UTC))
        return web.Response(text=page, content_type="text/html")

    async def list_services(self, _: web.Request) -> web.Response:
        """GET /services.json"""
        services = self._parts.fleet.services.values()
        return web.json_response([_service_document(service) for service in services])

    async def show_traffic(self, _: web.Request) -> web.Response:
        """GET /traffic.json: what was pushed, and the fault that is under way or next"""
        return web.json_response({"push": self._push_document(), "fault": self._fault_document()})

    async def set_state(self, request: web.Request) -> web.Response:
        """POST /services/<name>/state: JSON is answered with JSON, a form leads back to the page"""
        service = self._parts.fleet.find(request.match_info["name"])
        if service is None:
            return _refusal(404, "there is no such service")
        try:
            state = ServiceState(await _wanted_state(request))
            await service.change_state(state, by="control page")
        except AddressTakenError as error:
            return _refusal(409, str(error))
        except ValueError:
            states = ", ".join(state.value for state in ServiceState)
            return _refusal(400, f'give {{"state": one of {states}}} as JSON or as a form')
        if request.content_type in FORMS:
            raise web.HTTPSeeOther("/")
        return web.json_response(_service_document(service))

    def _push_document(self) -> dict[str, object] | None:
        pusher = self._parts.pusher
        if pusher is None:
            return None
        answered_at = pusher.figures.last_answer_at
        return {
            "batches": pusher.figures.batches,
            "samples": pusher.figures.samples,
            "refused": pusher.figures.refused,
            "dropped": pusher.outbox.dropped,
            "buffered": len(pusher.outbox),
            "last_answer": pusher.figures.last_answer,
            "last_answer_at": answered_at.isoformat() if answered_at else None,
        }

    def _fault_document(self) -> dict[str, str] | None:
        planned = self._parts.faults.planned if self._parts.faults else None
        if planned is None:
            return None
        return {
            "service": planned.fault.service,
            "state": planned.fault.state.value,
            "begins_at": planned.begins_at.isoformat(),
            "ends_at": planned.ends_at.isoformat(),
        }


async def _wanted_state(request: web.Request) -> str:
    """Return the state that the body asks for; raises ValueError if it names none."""
    if request.content_type in FORMS:
        return str((await request.post()).get("state", ""))
    body = await request.json()
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - a bad value, not a bug
    return str(body.get("state", ""))


def _service_document(service: DemoService) -> dict[str, object]:
    return {
        "name": service.profile.name,
        "url": service.url,
        "state": service.state.value,
        "since": service.since.isoformat(),
        "requests": service.requests,
    }


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)

"""The control site: puts together its routes and what guards them."""

from aiohttp import web

from config.demo.control_mails import MailRoutes
from config.demo.control_services import ServiceRoutes
from config.demo.guard import add_security_headers, guard
from config.demo.pages.templating import stylesheet
from config.demo.parts import Parts

LARGEST_BODY_BYTES = 4_096


def application(parts: Parts) -> web.Application:
    """Return the web application of the control page, its JSON twins and the mailbox."""
    site = web.Application(middlewares=[guard], client_max_size=LARGEST_BODY_BYTES)
    site.on_response_prepare.append(add_security_headers)
    site.add_routes([web.get("/livez", _live), web.get("/style.css", _style)])
    site.add_routes(ServiceRoutes(parts).routes())
    site.add_routes(MailRoutes(parts.mailbox).routes())
    return site


async def _live(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _style(_: web.Request) -> web.Response:
    return web.Response(text=stylesheet(), content_type="text/css")

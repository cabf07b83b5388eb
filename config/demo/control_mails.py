"""Routes of the control site that show the caught mails, for people and as JSON."""

from datetime import UTC, datetime

from aiohttp import web

from config.demo.guard import MAIL_POLICY
from config.demo.mail import Mail
from config.demo.mailbox import Mailbox
from config.demo.pages import mails


class MailRoutes:
    """The list, one mail, its HTML part, and the ways to empty the mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, to be added to an application."""
        return [
            web.get("/mailbox", self.show_list),
            web.get("/mailbox.json", self.list_mails),
            web.delete("/mailbox", self.clear),
            web.post("/mailbox/clear", self.clear_by_form),
            web.get("/mailbox/{id}", self.show_mail),
            web.get("/mailbox/{id}/html", self.show_html),
        ]

    async def show_list(self, _: web.Request) -> web.Response:
        """GET /mailbox"""
        page = mails.list_page(self._mailbox.messages, at=datetime.now(UTC))
        return web.Response(text=page, content_type="text/html")

    async def list_mails(self, _: web.Request) -> web.Response:
        """GET /mailbox.json, newest first"""
        return web.json_response([mail.document() for mail in reversed(self._mailbox.messages)])

    async def clear(self, _: web.Request) -> web.Response:
        """DELETE /mailbox"""
        self._mailbox.clear()
        return web.Response(status=204)

    async def clear_by_form(self, _: web.Request) -> web.Response:
        """POST /mailbox/clear: what the button of the page sends, as a form cannot DELETE"""
        self._mailbox.clear()
        raise web.HTTPSeeOther("/")

    async def show_mail(self, request: web.Request) -> web.Response:
        """GET /mailbox/<id>"""
        return web.Response(text=mails.mail_page(self._find(request)), content_type="text/html")

    async def show_html(self, request: web.Request) -> web.Response:
        """GET /mailbox/<id>/html: the HTML part by itself, for a sandboxed frame"""
        headers = {"Content-Security-Policy": MAIL_POLICY}
        html = self._find(request).html
        return web.Response(text=html, content_type="text/html", headers=headers)

    def _find(self, request: web.Request) -> Mail:
        wanted = request.match_info["id"]
        for mail in self._mailbox.messages:
            if mail.id == wanted:
                return mail
        raise web.HTTPNotFound(text="there is no such mail")

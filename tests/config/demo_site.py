"""The control site with all its parts, for the length of one test."""

import asyncio
import smtplib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import repeat
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from config.demo.catalogue import SERVICES
from config.demo.control import application
from config.demo.fault_injector import FaultInjector
from config.demo.faults import Fault
from config.demo.mailbox import Mailbox
from config.demo.options import Address
from config.demo.outbox import Outbox
from config.demo.parts import Parts
from config.demo.pusher import Pusher
from config.demo.services import Fleet
from config.demo.states import ServiceState

FAULT = Fault("auth-service", ServiceState.DOWN, timedelta(minutes=2), timedelta(minutes=3))

Client = TestClient[Any, Any]
Story = Callable[[Client, Parts], Coroutine[Any, Any, None]]


def with_site(story: Story, *, has_traffic: bool = True) -> None:
    """Run a story with the site, services that listen, and a mailbox that is started."""

    async def tell() -> None:
        fleet = Fleet({profile.name: Address("127.0.0.1", 0) for profile in SERVICES}, seed=1)
        faults = FaultInjector(fleet, repeat(FAULT))
        pusher = Pusher(Outbox(10), "http://127.0.0.1:9", "t")
        parts = Parts("http://127.0.0.1:3013", fleet, Mailbox(), pusher, faults)
        if not has_traffic:
            parts = replace(parts, pusher=None, faults=None)
        await fleet.start()
        with parts.mailbox:
            async with TestClient(TestServer(application(parts))) as client:
                await story(client, parts)
        await fleet.stop()

    asyncio.run(tell())


async def send_mail(parts: Parts, subject: str, *, text: str = "the text", html: str = "") -> None:
    """Send a mail to the mailbox of the site by SMTP."""
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "alerts@example.org"
    mail["To"] = "ops@example.org"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    await asyncio.to_thread(_deliver, mail, parts.mailbox.port)


def _deliver(mail: EmailMessage, port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(mail)


async def page(client: Client, path: str) -> str:
    """Return the page at a path, which must be there."""
    response = await client.get(path)
    assert response.status == 200
    return await response.text()


class Elements(HTMLParser):
    """All start tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

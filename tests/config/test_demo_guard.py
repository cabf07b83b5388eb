"""Who may use the control site: its own pages and local programs, no other web site."""

import pytest

from config.demo.parts import Parts
from config.demo.states import ServiceState
from tests.config.demo_site import Client, with_site

STATE = "/services/payment-service/state"


@pytest.mark.parametrize("origin", ["http://evil.example.org", "null", "http://127.0.0.1:1"])
def test_a_form_of_another_site_changes_nothing(origin: str) -> None:
    async def story(client: Client, parts: Parts) -> None:
        response = await client.post(STATE, data={"state": "down"}, headers={"Origin": origin})
        assert response.status == 403
        assert parts.fleet.states()["payment-service"] is ServiceState.HEALTHY

    with_site(story)


def test_a_form_of_the_page_itself_is_welcome() -> None:
    async def story(client: Client, parts: Parts) -> None:
        headers = {"Origin": f"http://127.0.0.1:{client.port}"}
        await client.post(STATE, data={"state": "down"}, headers=headers)
        assert parts.fleet.states()["payment-service"] is ServiceState.DOWN

    with_site(story)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example.org", 421),
        ("127.0.0.1.example.org:8025", 421),
        ("localhost:8025", 200),
        ("127.0.0.1", 200),
        ("[::1]:8025", 200),
    ],
)
def test_only_loopback_names_lead_to_the_page(host: str, status: int) -> None:
    async def story(client: Client, parts: Parts) -> None:
        assert (await client.get("/mailbox.json", headers={"Host": host})).status == status

    with_site(story)


@pytest.mark.parametrize("path", ["/", "/mailbox.json", "/style.css", "/nowhere"])
def test_every_answer_carries_the_security_headers(path: str) -> None:
    async def story(client: Client, parts: Parts) -> None:
        headers = (await client.get(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"

    with_site(story)

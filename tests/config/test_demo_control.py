"""The control site over real HTTP: the states of the services, and the figures."""

import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.demo.catalogue import SERVICES
from config.demo.fault_injector import PlannedFault
from config.demo.outbox import Batch
from config.demo.parts import Parts
from config.demo.states import ServiceState
from tests.config.demo_site import FAULT, Client, Elements, page, with_site


def test_the_site_says_that_it_lives() -> None:
    async def story(client: Client, parts: Parts) -> None:
        assert (await client.get("/livez")).status == 200

    with_site(story)


def test_the_services_are_listed_with_their_states() -> None:
    async def story(client: Client, parts: Parts) -> None:
        await parts.fleet.services["event-service"].enter(ServiceState.HOT)
        listed = await (await client.get("/services.json")).json()
        assert [service["name"] for service in listed] == [p.name for p in SERVICES]
        event = next(service for service in listed if service["name"] == "event-service")
        assert event["state"] == "hot"
        assert event["url"] == parts.fleet.services["event-service"].url

    with_site(story)


@pytest.mark.parametrize("name", ["payment-service", "payment"])
def test_a_state_is_set_by_json(name: str) -> None:
    async def story(client: Client, parts: Parts) -> None:
        response = await client.post(f"/services/{name}/state", json={"state": "down"})
        assert response.status == 200
        assert (await response.json())["state"] == "down"
        assert parts.fleet.states()["payment-service"] is ServiceState.DOWN

    with_site(story)


def test_a_state_set_by_a_form_leads_back_to_the_page() -> None:
    async def story(client: Client, parts: Parts) -> None:
        path = "/services/payment-service/state"
        response = await client.post(path, data={"state": "slow"}, allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (303, "/")
        assert parts.fleet.states()["payment-service"] is ServiceState.SLOW

    with_site(story)


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"state": "on fire"}},
        {"json": {}},
        {"json": ["down"]},
        {"data": b"{", "headers": {"Content-Type": "application/json"}},
        {"data": {"state": "on fire"}},
        {"data": b"\xff", "headers": {"Content-Type": "application/json"}},
    ],
)
def test_a_body_without_a_state_is_refused(body: dict[str, Any]) -> None:
    async def story(client: Client, parts: Parts) -> None:
        response = await client.post("/services/payment-service/state", **body)
        assert response.status == 400
        assert "healthy, slow, degraded" in (await response.json())["error"]
        assert set(parts.fleet.states().values()) == {ServiceState.HEALTHY}

    with_site(story)


def test_an_unknown_service_is_not_found() -> None:
    async def story(client: Client, parts: Parts) -> None:
        response = await client.post("/services/billing/state", json={"state": "down"})
        assert response.status == 404

    with_site(story)


def test_a_service_that_cannot_come_back_is_a_conflict() -> None:
    async def story(client: Client, parts: Parts) -> None:
        payment = parts.fleet.services["payment-service"]
        await payment.enter(ServiceState.DOWN)
        with socket.create_server(("127.0.0.1", payment.address.port)):
            response = await client.post("/services/payment/state", json={"state": "healthy"})
        assert response.status == 409
        assert "PAYMENT_SERVICE_URL" in (await response.json())["error"]

    with_site(story)


def test_the_traffic_is_told_in_figures() -> None:
    async def story(client: Client, parts: Parts) -> None:
        assert parts.pusher is not None
        assert parts.faults is not None
        parts.pusher.figures.samples = 1_234
        parts.pusher.outbox.offer(Batch("a", b"[]", 0))
        noon = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        parts.faults.planned = PlannedFault(FAULT, noon, noon + FAULT.lasts)
        told = await (await client.get("/traffic.json")).json()
        assert (told["push"]["samples"], told["push"]["buffered"]) == (1_234, 1)
        assert told["push"]["last_answer_at"] is None
        assert told["fault"] == {
            "service": "auth-service",
            "state": "down",
            "begins_at": "2026-03-01T12:00:00+00:00",
            "ends_at": "2026-03-01T12:03:00+00:00",
        }

    with_site(story)


def test_what_is_switched_off_is_null_and_said_on_the_page() -> None:
    async def story(client: Client, parts: Parts) -> None:
        told = await (await client.get("/traffic.json")).json()
        assert told == {"push": None, "fault": None}
        shown = await page(client, "/")
        assert "DEMO_TOKEN is not set" in shown
        assert "only when you break them" in shown

    with_site(story, has_traffic=False)


def test_the_page_has_a_button_for_each_state_of_each_service() -> None:
    async def story(client: Client, parts: Parts) -> None:
        await parts.fleet.services["auth-service"].enter(ServiceState.SLOW)
        elements = Elements(await page(client, "/"))
        buttons = elements.attributes("button")
        to_press = [button["value"] for button in buttons if button.get("name") == "state"]
        pressed = [button["class"] for button in buttons if "disabled" in button]
        assert len(to_press) == 8 * 5
        assert sorted(str(name) for name in pressed) == ["healthy"] * 7 + ["slow"]
        actions = {form["action"] for form in elements.attributes("form")}
        assert actions >= {f"/services/{profile.name}/state" for profile in SERVICES}

    with_site(story)


def test_the_page_tells_at_a_glance_whether_all_is_well() -> None:
    async def story(client: Client, parts: Parts) -> None:
        assert '<p class="tally well">8 of 8 healthy</p>' in await page(client, "/")
        await parts.fleet.services["auth-service"].enter(ServiceState.SLOW)
        assert '<p class="tally unwell">7 of 8 healthy</p>' in await page(client, "/")

    with_site(story)


@pytest.mark.parametrize(
    ("begins", "words"), [(60.5, "Begins in 1 min 0 s"), (-10, "Under way, ends in 2 min")]
)
def test_the_page_tells_when_the_fault_comes_or_goes(begins: float, words: str) -> None:
    async def story(client: Client, parts: Parts) -> None:
        assert parts.faults is not None
        begins_at = datetime.now(UTC) + timedelta(seconds=begins)
        parts.faults.planned = PlannedFault(FAULT, begins_at, begins_at + FAULT.lasts)
        assert words in await page(client, "/")

    with_site(story)


def test_the_page_renews_itself_and_needs_nothing_from_elsewhere() -> None:
    async def story(client: Client, parts: Parts) -> None:
        elements = Elements(await page(client, "/"))
        (refresh,) = [m for m in elements.attributes("meta") if m.get("http-equiv") == "refresh"]
        assert refresh["content"] == "5"
        assert elements.attributes("script") == []
        assert {link["href"] for link in elements.attributes("link")} == {"/style.css", "data:,"}

    with_site(story)


def test_the_style_sheet_follows_the_dark_mode_of_the_reader() -> None:
    async def story(client: Client, parts: Parts) -> None:
        response = await client.get("/style.css")
        assert response.content_type == "text/css"
        assert "prefers-color-scheme: dark" in await response.text()

    with_site(story)

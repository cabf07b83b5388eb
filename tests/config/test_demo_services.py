"""The demo services over real sockets: each state as a probe would see it."""

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any

import aiohttp
import pytest

from config.demo.catalogue import SERVICES
from config.demo.options import Address
from config.demo.services import AddressTakenError, DemoService, Fleet
from config.demo.states import BEHAVIOURS, ServiceState
from tests.config.demo_waiting import until

ANY_PORT = Address("127.0.0.1", 0)
PAYMENT = next(profile for profile in SERVICES if profile.name == "payment-service")

Story = Callable[[DemoService, aiohttp.ClientSession], Coroutine[Any, Any, None]]


def with_service(story: Story) -> None:
    """Run a story with a service that is up and a client."""

    async def tell() -> None:
        service = DemoService(PAYMENT, ANY_PORT, seed=1)
        await service.enter(ServiceState.HEALTHY)
        try:
            async with aiohttp.ClientSession() as client:
                await story(service, client)
        finally:
            await service.enter(ServiceState.DOWN)

    asyncio.run(tell())


async def health(service: DemoService, client: aiohttp.ClientSession) -> tuple[int, str]:
    async with client.get(f"{service.url}/health") as response:
        return response.status, (await response.json())["status"]


def test_a_healthy_service_answers_as_the_specification_says() -> None:
    async def story(service: DemoService, client: aiohttp.ClientSession) -> None:
        async with client.get(f"{service.url}/health") as response:
            body = await response.json()
            assert response.status == 200
            assert body == {"status": "healthy", "version": "1.0.0", "uptime": 0}
            assert 2 <= float(response.headers["x-response-time"]) < 1_000
        assert service.requests == 1

    with_service(story)


def test_a_service_names_itself() -> None:
    async def story(service: DemoService, client: aiohttp.ClientSession) -> None:
        async with client.get(f"{service.url}/") as response:
            assert await response.json() == {"service": "payment-service", "version": "1.0.0"}

    with_service(story)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (ServiceState.DEGRADED, (200, "degraded")),
        (ServiceState.FAILING, (500, "unhealthy")),
        (ServiceState.HOT, (200, "healthy")),
    ],
)
def test_each_state_shows_in_the_answer(state: ServiceState, answer: tuple[int, str]) -> None:
    async def story(service: DemoService, client: aiohttp.ClientSession) -> None:
        await service.change_state(state, by="test")
        assert await health(service, client) == answer

    with_service(story)


def test_a_slow_service_answers_well_but_after_more_than_two_seconds() -> None:
    async def story(service: DemoService, client: aiohttp.ClientSession) -> None:
        await service.change_state(ServiceState.SLOW, by="test")
        asked = monotonic()
        async with client.get(f"{service.url}/health") as response:
            assert (response.status, (await response.json())["status"]) == (200, "healthy")
            assert 2_000 < float(response.headers["x-response-time"]) < 5_000
        assert 2 < monotonic() - asked < 5

    with_service(story)


def test_a_service_that_is_down_refuses_connections_old_and_new() -> None:
    async def story(service: DemoService, client: aiohttp.ClientSession) -> None:
        assert await health(service, client) == (200, "healthy")
        await service.change_state(ServiceState.DOWN, by="test")
        with pytest.raises(aiohttp.ClientConnectorError):
            await health(service, client)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", service.address.port))

    with_service(story)


def test_a_service_comes_back_where_it_was_and_counts_its_uptime_anew() -> None:
    async def story(service: DemoService, client: aiohttp.ClientSession) -> None:
        url = service.url
        service._started -= 100
        async with client.get(f"{url}/health") as response:
            assert (await response.json())["uptime"] == 100
        await service.change_state(ServiceState.DOWN, by="test")
        await service.change_state(ServiceState.HEALTHY, by="test")
        async with client.get(f"{url}/health") as response:
            assert (await response.json())["uptime"] == 0

    with_service(story)


def test_a_slow_answer_under_way_does_not_hold_up_going_down() -> None:
    async def story(service: DemoService, client: aiohttp.ClientSession) -> None:
        await service.change_state(ServiceState.SLOW, by="test")
        probe = asyncio.create_task(health(service, client))
        await until(lambda: service.requests == 1)
        began = monotonic()
        await service.change_state(ServiceState.DOWN, by="test")
        assert monotonic() - began < 1
        with pytest.raises(aiohttp.ClientError):
            await probe

    with_service(story)


def test_a_state_change_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def story(service: DemoService, client: aiohttp.ClientSession) -> None:
        since = service.since
        await service.change_state(ServiceState.HOT, by="test")
        changed = service.since
        assert changed > since
        assert len(caplog.records) == 1
        await service.change_state(ServiceState.HOT, by="test")
        assert service.since == changed
        assert len(caplog.records) == 1

    with caplog.at_level(logging.INFO, logger="config.demo.services"):
        with_service(story)

    (record,) = caplog.records
    assert vars(record).items() >= {"service": "payment-service", "state": "hot"}.items()


def test_a_taken_port_is_an_error_that_names_the_variable() -> None:
    async def start_beside(taken: Address) -> None:
        service = DemoService(PAYMENT, taken, seed=1)
        with pytest.raises(AddressTakenError, match="PAYMENT_SERVICE_URL"):
            await service.enter(ServiceState.HEALTHY)
        assert service.state is ServiceState.DOWN

    with socket.create_server(("127.0.0.1", 0)) as listener:
        asyncio.run(start_beside(Address("127.0.0.1", listener.getsockname()[1])))


def test_an_ipv6_address_is_written_in_brackets() -> None:
    assert DemoService(PAYMENT, Address("::1", 3005), seed=1).url == "http://[::1]:3005"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("payment-service", "payment-service"),
        ("payment", "payment-service"),
        ("api-gateway", "api-gateway"),
    ],
)
def test_a_service_is_found_by_its_long_or_short_name(name: str, found: str) -> None:
    fleet = Fleet({profile.name: ANY_PORT for profile in SERVICES}, seed=1)

    service = fleet.find(name)

    assert service is not None
    assert service.profile.name == found
    assert fleet.find("billing") is None


def test_the_whole_fleet_starts_healthy_and_stops_at_once() -> None:
    async def start_and_stop() -> None:
        fleet = Fleet({profile.name: ANY_PORT for profile in SERVICES}, seed=1)
        await fleet.start()
        assert set(fleet.states().values()) == {ServiceState.HEALTHY}
        ports = {service.address.port for service in fleet.services.values()}
        assert len(ports) == 8
        await fleet.stop()
        for port in ports:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))

    asyncio.run(start_and_stop())


def test_every_state_has_a_behaviour() -> None:
    assert set(BEHAVIOURS) == set(ServiceState)

"""The fault schedule played on services that really run."""

import asyncio
import logging
import socket
from datetime import UTC, datetime, timedelta

import pytest

from config.demo import fault_injector
from config.demo.catalogue import SERVICES
from config.demo.fault_injector import FaultInjector
from config.demo.faults import Fault
from config.demo.options import Address
from config.demo.services import Fleet
from config.demo.states import ServiceState
from tests.config.demo_waiting import until


def fault(state: ServiceState, *, begins: float = 0.05, lasts: float = 0.05) -> Fault:
    return Fault("auth-service", state, timedelta(seconds=begins), timedelta(seconds=lasts))


async def started_fleet() -> Fleet:
    fleet = Fleet({profile.name: Address("127.0.0.1", 0) for profile in SERVICES}, seed=1)
    await fleet.start()
    return fleet


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.message for r in caplog.records if r.name == "config.demo.fault_injector"]


def test_faults_begin_and_end_in_their_order(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[ServiceState] = []

    async def play() -> None:
        fleet = await started_fleet()
        auth = fleet.services["auth-service"]
        faults = [fault(ServiceState.HOT), fault(ServiceState.FAILING, begins=0.2)]
        running = asyncio.create_task(FaultInjector(fleet, iter(faults)).run())
        while not running.done():
            if not seen or auth.state is not seen[-1]:
                seen.append(auth.state)
            await asyncio.sleep(0.005)
        await running
        seen.append(auth.state)
        await fleet.stop()

    with caplog.at_level(logging.INFO):
        asyncio.run(play())

    calm = ServiceState.HEALTHY
    assert seen[:4] == [calm, ServiceState.HOT, calm, ServiceState.FAILING]
    assert seen[-1] is calm
    assert events(caplog) == ["fault begins", "fault is over"] * 2


def test_the_next_fault_is_announced_with_its_instants() -> None:
    async def look() -> None:
        fleet, before = await started_fleet(), datetime.now(UTC)
        injector = FaultInjector(fleet, iter([fault(ServiceState.DOWN, begins=100, lasts=30)]))
        running = asyncio.create_task(injector.run())
        await until(lambda: injector.planned is not None)
        planned = injector.planned
        assert planned is not None
        assert (
            timedelta(0)
            <= planned.begins_at - before - timedelta(seconds=100)
            < timedelta(seconds=5)
        )
        assert planned.ends_at - planned.begins_at == timedelta(seconds=30)
        running.cancel()
        await fleet.stop()

    asyncio.run(look())


def test_a_schedule_that_ends_leaves_no_plan() -> None:
    async def play() -> None:
        fleet = await started_fleet()
        injector = FaultInjector(fleet, iter([fault(ServiceState.HOT, begins=0, lasts=0)]))
        await injector.run()
        assert injector.planned is None
        await fleet.stop()

    asyncio.run(play())


def test_a_service_that_a_person_broke_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        fleet = await started_fleet()
        auth = fleet.services["auth-service"]
        await auth.enter(ServiceState.SLOW)
        await FaultInjector(fleet, iter([fault(ServiceState.HOT)])).run()
        assert auth.state is ServiceState.SLOW
        await fleet.stop()

    with caplog.at_level(logging.INFO):
        asyncio.run(play())

    assert events(caplog) == ["fault skipped, the service is not healthy"]


def test_what_a_person_sets_during_a_fault_outlasts_it() -> None:
    async def play() -> None:
        fleet = await started_fleet()
        auth = fleet.services["auth-service"]
        injector = FaultInjector(fleet, iter([fault(ServiceState.HOT, lasts=0.3)]))
        running = asyncio.create_task(injector.run())
        await until(lambda: auth.state is ServiceState.HOT)
        await auth.change_state(ServiceState.DEGRADED, by="a person")
        await running
        assert auth.state is ServiceState.DEGRADED
        await fleet.stop()

    asyncio.run(play())


def test_a_service_whose_port_was_taken_recovers_once_the_port_is_free(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fault_injector, "RETRY_SECONDS", 0.01)

    async def play() -> None:
        fleet = await started_fleet()
        auth = fleet.services["auth-service"]
        injector = FaultInjector(fleet, iter([fault(ServiceState.DOWN, lasts=0.2)]))
        running = asyncio.create_task(injector.run())
        await until(lambda: auth.state is ServiceState.DOWN)
        with socket.create_server(("127.0.0.1", auth.address.port)):
            await until(lambda: "fault cannot end" in events(caplog))
        await running
        assert fleet.states()["auth-service"] is ServiceState.HEALTHY
        await fleet.stop()

    with caplog.at_level(logging.INFO):
        asyncio.run(play())


def test_a_recovery_that_failed_is_not_tried_again_at_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fault_injector, "RETRY_SECONDS", 3_600)

    async def play() -> None:
        fleet = await started_fleet()
        auth = fleet.services["auth-service"]
        injector = FaultInjector(fleet, iter([fault(ServiceState.DOWN)]))
        running = asyncio.create_task(injector.run())
        await until(lambda: auth.state is ServiceState.DOWN)
        with socket.create_server(("127.0.0.1", auth.address.port)):
            await until(lambda: "fault cannot end" in events(caplog))
            for _ in range(300):
                await asyncio.sleep(0)
        running.cancel()
        await fleet.stop()

    with caplog.at_level(logging.INFO):
        asyncio.run(play())

    assert events(caplog) == ["fault begins", "fault cannot end"]

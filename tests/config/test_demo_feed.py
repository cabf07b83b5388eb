"""The feed turns states, clock and simulation into batches."""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from config.demo import feed
from config.demo.catalogue import SERVICES
from config.demo.feed import Feed
from config.demo.options import Address
from config.demo.outbox import Outbox
from config.demo.samples import Sample
from config.demo.services import Fleet
from config.demo.simulation import Simulation
from config.demo.states import ServiceState
from tests.config.demo_waiting import until

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPAN = timedelta(seconds=5)


def fleet_with(**states: ServiceState) -> Fleet:
    """Return services that are healthy, or as named, without listening."""
    fleet = Fleet({profile.name: Address("127.0.0.1", 0) for profile in SERVICES}, seed=1)
    for name, service in fleet.services.items():
        service.state = states.get(name.removesuffix("-service"), ServiceState.HEALTHY)
    return fleet


def test_each_service_gets_one_batch_stamped_with_the_instant() -> None:
    outbox = Outbox(100)

    Feed(Simulation(1), fleet_with(), outbox, 5.0).offer_batches(at=NOON, span=SPAN)

    assert [b.service_name for b in outbox._batches] == [profile.name for profile in SERVICES]
    for batch in outbox._batches:
        items = json.loads(batch.body)
        assert {item["service_name"] for item in items} == {batch.service_name}
        assert {item["timestamp"] for item in items} == {"2026-03-01T12:00:00+00:00"}


def test_a_service_that_is_down_is_silent() -> None:
    outbox = Outbox(100)

    silent = fleet_with(event=ServiceState.DOWN)
    Feed(Simulation(1), silent, outbox, 5.0).offer_batches(at=NOON, span=SPAN)

    assert "event-service" not in [batch.service_name for batch in outbox._batches]


def test_the_first_drop_is_logged_and_the_next_ones_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outbox = Outbox(3)
    small = Feed(Simulation(1), fleet_with(), outbox, 5.0)

    small.offer_batches(at=NOON, span=SPAN)
    small.offer_batches(at=NOON, span=SPAN)

    assert outbox.dropped == 13
    assert [r.message for r in caplog.records if r.levelno == logging.WARNING] == [
        "outbox full, the oldest batches are dropped"
    ]


def test_the_first_drop_is_logged_when_it_happens(caplog: pytest.LogCaptureFixture) -> None:
    Feed(Simulation(1), fleet_with(), Outbox(7), 5.0).offer_batches(at=NOON, span=SPAN)

    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_an_outbox_that_is_just_full_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    Feed(Simulation(1), fleet_with(), Outbox(8), 5.0).offer_batches(at=NOON, span=SPAN)

    assert caplog.records == []


class SpanRecorder(Simulation):
    """Notes the intervals that it is asked for, and has no samples."""

    def __init__(self) -> None:
        super().__init__(seed=1)
        self.spans: list[timedelta] = []

    def batches(
        self, at: datetime, span: timedelta, states: Mapping[str, ServiceState]
    ) -> dict[str, list[Sample]]:
        self.spans.append(span)
        return {}


def test_each_interval_is_as_long_as_it_really_was() -> None:
    async def watch() -> list[timedelta]:
        recorder = SpanRecorder()
        running = asyncio.create_task(Feed(recorder, fleet_with(), Outbox(1), 0.05).run())
        await until(lambda: len(recorder.spans) == 3)
        running.cancel()
        return recorder.spans

    first, *others = asyncio.run(watch())

    assert first == timedelta(seconds=0.05)
    assert all(timedelta(seconds=0.04) < span < timedelta(seconds=5) for span in others)


def test_an_interval_in_which_the_machine_slept_is_cut_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed, "LONGEST_SPAN", timedelta(0))

    async def watch() -> list[timedelta]:
        recorder = SpanRecorder()
        running = asyncio.create_task(Feed(recorder, fleet_with(), Outbox(1), 0.05).run())
        await until(lambda: len(recorder.spans) == 3)
        running.cancel()
        return recorder.spans

    assert asyncio.run(watch()) == [timedelta(seconds=0.05)] * 3


def test_no_second_batch_comes_before_the_interval_is_over() -> None:
    async def watch() -> list[timedelta]:
        recorder = SpanRecorder()
        running = asyncio.create_task(Feed(recorder, fleet_with(), Outbox(1), 3_600).run())
        for _ in range(100):
            await asyncio.sleep(0)
        running.cancel()
        return recorder.spans

    assert len(asyncio.run(watch())) == 1


def test_batches_come_at_once_and_then_every_interval() -> None:
    async def watch() -> None:
        outbox = Outbox(100)
        running = asyncio.create_task(Feed(Simulation(1), fleet_with(), outbox, 0.05).run())
        await until(lambda: len(outbox) >= 24)
        running.cancel()

    asyncio.run(watch())

"""Rounds of many probes: deadlines, places, and that nobody waits for anybody."""

import asyncio
import logging
import time
from functools import partial

import pytest
from aiohttp import web

from health.probes import gate, kinds, run
from health.probes.exchange import Exchange
from health.probes.gate import Gate
from health.probes.result import ProbeResult
from health.probes.run import run_all
from tests.health.answering import healthy, serving
from tests.health.probes.asking import ask, target


async def hang(request: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.Response()


def test_each_target_has_its_result_by_name() -> None:
    with serving(healthy) as url:
        results = asyncio.run(
            run_all(
                [target("http", url, name="a"), target("tcp", url, name="b")],
                concurrency=1,
            )
        )

    assert list(results) == ["a", "b"]
    assert results["a"].error == ""
    assert results["b"].error.startswith("its address must begin with")


def test_a_round_of_nothing_is_empty() -> None:
    assert asyncio.run(run_all([], concurrency=5)) == {}


def test_five_hundred_with_a_tenth_of_them_hanging_take_one_timeout() -> None:
    with serving(hang) as silent, serving(healthy) as good:
        targets = [
            target(
                "http",
                silent if number % 10 == 0 else good,
                name=f"{number}",
                timeout_seconds=2 if number % 10 == 0 else 15,
            )
            for number in range(500)
        ]
        started = time.monotonic()
        results = asyncio.run(run_all(targets, concurrency=100))
        took = time.monotonic() - started

    late = {name for name, result in results.items() if result.error}
    assert late == {f"{number}" for number in range(0, 500, 10)}
    # All of them begin before the first timeout is over: the silent ones hold no place that others need.
    assert took < 8
    assert {results[name].error for name in late} == {"no complete answer within 2 s"}


def test_a_good_one_behind_many_silent_ones_is_asked_long_before_their_timeout() -> None:
    asked: list[float] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(time.monotonic())
        return await healthy(request)

    with serving(hang) as silent, serving(answer) as good:
        silent_ones = [
            target("http", silent, name=f"{n}", timeout_seconds=4) for n in range(3 * gate.STARTING)
        ]
        started = time.monotonic()
        asyncio.run(run_all([*silent_ones, target("http", good)], concurrency=200))

    assert 2 * gate.STARTING_SECONDS < asked[0] - started < 3


def test_a_place_is_given_back_once_by_its_timer_or_by_the_end_of_the_work() -> None:
    async def scene() -> list[int]:
        places = Gate(10)
        over = asyncio.Event()
        begun: list[int] = []

        async def wait(number: int) -> None:
            begun.append(number)
            await over.wait()

        waiting = [asyncio.create_task(places.run(partial(wait, n))) for n in range(12)]
        await asyncio.sleep(3 * gate.STARTING_SECONDS)  # the timers of the gate are what is tested
        seen = [len(begun)]
        over.set()
        await asyncio.gather(*waiting)
        return [*seen, len(begun), places._starting._value, places._open._value]

    assert asyncio.run(scene()) == [10, 12, 10, 10]


def test_no_more_begin_at_once_than_there_are_places() -> None:
    async def scene() -> int:
        places = Gate(1_000)
        most = now = 0

        async def work() -> None:
            nonlocal most, now
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1

        await asyncio.gather(*(places.run(work) for _ in range(200)))
        return most

    assert asyncio.run(scene()) == gate.STARTING


def test_work_that_fails_gives_its_place_back() -> None:
    async def scene() -> tuple[int, int]:
        places = Gate(2)

        async def fail() -> None:
            raise RuntimeError

        for _ in range(5):
            with pytest.raises(RuntimeError):
                await places.run(fail)
        return places._starting._value, places._open._value

    assert asyncio.run(scene()) == (2, 2)


def test_a_fault_of_ours_is_logged_by_its_type_and_ends_no_round(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(exchange: Exchange) -> ProbeResult:
        raise RuntimeError("password hunter2 of 10.0.0.1")

    monkeypatch.setitem(kinds.KINDS, "tcp", broken)
    with caplog.at_level(logging.DEBUG):
        result = ask("tcp", "tcp://127.0.0.1:1", credentials=("me", "hunter2"))

    assert result.error == "not a valid tcp answer"
    assert [
        record.__dict__["reason"] for record in caplog.records if record.name == run.__name__
    ] == ["RuntimeError"]
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(113, "No route to host ('10.0.0.1', 80)"), "connection failed: No route to host"),
        (OSError("Multiple exceptions: 10.0.0.1"), "connection failed: unreachable"),
        (OSError(-2, "Name 10.0.0.1"), "connection failed: unreachable"),
        (asyncio.IncompleteReadError(b"secret", 9), "closed the connection before it had answered"),
        (ValueError("secret"), "not a valid tcp answer"),
        (IndexError("secret"), "not a valid tcp answer"),
    ],
)
def test_what_is_shown_repeats_nothing_of_the_error(error: Exception, reason: str) -> None:
    assert run._reason(error, target("tcp", "tcp://127.0.0.1:1")) == reason

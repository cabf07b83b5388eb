"""The pusher against a real HTTP server: nothing lost, order kept, never at an end."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any

import aiohttp
import pytest

from config.demo.outbox import Batch, Outbox
from config.demo.pusher import Pusher
from tests.config.demo_receiver import Receiver
from tests.config.demo_waiting import until

SOON = {"Retry-After": "0"}


def batch(number: int) -> Batch:
    return Batch("payment-service", json.dumps([number]).encode(), samples=1)


def pusher_with(receiver: Receiver, *numbers: int, limit: int = 100) -> Pusher:
    outbox = Outbox(limit)
    for number in numbers:
        outbox.offer(batch(number))
    return Pusher(outbox, receiver.url, "s3cret")


def scenario(story: Callable[[Receiver], Coroutine[Any, Any, None]]) -> Receiver:
    """Run a story against a receiver that listens, and return the receiver."""

    async def tell() -> Receiver:
        receiver = Receiver()
        await receiver.start()
        try:
            await story(receiver)
        finally:
            await receiver.stop()
        return receiver

    return asyncio.run(tell())


async def run_until_empty(pusher: Pusher) -> None:
    running = asyncio.create_task(pusher.run())
    await until(lambda: len(pusher.outbox) == 0 or running.done())
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled(), running


def test_batches_arrive_once_and_in_order_through_refusals_for_now() -> None:
    async def story(receiver: Receiver) -> None:
        receiver.script.extend([(503, SOON), (429, SOON), (200, {}), (500, SOON)])
        pusher = pusher_with(receiver, 1, 2, 3)
        await run_until_empty(pusher)
        assert (pusher.figures.batches, pusher.figures.samples) == (3, 3)

    assert scenario(story).stored == [[1], [2], [3]]


def test_a_repeat_carries_the_key_of_the_first_try() -> None:
    async def story(receiver: Receiver) -> None:
        receiver.script.append((503, SOON))
        await run_until_empty(pusher_with(receiver, 1, 2))

    first, repeat, second = (h["Idempotency-Key"] for h in scenario(story).headers)
    assert first == repeat != second


def test_a_push_says_who_it_is_from() -> None:
    async def story(receiver: Receiver) -> None:
        await run_until_empty(pusher_with(receiver, 1))

    (headers,) = scenario(story).headers
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["x-service-name"] == "payment-service"
    assert headers["Content-Type"] == "application/json"


def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks() -> None:
    async def story(receiver: Receiver) -> None:
        receiver.script.append((503, {"Retry-After": "9"}))
        pusher = pusher_with(receiver, 1)
        async with aiohttp.ClientSession() as session:
            assert await pusher.push_oldest(session) == 9.0
            assert len(pusher.outbox) == 1
            assert await pusher.push_oldest(session) == 0.0
        assert len(pusher.outbox) == 0

    assert scenario(story).stored == [[1]]


def test_a_receiver_that_is_away_gets_everything_when_it_is_back() -> None:
    async def story(receiver: Receiver) -> None:
        await receiver.stop()
        pusher = pusher_with(receiver, 1, 2)
        running = asyncio.create_task(pusher.run())
        await until(
            lambda: pusher.figures.last_answer == "no answer: cannot connect: Connection refused"
        )
        await receiver.start()
        await until(lambda: len(pusher.outbox) == 0)
        running.cancel()

    assert scenario(story).stored == [[1], [2]]


def test_while_the_receiver_is_away_the_wait_grows_and_the_batch_stays() -> None:
    async def story(receiver: Receiver) -> None:
        await receiver.stop()
        pusher = pusher_with(receiver, 1)
        async with aiohttp.ClientSession() as session:
            waits = [await pusher.push_oldest(session) for _ in range(3)]
        assert waits == [0.5, 1.0, 2.0]
        assert len(pusher.outbox) == 1

    scenario(story)


def test_an_answer_that_never_comes_is_a_failed_try() -> None:
    async def story(receiver: Receiver) -> None:
        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        silent = await asyncio.start_server(hold, "127.0.0.1", 0)
        pusher = Pusher(Outbox(1), f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}", "t")
        pusher.outbox.offer(batch(1))
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as session:
            assert await pusher.push_oldest(session) == 0.5
        silent.close()
        assert len(pusher.outbox) == 1

    scenario(story)


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_final_refusal_is_counted_and_does_not_block_the_next_batch(status: int) -> None:
    async def story(receiver: Receiver) -> None:
        receiver.script.append((status, {}))
        pusher = pusher_with(receiver, 1, 2)
        await run_until_empty(pusher)
        assert (pusher.figures.refused, pusher.figures.batches) == (1, 1)

    assert scenario(story).stored == [[2]]


def test_samples_that_the_receiver_refuses_one_by_one_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(receiver: Receiver) -> None:
        receiver.refuses_in_a_batch = 2
        pusher = pusher_with(receiver)
        pusher.outbox.offer(Batch("payment-service", b"[1, 2, 3]", samples=3))
        await run_until_empty(pusher)
        assert (pusher.figures.samples, pusher.figures.refused) == (1, 2)

    scenario(story)

    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert vars(record).items() >= {"service": "payment-service", "refused": 2}.items()


def test_a_redirect_is_not_followed_with_the_token() -> None:
    async def story(receiver: Receiver) -> None:
        receiver.script.append((302, {"Location": receiver.url}))
        pusher = pusher_with(receiver, 1)
        await run_until_empty(pusher)
        assert pusher.figures.refused == 1

    assert len(scenario(story).headers) == 1


def test_in_a_long_outage_the_newest_batches_survive() -> None:
    async def story(receiver: Receiver) -> None:
        pusher = pusher_with(receiver, *range(10), limit=4)
        await run_until_empty(pusher)
        assert pusher.outbox.dropped == 6

    assert scenario(story).stored == [[6], [7], [8], [9]]


def test_the_pusher_waits_as_long_as_it_was_asked_to() -> None:
    async def story(receiver: Receiver) -> None:
        receiver.script.append((429, {"Retry-After": "1"}))
        began = monotonic()
        await run_until_empty(pusher_with(receiver, 1))
        assert 1 <= monotonic() - began < 10

    scenario(story)


def test_the_log_tells_each_doubling_of_failures_and_the_recovery_but_never_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(receiver: Receiver) -> None:
        receiver.script.extend([(200, {}), *[(503, SOON)] * 5])
        await run_until_empty(pusher_with(receiver, 1, 2, 3))

    with caplog.at_level(logging.INFO, logger="config.demo.pusher"):
        scenario(story)

    told = [(record.message, vars(record).get("tries")) for record in caplog.records]
    assert told == [
        ("push works", None),
        ("push failed, the batch is kept", 1),
        ("push failed, the batch is kept", 2),
        ("push failed, the batch is kept", 4),
        ("push works", None),
    ]
    assert "s3cret" not in str([vars(record) for record in caplog.records])

"""The bounded buffer between the traffic and the pusher."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from config.demo.outbox import Batch, Outbox, pack
from config.demo.samples import gauge

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def batch(name: str) -> Batch:
    return Batch(name, b"[]", 0)


async def drain(outbox: Outbox) -> list[str]:
    names = []
    while len(outbox):
        oldest = await outbox.oldest()
        names.append(oldest.service_name)
        outbox.remove(oldest)
    return names


def test_batches_leave_in_the_order_they_came() -> None:
    outbox = Outbox(3)
    for name in "abc":
        outbox.offer(batch(name))

    assert asyncio.run(drain(outbox)) == ["a", "b", "c"]
    assert outbox.dropped == 0


def test_a_full_outbox_drops_the_oldest_and_counts_it() -> None:
    outbox = Outbox(3)
    for name in "abcde":
        outbox.offer(batch(name))

    assert outbox.dropped == 2
    assert asyncio.run(drain(outbox)) == ["c", "d", "e"]


def test_a_batch_stays_until_it_is_removed() -> None:
    outbox = Outbox(3)
    outbox.offer(batch("a"))

    async def look_twice() -> bool:
        return await outbox.oldest() is await outbox.oldest()

    assert asyncio.run(look_twice())
    assert len(outbox) == 1


def test_removing_a_batch_that_was_dropped_meanwhile_spares_its_successor() -> None:
    outbox, sent = Outbox(1), batch("a")
    outbox.offer(sent)
    outbox.offer(batch("b"))

    outbox.remove(sent)

    assert asyncio.run(drain(outbox)) == ["b"]


def test_a_reader_waits_for_the_next_batch() -> None:
    async def wait_then_offer() -> str:
        outbox = Outbox(1)
        reader = asyncio.create_task(outbox.oldest())
        await asyncio.sleep(0)
        assert not reader.done()
        outbox.offer(batch("late"))
        return (await reader).service_name

    assert asyncio.run(wait_then_offer()) == "late"


def test_an_emptied_outbox_makes_its_reader_wait_again() -> None:
    async def empty_then_read() -> None:
        outbox = Outbox(1)
        outbox.offer(batch("a"))
        outbox.remove(await outbox.oldest())
        await asyncio.wait_for(outbox.oldest(), 0.01)

    with pytest.raises(TimeoutError):
        asyncio.run(empty_then_read())


def test_a_packed_batch_is_one_json_array_with_a_key_of_its_own() -> None:
    samples = [gauge("system_cpu_usage_percent", 41.237, hostname="a-1")] * 2

    packed, again = pack("a", samples, NOON), pack("a", samples, NOON)

    assert [item["value"] for item in json.loads(packed.body)] == [41.24, 41.24]
    assert packed.samples == 2
    assert packed.key != again.key


def test_a_value_that_json_cannot_carry_is_a_bug_of_ours() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        pack("a", [gauge("system_cpu_usage_percent", float("nan"), hostname="a-1")], NOON)

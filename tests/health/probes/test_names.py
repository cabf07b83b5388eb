"""Look-ups of names that hang, repeat, change and fail."""

import asyncio
import time

import pytest
from aiohttp import web

from health.probes import names as lookups
from health.probes.errors import ProbeError, UnknownNameError
from health.probes.names import addresses_of
from health.probes.run import run_all
from tests.health.answering import healthy, serving
from tests.health.probes.asking import ask, target
from tests.health.probes.lookups import hanging, names


def test_the_addresses_come_in_their_order_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"a.example": ["::1", "127.0.0.1", "::1"]})

    assert asyncio.run(addresses_of("a.example")) == ["::1", "127.0.0.1"]


def test_only_the_first_few_addresses_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"a.example": [f"10.0.0.{number}" for number in range(1, 9)]})

    assert len(asyncio.run(addresses_of("a.example"))) == 4


def test_a_name_that_is_being_looked_up_is_not_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with hanging() as hang:
        server = names(monkeypatch, {"slow.example": hang})

        results = asyncio.run(
            run_all(
                [
                    target("tcp", "tcp://slow.example:80", name=f"{n}", timeout_seconds=0.2)
                    for n in range(20)
                ],
                concurrency=20,
            )
        )

    assert server.asked == ["slow.example"]
    assert {result.error for result in results.values()} == {"no complete answer within 0.2 s"}


def test_a_name_server_that_hangs_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging() as hang:
        names(monkeypatch, {"slow.example": hang})
        started = time.monotonic()

        result = ask("http", "http://slow.example", timeout_seconds=0.3)

        assert time.monotonic() - started < 0.8
    assert result.error == "no complete answer within 0.3 s"


def test_many_hanging_names_delay_no_good_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging() as hang, serving(healthy) as url:
        port = url.rpartition(":")[2]
        slow = {f"slow{number}.example": hang for number in range(100)}
        names(monkeypatch, {**slow, "good.example": ["127.0.0.1"]})
        targets = [target("http", f"http://{name}", name=name, timeout_seconds=2) for name in slow]

        results = asyncio.run(
            run_all([*targets, target("http", f"http://good.example:{port}")], concurrency=200)
        )

    assert (results["it"].error, results["it"].http_status) == ("", 200)
    assert results["it"].elapsed_ms < 1_000


def test_too_many_hanging_names_are_refused_and_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lookups, "MAX_LOOKUPS", 1)
    with hanging() as hang:
        names(monkeypatch, {"slow.example": hang})

        async def both() -> BaseException | list[str]:
            first = asyncio.create_task(addresses_of("slow.example"))
            await asyncio.sleep(0)
            second = asyncio.create_task(addresses_of("other.example"))
            await asyncio.wait([second])
            first.cancel()
            _, second_answer = await asyncio.gather(first, second, return_exceptions=True)
            return second_answer

        refused = asyncio.run(both())

    assert isinstance(refused, ProbeError)
    assert str(refused) == "its name cannot be looked up: too many look-ups hang"


@pytest.mark.parametrize("host", ["nowhere.example", "a" * 64 + ".example", "a..b"])
def test_a_name_that_means_nothing_is_said(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"nowhere.example": []})

    with pytest.raises(UnknownNameError):
        asyncio.run(addresses_of(host))


def test_a_look_up_whose_asker_has_left_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging() as hang:
        server = names(monkeypatch, {"slow.example": hang})
        ask("tcp", "tcp://slow.example:80", timeout_seconds=0.1)

    deadline = time.monotonic() + 5
    while lookups._running and time.monotonic() < deadline:
        time.sleep(0.01)
    server.answers["slow.example"] = ["127.0.0.1"]

    assert asyncio.run(addresses_of("slow.example")) == ["127.0.0.1"]


def test_a_name_that_means_another_address_a_moment_later_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hosts: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        hosts.append(request.host)
        return await healthy(request)

    with serving(answer) as url:
        port = url.rpartition(":")[2]
        replies = iter([["127.0.0.1"], ["169.254.169.254"]])
        server = names(monkeypatch, {"rebinding.example": lambda: next(replies)})
        first = ask("http", f"http://rebinding.example:{port}")
        second = ask("http", f"http://rebinding.example:{port}")

    assert server.asked == ["rebinding.example", "rebinding.example"]
    assert (first.error, second.error) == ("", "its address may not be probed")
    assert hosts == [f"rebinding.example:{port}"]


def test_the_next_address_is_tried_where_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(healthy) as url:
        port = url.rpartition(":")[2]
        names(monkeypatch, {"two.example": ["127.0.0.2", "127.0.0.1"]})

        by_http = ask("http", f"http://two.example:{port}")
        by_tcp = ask("tcp", f"tcp://two.example:{port}")

    assert (by_http.error, by_tcp.error) == ("", "")

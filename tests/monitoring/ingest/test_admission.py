"""One process takes in so much at a time, and says so to the others."""

from contextlib import ExitStack

import pytest

from monitoring.errors import OverloadedError
from monitoring.ingest.admission import Admission, announced_size
from tests.monitoring.clients import client_of, push


def test_so_many_pushes_are_let_in_at_a_time() -> None:
    door = Admission(most=2, most_bytes=1_000)

    with door.admitted(1), door.admitted(1):
        with pytest.raises(OverloadedError) as caught, door.admitted(1):
            pass

        assert (caught.value.status, caught.value.code) == (503, "SERVICE_UNAVAILABLE")
        assert caught.value.retry_after_seconds in range(1, 6)


def test_so_many_bytes_are_let_in_at_a_time() -> None:
    door = Admission(most=9, most_bytes=100)

    with door.admitted(60), door.admitted(40), pytest.raises(OverloadedError), door.admitted(1):
        pass


def test_a_body_that_is_too_large_for_all_is_let_in_alone() -> None:
    door = Admission(most=9, most_bytes=100)

    with door.admitted(101):
        assert door.in_flight(up_to=101) == 1


def test_a_place_is_free_again_also_after_an_error() -> None:
    door = Admission(most=1, most_bytes=100)

    with pytest.raises(ValueError, match="boom"), door.admitted(50):
        raise ValueError("boom")

    with door.admitted(100):
        pass


def test_small_pushes_are_told_apart() -> None:
    door = Admission(most=9, most_bytes=1_000)

    with door.admitted(10), door.admitted(11), door.admitted(500):
        assert [door.in_flight(up_to=size) for size in (9, 10, 11, 500)] == [0, 1, 2, 3]


def test_those_who_are_refused_do_not_come_back_together() -> None:
    door = Admission(most=1, most_bytes=1)
    waits = set()

    with ExitStack() as held:
        held.enter_context(door.admitted(1))
        for _ in range(200):
            with pytest.raises(OverloadedError) as caught, door.admitted(1):
                pass
            waits.add(caught.value.retry_after_seconds)

    assert waits == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(("header", "size"), [("0", 0), ("17", 17)])
def test_the_header_names_the_size(header: str, size: int) -> None:
    assert announced_size(header) == size


@pytest.mark.parametrize("header", [None, "", "-1", "many"])
def test_a_body_of_unknown_size_counts_as_the_largest(header: str | None) -> None:
    assert announced_size(header) == 16_777_216


@pytest.mark.django_db
def test_a_push_beyond_the_limit_is_told_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = Admission(most=1, most_bytes=1)
    monkeypatch.setattr("monitoring.metrics_api.views.ADMISSION", full)

    with full.admitted(1):
        response = push(client_of("monitoring"), b"not even JSON")

    assert (response.status_code, response.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert int(response.headers["Retry-After"]) in range(1, 6)

"""The arithmetic of the proof."""

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.ledger.chain import GENESIS, digest_of, line, link

DAY = date(2025, 1, 12)
LINES = st.lists(st.binary(max_size=20), max_size=6)
ROWS = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=9), max_size=5
)


def test_a_row_is_written_in_one_way() -> None:
    row = {
        "b": 1.5,
        "a": UUID(int=7),
        "at": datetime(2025, 1, 12, 13, tzinfo=timezone(timedelta(hours=1))),
    }

    assert line("t", row) == (
        b'["t",{"a":"00000000-0000-0000-0000-000000000007",'
        b'"at":"2025-01-12T12:00:00.000000+00:00","b":1.5}]'
    )


@given(ROWS, ROWS)
def test_rows_that_differ_are_written_differently(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    kinds = [{key: (type(value), value) for key, value in row.items()} for row in (one, other)]

    assert (line("t", one) == line("t", other)) == (kinds[0] == kinds[1])


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes"])
def test_what_has_no_one_way_to_be_written_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="canonical"):
        line("t", {"a": value})


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        line("t", {"a": float("nan")})


@given(LINES, LINES)
def test_days_that_differ_have_different_digests(one: list[bytes], other: list[bytes]) -> None:
    assert (digest_of(one) == digest_of(other)) == (one == other)


def test_the_digest_is_that_of_lines_with_their_lengths() -> None:
    text = (2).to_bytes(8, "big") + b"ab" + (1).to_bytes(8, "big") + b"c"

    assert digest_of([b"ab", b"c"]) == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("field", range(5))
def test_the_chain_depends_on_all_that_is_said_of_a_day(field: int) -> None:
    said: list[Any] = [GENESIS, DAY, 1, 2, "d"]
    other: list[Any] = ["1" * 64, DAY + timedelta(days=1), 2, 3, "e"]
    changed = [*said]
    changed[field] = other[field]

    assert link(*said) != link(*changed)
    assert link(*said) == link(*said)


def test_the_first_link_hangs_on_nothing() -> None:
    text = f"{'0' * 64}|2025-01-12|1|2|d"

    assert link(GENESIS, DAY, 1, 2, "d") == hashlib.sha256(text.encode()).hexdigest()


def test_instants_keep_their_microseconds() -> None:
    at = datetime(2025, 1, 12, 12, 0, 0, 1, tzinfo=UTC)

    assert b"12:00:00.000001+00:00" in line("t", {"at": at})

"""Instants in a query string: one meaning or none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.api.query import instant_of, span_of
from monitoring.errors import InvalidInputError

NOON = datetime(2025, 1, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-01-12T12:00:00Z", NOON),
        ("2025-01-12T12:00:00z", NOON),
        ("2025-01-12t12:00Z", NOON),
        ("2025-01-12T12:00:00.000Z", NOON),
        ("2025-01-12T12:00:00,000Z", NOON),
        ("2025-01-12T13:00:00+01:00", NOON),
        ("2025-01-12T13:00:00+0100", NOON),
        ("2025-01-12T02:30:00-09:30", NOON),
        ("2025-01-12T12:00:00.123456Z", NOON.replace(microsecond=123_456)),
        ("2025-01-12", NOON.replace(hour=0)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("1736683200000", NOON),
        ("1736683200123", NOON.replace(microsecond=123_000)),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("100000000000", datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_utc(text: str, instant: datetime) -> None:
    read = instant_of({"start_time": text}, "start_time", None)

    assert read == instant
    assert read is not None
    assert read.tzinfo is UTC


@pytest.mark.parametrize("default", [None, NOON])
def test_what_is_not_given_has_its_default(default: datetime | None) -> None:
    assert instant_of({}, "start_time", default) == default


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "now-1h",
        "2025-13-01",
        "2025-02-29",
        "2025-1-2",
        "2025-01-12T12:00:00",
        "2025-01-12 12:00:00Z",
        "2025-01-12T24:00:00Z",
        "2025-01-12T12:60:00Z",
        "2025-01-12T12:00:00+25:00",
        "2025-W02-7",
        "20250112T120000Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "999999999999999",
        "-1736683200000",
        "1736683200000.5",
        "1e12",
        "١٧٣٦٦٨٣٢٠٠٠٠٠",
        "2025-01-12T12:00:00Z\0",
        "NaN",
        "10000-01-01",
    ],
)
def test_what_is_no_instant_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInputError, match="start_time must be") as refused:
        instant_of({"start_time": text}, "start_time", None)

    assert list(refused.value.details) == ["start_time"]


@pytest.mark.parametrize("text", ["1736683200", "1", "99999999999"])
def test_seconds_are_not_taken_for_milliseconds(text: str) -> None:
    with pytest.raises(InvalidInputError, match="start_time must be in milliseconds"):
        instant_of({"start_time": text}, "start_time", None)


def test_a_plus_that_became_a_space_is_explained() -> None:
    with pytest.raises(InvalidInputError, match="must have its \\+ written as %2B"):
        instant_of({"start_time": "2025-01-12T13:00:00 01:00"}, "start_time", None)


@given(st.text() | st.integers().map(str))
def test_whatever_stands_there_is_an_instant_or_a_refusal(text: str) -> None:
    try:
        instant = instant_of({"at": text}, "at", None)
    except InvalidInputError:
        return

    assert instant is not None
    assert instant.tzinfo is UTC


@given(st.datetimes(timezones=st.timezones()))
def test_every_aware_instant_survives_the_journey(instant: datetime) -> None:
    whole = instant.replace(fold=0)
    try:
        expected = whole.astimezone(UTC)
    except OverflowError:
        return
    if whole.utcoffset() is None or whole.utcoffset().total_seconds() % 60:  # type: ignore[union-attr]  # just checked
        return

    assert instant_of({"at": whole.isoformat()}, "at", None) == expected


DAY = timedelta(days=1)
MIDNIGHT = NOON.replace(hour=0)


@pytest.mark.parametrize(
    ("query", "span"),
    [
        ({}, (NOON - DAY, NOON)),
        ({"end": "2025-01-12"}, (MIDNIGHT - DAY, MIDNIGHT)),
        ({"start": "2025-01-12"}, (MIDNIGHT, NOON)),
        ({"start": "0001-01-01"}, (datetime(1, 1, 1, tzinfo=UTC), NOON)),
        ({"end": "0001-01-02"}, (datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC))),
    ],
)
def test_a_span_ends_now_and_begins_a_length_before_its_end_unless_said(
    query: dict[str, str], span: tuple[datetime, datetime]
) -> None:
    assert span_of(query, until=NOON, length=DAY) == span


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"end": "0001-01-01"}, "end", "end lies too early"),
        ({"start": "2025-01-12T12:00:00Z"}, "start", "start must lie before end"),
        ({"start": "2025-01-13"}, "start", "start must lie before end"),
    ],
)
def test_a_span_that_cannot_be_is_refused_by_name(
    query: dict[str, str], field: str, message: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        span_of(query, until=NOON, length=DAY)

    assert caught.value.details == {field: [message]}


def test_a_span_is_read_from_the_parameters_that_are_named() -> None:
    query = {"from": "2025-01-10", "to": "2025-01-12", "start": "nonsense"}

    span = span_of(query, until=NOON, length=DAY, names=("from", "to"))

    assert span == (MIDNIGHT - 2 * DAY, MIDNIGHT)

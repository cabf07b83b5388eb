"""Lines of a timeline: merged, cut into pages, found again by cursor."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.timeline.lines import Line, Origin, Place, page_of_lines, place_of, written
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON


def line(seconds: float, origin: Origin = Origin.EVENT, number: int = 1) -> Line:
    return Line(Place(NOON + timedelta(seconds=seconds), origin, number), "noted", "")


def test_lines_of_all_origins_stand_in_the_order_of_time() -> None:
    page = page_of_lines([[line(1), line(4)], [line(2, Origin.ATTEMPT)], []], limit=10)

    assert [each.at for each in page.lines] == [NOON + timedelta(seconds=s) for s in (1, 2, 4)]
    assert page.after is None


def test_of_one_instant_what_happened_stands_before_who_was_told() -> None:
    receipt, settled, attempt = (
        line(1, origin) for origin in (Origin.RECEIPT, Origin.SETTLED, Origin.ATTEMPT)
    )
    second, first = line(1, number=9), line(1, number=8)

    page = page_of_lines([[receipt], [settled], [attempt], [first, second]], limit=10)

    assert page.lines == [first, second, attempt, settled, receipt]


def test_a_full_page_without_another_line_is_the_last() -> None:
    assert page_of_lines([[line(1), line(2)]], limit=2).after is None


def test_one_more_line_makes_another_page_that_begins_after_the_last_shown() -> None:
    page = page_of_lines([[line(1), line(2)], [line(3, Origin.ATTEMPT)]], limit=2)

    assert [each.place for each in page.lines] == [line(1).place, line(2).place]
    assert page.after == line(2).place


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACES = st.builds(
    Place,
    st.integers(0, 10**17).map(lambda micros: EPOCH + timedelta(microseconds=micros)),
    st.sampled_from(Origin),
    st.integers(0, 10**18 - 1),
)


@given(PLACES)
def test_a_cursor_names_the_place_that_it_was_written_for(place: Place) -> None:
    assert place_of(written(place)) == place


def test_a_cursor_is_microseconds_origin_and_number() -> None:
    at = NOON + timedelta(microseconds=1)

    cursors = [
        written(Place(at, origin, 7))
        for origin in (Origin.EVENT, Origin.ATTEMPT, Origin.SETTLED, Origin.RECEIPT)
    ]

    assert cursors == [f"1736683200000001-{number}-7" for number in range(4)]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "1-2",
        "1-4-1",
        "-1-0-1",
        "a-0-1",
        "1-0-1 ",
        "1-0-",
        "1-00-1",
        "٣-0-1",
        "9" * 18 + "-0-1",
        "1" * 19 + "-0-1",
    ],
)
def test_what_is_no_cursor_is_refused_by_name(cursor: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        place_of(cursor)

    assert "after" in refusal.value.details


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(Origin)), max_size=30),
    st.integers(1, 7),
)
def test_pages_one_after_another_are_the_whole(drawn: list[tuple[int, Origin]], limit: int) -> None:
    lines = sorted(
        (line(seconds, origin, number) for number, (seconds, origin) in enumerate(drawn)),
        key=lambda each: each.place,
    )
    collected: list[Line] = []
    after: Place | None = None
    while True:
        rest = [each for each in lines if after is None or each.place > after]
        origins = [
            [each for each in rest if each.place.origin is origin][: limit + 1] for origin in Origin
        ]
        page = page_of_lines(origins, limit=limit)
        collected += page.lines
        after = page.after
        if after is None:
            break

    assert collected == lines

"""What would make a rule quieter, judged by what it did."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.reports.advice import Advice, AdviceKind, advice_for
from alerts.reports.facts import Firing, RuleFacts
from tests.alerts.factories import NOON

MONTH = timedelta(weeks=4)
RULE = RuleFacts(
    id=UUID(int=1),
    name="cpu high",
    severity="warning",
    condition=">",
    threshold=80.0,
    recovery_threshold=None,
    duration=120,
    keep_firing_for=0,
)


def lasting(seconds: float | None, **fields: object) -> Firing:
    end = None if seconds is None else NOON + timedelta(seconds=seconds)
    return replace(Firing(RULE.id, NOON, end), **fields)  # type: ignore[arg-type]  # a table of fields


HEEDED = lasting(3_600, acknowledged_at=NOON)


def advise(firings: Sequence[Firing], rule: RuleFacts = RULE) -> list[Advice]:
    return advice_for(rule, firings, over=MONTH)


def longer(firings: Sequence[Firing], rule: RuleFacts = RULE) -> Advice | None:
    found = [each for each in advise(firings, rule) if each.kind == AdviceKind.LONGER_DURATION]
    return found[0] if found else None


def test_the_wait_grows_by_what_hides_nine_of_ten_quick_firings() -> None:
    quick = [lasting(seconds) for seconds in (10, 20, 30, 40, 50, 60, 70, 80, 90, 290)]

    advice = longer([*quick, HEEDED])

    assert advice is not None
    # Nine of ten last at most 90 s, and rules are evaluated each minute: 120 s more.
    assert (advice.change, advice.delays_seconds) == ({"duration": 240}, 120.0)
    assert advice.hides_percent == 81.8


def test_a_firing_of_exactly_the_longer_wait_would_have_been_hidden() -> None:
    advice = longer([lasting(60)] * 5 + [HEEDED])

    assert advice is not None
    assert (advice.change["duration"], advice.hides_percent) == (180, 83.3)


def test_what_was_over_at_the_next_evaluation_asks_for_one_more_minute() -> None:
    advice = longer([lasting(0)] * 5 + [HEEDED])

    assert advice is not None
    assert advice.change == {"duration": 180}


def test_what_the_rule_keeps_firing_is_no_part_of_the_breach() -> None:
    kept = replace(RULE, keep_firing_for=600)

    advice = longer([lasting(660)] * 5 + [HEEDED], kept)

    assert advice is not None
    assert advice.change == {"duration": 180}
    assert longer([lasting(660)] * 5 + [HEEDED]) is None


@pytest.mark.parametrize(
    ("quick", "slow", "advised"),
    [(4, 0, False), (5, 0, True), (5, 5, True), (5, 6, False), (3, 2, True)],
)
def test_most_of_at_least_five_firings_must_be_quick(
    quick: int, slow: int, *, advised: bool
) -> None:
    firings = [lasting(300, acknowledged_at=NOON)] * quick + [lasting(301)] * slow

    assert (longer(firings) is not None) is advised


def test_what_a_person_ended_or_what_lasts_is_not_quick() -> None:
    ended, lasts = lasting(10, by_itself=False), lasting(None)

    assert longer([ended] * 3 + [lasts] * 3 + [lasting(10)] * 2) is None


@pytest.mark.parametrize(
    ("fields", "proposed"),
    [
        ({}, 72.0),
        ({"condition": ">=", "recovery_threshold": 70.0}, 62.0),
        ({"condition": "<"}, 88.0),
        ({"condition": "<=", "threshold": -10.0}, -9.0),
        ({"condition": "=="}, None),
        ({"condition": "!="}, None),
        ({"threshold": 0.0}, None),
        ({"composite": True}, None),
    ],
)
def test_where_series_flap_a_value_has_to_come_back_further(
    fields: dict[str, object], proposed: float | None
) -> None:
    rule = replace(RULE, **fields)  # type: ignore[arg-type]  # a table of fields

    found = advise([lasting(3_000, flapping=True), HEEDED], rule)

    expected = [] if proposed is None else [{"recovery_threshold": proposed}]
    assert [each.change for each in found] == expected
    assert all(each.kind == AdviceKind.RECOVERY_THRESHOLD for each in found)


def test_without_flapping_nothing_is_said_about_recovery() -> None:
    assert advise([HEEDED]) == []


def test_what_nobody_heeds_in_four_weeks_is_to_be_switched_off_and_nothing_else() -> None:
    (advice,) = advise([lasting(10, flapping=True)] * 5)

    assert (advice.kind, advice.change, advice.hides_percent) == (
        AdviceKind.RETIRE,
        {"enabled": False},
        100.0,
    )
    assert advice.reason == "5 firings in 28 days and nobody acknowledged one"


@pytest.mark.parametrize(
    "heeded", [{"acknowledged_at": NOON}, {"in_incident": True}, {"by_itself": False}]
)
def test_one_firing_that_somebody_heeded_keeps_the_rule(heeded: dict[str, object]) -> None:
    firings = [*[lasting(3_000)] * 5, lasting(3_000, **heeded)]

    assert AdviceKind.RETIRE not in {each.kind for each in advise(firings)}


def test_too_short_a_time_or_too_few_firings_retire_nothing() -> None:
    unheard = [lasting(3_000)] * 5

    assert advice_for(RULE, unheard, over=MONTH - timedelta(seconds=1)) == []
    assert advise(unheard[:4]) == []


def test_a_rule_that_is_switched_off_needs_no_advice() -> None:
    assert advise([lasting(10)] * 9, replace(RULE, enabled=False)) == []


@given(st.lists(st.floats(0, 4_000), min_size=5, max_size=40))
def test_the_share_that_is_promised_is_the_share_that_the_wait_hides(lengths: list[float]) -> None:
    firings = [lasting(round(length), acknowledged_at=NOON) for length in lengths]

    advice = longer(firings)

    if advice is not None:
        more = advice.change["duration"] - RULE.duration
        hidden = sum(round(length) <= more for length in lengths)
        assert advice.hides_percent == round(100 * hidden / len(lengths), 1)
        assert more % 60 == 0
        quick = [length for length in lengths if round(length) <= 300]
        assert hidden >= 0.9 * len(quick)

"""What a backtest says about a piece of advice."""

from dataclasses import replace
from uuid import UUID

import pytest

from alerts.reports.advice import Advice, AdviceKind
from alerts.reports.proof import Proof, would_have_fired
from tests.alerts.factories import NOON

DONE = Proof(UUID(int=1), "done", 1.0, NOON, days=7, fired_before=41, fired_after=3)


@pytest.mark.parametrize(
    ("after", "before", "words"),
    [
        (3, 41, "would have fired 3 times instead of 41"),
        (1, 1_041, "would have fired once instead of 1,041"),
        (1_041, 0, "would have fired 1,041 times instead of 0"),
        (2, None, "would have fired 2 times"),
        (0, None, "would not have fired"),
        (0, 0, "would not have fired"),
        (0, 1, "would not have fired, instead of once,"),
    ],
)
def test_how_often_is_said_in_words(after: int, before: int | None, words: str) -> None:
    assert would_have_fired(after, before) == words


def test_one_that_is_done_says_what_it_found() -> None:
    assert DONE.words == "would have fired 3 times instead of 41 in 7 days"
    assert not DONE.is_under_way


@pytest.mark.parametrize("status", ["queued", "running"])
def test_one_that_is_under_way_says_how_far_it_is(status: str) -> None:
    proof = replace(DONE, status=status, progress=0.42, fired_before=None, fired_after=None)

    assert proof.words == "is being tried: 42%"
    assert proof.is_under_way


def test_one_that_failed_says_why() -> None:
    proof = replace(DONE, status="failed", fired_after=None, error="Too many samples")

    assert proof.words == "could not be tried: Too many samples"
    assert not proof.is_under_way


@pytest.mark.parametrize(
    ("change", "is_provable"),
    [
        ({"duration": 60}, True),
        ({"recovery_threshold": 1.0}, True),
        ({"enabled": False}, False),
        ({}, False),
    ],
)
def test_other_terms_can_be_proven_and_a_switch_cannot(
    change: dict[str, object],
    is_provable: bool,  # noqa: FBT001 - a case of the table
) -> None:
    assert Advice(AdviceKind.RETIRE, "", change).is_provable is is_provable

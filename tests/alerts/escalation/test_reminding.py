"""When who has an alert is reminded, and when it is nobody's again."""

from datetime import datetime, timedelta

import pytest

from alerts.escalation.chain import Chain
from alerts.escalation.reminding import ends_at, remind_due
from tests.alerts.factories import NOON


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def chain(remind: int, end: int) -> Chain:
    return Chain("p", "x", (), remind_after_seconds=remind, unacknowledge_after_seconds=end)


@pytest.mark.parametrize(
    ("remind", "end", "after", "due"),
    [
        (0, 0, 0, None),
        (60, 0, 0, 60),
        (60, 0, 59.9, 60),
        (60, 0, 60, 120),
        (60, 0, 61, 120),
        (60, 0, -5, 60),
        (60, 0, 600, 660),
        (0, 90, 0, 90),
        (0, 90, 200, 90),
        (60, 90, 0, 60),
        (60, 90, 60, 90),
        (60, 60, 0, 60),
    ],
)
def test_the_next_look_is_a_reminder_or_the_end(
    remind: int, end: int, after: float, due: float | None
) -> None:
    found = remind_due(chain(remind, end), NOON, after=later(after))

    assert found == (None if due is None else later(due))


@pytest.mark.parametrize(("end", "at"), [(0, None), (90, 90)])
def test_an_acknowledgement_ends_after_its_time_or_never(end: int, at: int | None) -> None:
    assert ends_at(chain(0, end), NOON) == (None if at is None else later(at))

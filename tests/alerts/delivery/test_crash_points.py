"""The power is cut at every statement, commit and send: nothing is lost, and a repeat can be told as one."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from alerts.messages import Message
from alerts.models import Notification
from alerts.models.notification import OPEN, Status
from tests.alerts.delivery.fakes import FakeChannel, PowerCut
from tests.alerts.delivery.power import Power, come_back, start_afresh
from tests.alerts.delivery.scenarios import SCENARIOS, Firing
from tests.alerts.delivery.stage import Ends, run_on

pytestmark = pytest.mark.django_db(transaction=True)

# Fewer would mean that something is not watched any more.
LEAST_POINTS = 590
points: Counter[str] = Counter()


@pytest.fixture
def ends(email: FakeChannel, webhook: FakeChannel, settings: Settings) -> Iterator[Ends]:
    settings.ALERT_GROUP_WAIT = timedelta(seconds=30)
    settings.CHANNEL_BUDGETS = {"email": 2}
    yield Ends(email, webhook)
    start_afresh()


def clear(ends: Ends) -> None:
    start_afresh()
    for channel in (ends.email, ends.webhook):
        channel.sent.clear()
        channel.plan.clear()
        channel.bundles = channel.follows = False


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_nothing_is_lost_wherever_the_power_is_cut(
    ends: Ends, scenario: Callable[[], Firing]
) -> None:
    total = cut(ends, scenario(), at_point=None)
    for number in range(1, total + 1):
        cut(ends, scenario(), at_point=number)
    points[type(scenario()).__name__] = total


def cut(ends: Ends, play: Firing, *, at_point: int | None) -> int:
    """Cut the power at one point, let others go on, and look at what was told; return the points passed."""
    clear(ends)
    play.prepare(ends)
    already = Counter(message.dedup_key for message in told(ends))
    power = Power(at_point)
    try:
        with power.on(ends.email, ends.webhook):
            play.work()
    except PowerCut:
        come_back()
    run_on()
    play.work()  # what was rolled back is done by whoever comes next
    run_on()
    play.expect(ends)
    assert not Notification.objects.filter(status__in=OPEN).exists()
    repeats = Counter(message.dedup_key for message in told(ends)) - already
    refused = Notification.objects.filter(tries__outcome__in=["permanent", "transient"])
    known = set(refused.values_list("dedup_key", flat=True))
    assert all(n <= (2 if at_point else 1) for key, n in repeats.items() if key not in known)
    assert not unproven()
    return len(power.passed)


def told(ends: Ends) -> list[Message]:
    return [*ends.email.sent, *ends.webhook.sent]


def unproven() -> list[int]:
    """Return messages that are said to be sent, and no try tells of it."""
    sent = Notification.objects.filter(status=Status.SENT)
    return [row.pk for row in sent if not row.tries.filter(outcome="sent").exists()]


def test_the_points_that_were_cut_are_all_that_there_are() -> None:
    """Runs after the scenarios above."""
    if len(points) < len(SCENARIOS):
        pytest.skip("not all scenarios ran")

    assert points.total() >= LEAST_POINTS, points

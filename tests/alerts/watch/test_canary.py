"""The canary on its road: in by the one door, through its rule and the ledger, out at the sink."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alerts.channels.canary import CHANNEL
from alerts.defaults import load_defaults
from alerts.delivery import deliver, due_ids
from alerts.messages import Message
from alerts.models import Alert, Event, Notification, NotificationAttempt
from alerts.models.alert import Source
from alerts.selectors import AlertFilter, alerts_matching
from alerts.services import evaluate_rules
from alerts.watch.canary import forget_canaries, latency_seconds, send_canary
from monitoring.outbound import Deadline
from tests.alerts.factories import AlertFactory

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
class TestTheRoad:
    """Two minutes, two canaries: the first fires the rule, the second ends it."""

    def travel(self) -> datetime:
        load_defaults()
        start = timezone.now().replace(second=0, microsecond=0) - 10 * MINUTE
        start -= (
            int(start.timestamp() // 60) % 2
        ) * MINUTE  # positive canaries are of even minutes
        for number in range(2):
            at = start + number * MINUTE
            send_canary(at=at)
            evaluate_rules(at=at + timedelta(seconds=5))
            for notification_id in due_ids(limit=10):
                deliver(notification_id, at=at + timedelta(seconds=6))
        return start

    def test_each_one_arrives_and_is_measured(self) -> None:
        self.travel()

        rows = Notification.objects.filter(channel="canary").order_by("pk")
        assert [(row.kind, row.status) for row in rows] == [
            ("firing", "sent"),
            ("resolved", "sent"),
        ]
        said = NotificationAttempt.objects.order_by("pk").values_list("detail", flat=True)
        assert list(said) == ["after 6.000 s", "after 6.000 s"]

    def test_it_is_no_news_to_anybody(self) -> None:
        self.travel()

        assert Alert.objects.filter(source=Source.CANARY).count() == 1
        assert not alerts_matching(AlertFilter()).exists()

    def test_it_is_forgotten_after_a_day_and_nothing_else_is(self) -> None:
        start = self.travel()
        assert forget_canaries(before=start) == 0

        assert forget_canaries(before=start + 5 * MINUTE) == 1

        assert not Alert.objects.exists()
        assert not Notification.objects.exists()
        assert not NotificationAttempt.objects.exists()
        assert not Event.objects.exists()


@pytest.mark.django_db
def test_the_list_of_alerts_in_the_admin_leaves_it_out(admin_client: Client) -> None:
    AlertFactory.create(title="Payments fail")
    AlertFactory.create(title="Canary of the road", source=Source.CANARY)

    page = admin_client.get("/admin/alerts/alert/").content.decode()

    assert "Payments fail" in page
    assert "Canary of the road" not in page


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(1_000.0, 5.0), (-1_000.0, 5.0), (1_010.0, 0.0), (0.0, None), (None, None)],
)
def test_the_latency_is_that_of_the_sample(value: float | None, seconds: float | None) -> None:
    at = datetime.fromtimestamp(1_005, tz=timezone.now().tzinfo)

    assert latency_seconds(value, at=at) == seconds


def test_what_is_no_canary_is_taken_and_not_measured() -> None:
    message = Message("key", Alert().pk, "firing", "sink", timezone.now(), {"value": None})

    assert CHANNEL.send(message, Deadline(1)).reply == "no canary"
    assert (CHANNEL.missing(), CHANNEL.recipients()) == ([], ["sink"])
    assert CHANNEL.render(message).parts == {"value": None}

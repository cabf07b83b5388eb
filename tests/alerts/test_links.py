"""Signed links: what stands in one, who may use it, once."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pytest_django import Settings

from alerts.errors import AlertClosedError, LinkInvalidError, LinkSpentError
from alerts.links import Action, Permit, link_for, permit_of
from alerts.models import ActionUse, Alert, Contact, Event, Notification
from alerts.services import acknowledge_alert
from alerts.services.links import offer_of, use_link
from tests.alerts.escalation.threads import at_once
from tests.alerts.factories import NOON, AlertFactory, NotificationFactory

pytestmark = pytest.mark.django_db

SOON = NOON + timedelta(minutes=5)


def token_of(notification: Notification, action: str = "acknowledge") -> str:
    return link_for(notification.pk, action).rpartition("/")[2]


def message(**fields: Any) -> Notification:
    """Return a message that was owed at noon."""
    row = NotificationFactory.create(**fields)
    Notification.objects.filter(pk=row.pk).update(created_at=NOON)
    return row


@pytest.mark.parametrize("number", [0, 1, 35, 36, 1_295, 2**63 - 1])
@pytest.mark.parametrize("action", list(Action))
def test_a_link_says_what_it_allows(number: int, action: Action) -> None:
    token = link_for(number, action).rpartition("/")[2]

    assert permit_of(token) == Permit(number, action)


def test_a_link_is_short_and_always_the_same(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://m.example.org"

    link = link_for(123_456_789, "resolve")

    assert link == link_for(123_456_789, "resolve")
    assert re.fullmatch(r"https://m\.example\.org/a/r21i3v9-[\w-]{22}", link)


def test_no_link_is_made_for_another_action() -> None:
    with pytest.raises(ValueError, match="delete"):
        link_for(1, "delete")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "r" + token[1:],
        lambda token: "a2" + token[2:],
        lambda token: token.replace("-", "", 1),
        lambda _: "",
        lambda _: "-",
        lambda _: "a1",
        lambda _: "ä1-" + "é" * 22,
        lambda token: token.upper(),
    ],
)
def test_a_link_that_was_changed_is_refused(spoil: Any) -> None:
    token = link_for(1, "acknowledge").rpartition("/")[2]

    with pytest.raises(LinkInvalidError):
        permit_of(spoil(token))


def test_links_outlive_a_change_of_the_secret_key_as_long_as_the_old_one_is_kept(
    settings: Settings,
) -> None:
    token = link_for(1, "acknowledge").rpartition("/")[2]

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
    assert permit_of(token).notification_id == 1
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(LinkInvalidError):
        permit_of(token)


def test_a_link_acknowledges_in_the_name_of_who_got_its_message() -> None:
    Contact.objects.create(name="Ana", email="ana@example.org", subject="login-7")
    row = message(recipient="ana@example.org")

    use_link(token_of(row), at=SOON)

    alert = Alert.objects.get()
    assert (alert.acknowledged_by, alert.acknowledged_at) == ("Ana", SOON)
    assert alert.acknowledged_via == "link"
    event = Event.objects.get()
    assert (event.kind, event.actor, event.via) == ("acknowledged", "login-7", "link")
    use = ActionUse.objects.get()
    assert (use.nonce, use.actor, use.used_at) == (f"link:{row.pk}:acknowledge", "login-7", SOON)


def test_a_link_resolves() -> None:
    row = message()

    use_link(token_of(row, "resolve"), at=SOON)

    alert = Alert.objects.get()
    assert (alert.state, alert.resolved_by) == ("resolved", "ops@tickettoken.example")
    assert alert.resolution_note == "Resolved by the link of a message."
    assert Event.objects.get().via == "link"


@pytest.mark.parametrize(
    ("channel", "recipient", "fields", "by", "actor"),
    [
        ("sms", "+4915112345678", {}, "phone ending in 5678", "+4915112345678"),
        ("sms", "+4915112345678", {"phone": "+4915112345678"}, "Ana", "Ana"),
        ("slack", "U1", {"slack_id": "U1"}, "Ana", "Ana"),
        ("slack", "C1", {}, "C1", "C1"),
        ("email", "ana@example.org", {"phone": "+4915112345678"}, "ana@example.org", None),
        ("webhook", "", {"email": ""}, "webhook", "webhook"),
    ],
)
def test_who_got_a_message_is_known_by_the_address(
    channel: str, recipient: str, fields: dict[str, str], by: str, actor: str | None
) -> None:
    Contact.objects.create(name="Ana", **fields)
    row = message(channel=channel, recipient=recipient)

    offer = offer_of(token_of(row))

    assert (offer.by, offer.actor) == (by, actor or by)


def test_a_link_works_once() -> None:
    row = message()
    use_link(token_of(row), at=SOON)

    with pytest.raises(LinkSpentError, match="used already"):
        use_link(token_of(row), at=SOON)

    assert Event.objects.count() == 1


def test_each_action_of_a_message_has_its_own_use() -> None:
    row = message()

    use_link(token_of(row), at=SOON)
    use_link(token_of(row, "resolve"), at=SOON)

    assert [event.kind for event in Event.objects.order_by("pk")] == ["acknowledged", "resolved"]


@pytest.mark.parametrize(("late", "works"), [(-1, True), (0, False), (1, False)])
def test_a_link_expires(settings: Settings, late: int, *, works: bool) -> None:
    settings.ACTION_LINK_LIFETIME = timedelta(hours=1)
    row = message()
    at = NOON + timedelta(hours=1, microseconds=late)

    if works:
        use_link(token_of(row), at=at)
    else:
        with pytest.raises(LinkSpentError, match="expired"):
            use_link(token_of(row), at=at)

    assert ActionUse.objects.exists() is works
    assert Alert.objects.get().acknowledged is works


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_what_is_over_is_left_alone_and_the_link_is_not_used_up(action: str) -> None:
    row = message(alert=AlertFactory.create(state="resolved"))

    with pytest.raises(AlertClosedError):
        use_link(token_of(row, action), at=SOON)

    assert not ActionUse.objects.exists()
    assert not Event.objects.exists()


def test_a_link_whose_message_is_gone_is_not_valid() -> None:
    row = message()
    token = token_of(row)
    row.delete()

    with pytest.raises(LinkInvalidError, match="no longer kept"):
        offer_of(token)


def test_the_first_who_acknowledged_keeps_it() -> None:
    row = message()
    acknowledge_alert(row.alert_id, by="bo", at=NOON)

    use_link(token_of(row), at=SOON)

    assert Alert.objects.get().acknowledged_by == "bo"
    assert ActionUse.objects.count() == 1


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_a_link_acts_on_all_alerts_that_its_message_spoke_for(action: str) -> None:
    row = message(alert=AlertFactory.create(started_at=NOON + timedelta(minutes=1)))
    carried = [message(carried_by=row) for _ in range(2)]
    over = message(carried_by=row, alert=AlertFactory.create(state="resolved"))
    other = message()

    offer = offer_of(token_of(row, action))
    use_link(token_of(row, action), at=SOON)

    spoken_for = {row.alert_id, over.alert_id, *(each.alert_id for each in carried)}
    assert offer.alerts[0].pk == row.alert_id
    assert {alert.pk for alert in offer.alerts} == spoken_for
    acted = set(Event.objects.values_list("alert_id", flat=True))
    assert acted == spoken_for - {over.alert_id}
    assert other.alert_id not in acted


@pytest.mark.django_db(transaction=True)
def test_of_many_uses_at_once_one_counts() -> None:
    row = message()

    def use(token: str) -> bool:
        try:
            use_link(token, at=SOON)
        except LinkSpentError:
            return False
        return True

    used = at_once([partial(use, token_of(row))] * 20)

    assert sum(used) == 1
    assert (ActionUse.objects.count(), Event.objects.count()) == (1, 1)

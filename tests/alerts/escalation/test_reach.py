"""Whom a step tells where the one it names cannot be told: somebody rather than nobody."""

import pytest
from pytest_django import DjangoAssertNumQueries

from alerts.channels import registry
from alerts.escalation.chain import Step
from alerts.models import OnCallRotation
from alerts.services.reach import Directory, Reach, whom
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.escalation.rows import ContactFactory, after, rotation_of
from tests.alerts.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("channels")]


def reach(kind: str, target: object, channel: str = "email", name: str = "") -> Reach:
    return whom(Step(0, kind, channel, str(target), name), Directory(NOON))


def addresses(found: Reach) -> list[tuple[str, str]]:
    return [(each.channel, each.address) for each in found.recipients]


def test_a_person_is_told_by_the_channel_of_the_step() -> None:
    ana = ContactFactory.create(name="Ana", phone="+4915112345678", slack_id="U1")

    for channel, address in [("email", ana.email), ("sms", ana.phone), ("slack", "U1")]:
        found = reach("contact", ana.pk, channel)
        assert (addresses(found), found.who, found.note) == ([(channel, address)], "Ana", "")


def test_who_has_no_address_there_is_told_by_another_channel() -> None:
    ana = ContactFactory.create(name="Ana")

    found = reach("contact", ana.pk, "sms")

    assert (addresses(found), found.who) == ([("email", ana.email)], "Ana")
    assert found.note == "Ana cannot be reached by sms"


def test_a_channel_that_is_not_set_up_is_passed_over(channels: dict[str, FakeChannel]) -> None:
    ana = ContactFactory.create(slack_id="U1", phone="+4915112345678")
    channels["sms"].lacks = channels["slack"].lacks = ["TOKEN"]

    assert addresses(reach("contact", ana.pk, "sms")) == [("email", ana.email)]


def test_for_who_cannot_be_reached_at_all_the_channel_tells_its_own(
    channels: dict[str, FakeChannel],
) -> None:
    ana = ContactFactory.create(name="Ana", email="", slack_id="U1")
    channels["slack"].lacks = ["TOKEN"]

    found = reach("contact", ana.pk)

    assert (addresses(found), found.who) == ([("email", "ops@example.org")], "")
    assert found.note == "Ana cannot be reached by email"


@pytest.mark.parametrize("kind", ["contact", "rotation"])
def test_for_who_is_gone_the_channel_tells_its_own(kind: str) -> None:
    found = reach(kind, "00000000-0000-0000-0000-000000000000", name="Weekly")

    assert addresses(found) == [("email", "ops@example.org")]
    assert found.note == "Weekly: there is nobody"


def test_a_rotation_without_people_has_nobody_on_call() -> None:
    found = reach("rotation", rotation_of().pk)

    assert found.note == "rotation: there is nobody"


def test_where_the_channel_is_not_set_up_another_one_tells_its_own(
    channels: dict[str, FakeChannel],
) -> None:
    channels["sms"].lacks = ["TOKEN"]

    found = reach("channel", "", "sms")

    assert addresses(found) == [("email", "ops@example.org")]
    assert found.note == "sms: not configured: TOKEN not set"


def test_both_reasons_are_named(channels: dict[str, FakeChannel]) -> None:
    channels["sms"].lacks = ["TOKEN"]

    found = reach("contact", "", "sms", "Ana")

    assert found.note == "Ana: there is nobody; sms: not configured: TOKEN not set"


def test_with_no_channel_at_all_there_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "CHANNELS", {})

    found = reach("channel", "", "email")

    assert addresses(found) == []
    assert found.note == "email: there is no channel 'email'"


@pytest.mark.parametrize(
    ("minute", "person"), [(-1, 0), (0, 1), (29, 1), (30, 2), (59, 2), (60, 1), (89, 1), (90, 0)]
)
def test_who_stands_in_is_on_call(minute: int, person: int) -> None:
    people = [ContactFactory.create() for _ in range(3)]
    rotation = rotation_of(people[0])
    rotation.overrides.create(contact=people[1], starts_at=NOON, ends_at=after(90))
    rotation.overrides.create(contact=people[2], starts_at=after(30), ends_at=after(60))

    on_call = Directory(after(minute)).on_call

    assert on_call == {str(rotation.pk): str(people[person].pk)}


def test_people_and_turns_are_read_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rotations = [rotation_of(ContactFactory.create()) for _ in range(3)]
    assert OnCallRotation.objects.count() == 3
    directory = Directory(NOON)

    with django_assert_num_queries(4):
        for rotation in rotations * 2:
            whom(Step(0, "rotation", "email", str(rotation.pk)), directory)


@pytest.mark.parametrize("name", ["login-7", "Ana", "ana@example.org"])
def test_a_person_goes_by_subject_name_and_address(name: str) -> None:
    ContactFactory.create(subject="", email="other@example.org")
    ana = ContactFactory.create(name="Ana", subject="login-7", email="ana@example.org")

    assert Directory(NOON).known_as(["", name]) == ana


def test_nobody_goes_by_no_name() -> None:
    ContactFactory.create(subject="", email="", slack_id="U1")

    assert Directory(NOON).known_as(["", ""]) is None

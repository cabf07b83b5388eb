"""On-call rotations over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from alerts.models import Contact, OnCallRotation
from alerts.services.oncall import rotation_by_id, who_is_on_call
from alerts.services.rotations import RotationFields, save_rotation
from tests.alerts.escalation.rows import ContactFactory, after, policy_of, rotation_of
from tests.alerts.factories import NOON
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

ROTATIONS = f"{API}/alerts/rotations"


@pytest.fixture
def admin() -> Client:
    return client_of("admin")


@pytest.fixture
def people() -> list[Contact]:
    return [ContactFactory.create(name=name, email=f"{name}@example.org") for name in "abc"]


def body(people: list[Contact], **more: Any) -> dict[str, Any]:
    return {
        "name": "Weekly",
        "time_zone": "Europe/Berlin",
        "handoff_weekday": 0,
        "handoff_time": "09:00",
        "first_week": "2025-01-08",
        "members": [str(person.pk) for person in people],
        **more,
    }


def send(client: Client, method: str, path: str, data: Any) -> Any:
    return getattr(client, method)(path, data, content_type="application/json")


def test_a_rotation_is_created_and_read_by_anybody(admin: Client, people: list[Contact]) -> None:
    made = send(admin, "post", ROTATIONS, body(people))

    assert made.status_code == 201
    expected = {
        "id": made.json()["id"],
        "name": "Weekly",
        "time_zone": "Europe/Berlin",
        "handoff_weekday": 0,
        "handoff_time": "09:00:00",
        "first_week": "2025-01-08",
        "members": [{"id": str(person.pk), "name": person.name} for person in people],
    }
    assert made.json() == expected
    user = client_of("user")
    assert user.get(ROTATIONS).json() == [expected]
    assert user.get(f"{ROTATIONS}/{expected['id']}").json() == expected
    assert "example.org" not in user.get(ROTATIONS).content.decode()


def test_without_a_first_week_the_first_one_has_this_week(
    admin: Client, people: list[Contact]
) -> None:
    given = body(people)
    del given["first_week"]

    made = send(admin, "post", ROTATIONS, given).json()

    now = client_of("user").get(f"{ROTATIONS}/{made['id']}/on-call").json()
    assert now["person"]["name"] in {"a", "c"}  # "c" until the handoff of this week's Monday


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"members": []}, "members"),
        ({"members": [str(uuid4())]}, "members"),
        ({"members": [str(uuid4())] * 51}, "members"),
        ({"time_zone": "Berlin"}, "time_zone"),
        ({"handoff_weekday": 7}, "handoff_weekday"),
        ({"handoff_time": "25:00"}, "handoff_time"),
        ({"name": ""}, "name"),
    ],
)
def test_what_makes_no_rotation_is_refused_by_name(
    admin: Client, people: list[Contact], change: dict[str, Any], field: str
) -> None:
    answer = send(admin, "post", ROTATIONS, body(people, **change))

    assert answer.status_code == 400
    assert field in answer.json()["details"]
    assert not OnCallRotation.objects.exists()


def test_a_name_is_taken_once(admin: Client, people: list[Contact]) -> None:
    send(admin, "post", ROTATIONS, body(people))

    answer = send(admin, "post", ROTATIONS, body(people))

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


def test_who_is_on_call_at_an_instant_and_what_comes_next(
    admin: Client, people: list[Contact]
) -> None:
    made = send(admin, "post", ROTATIONS, body(people)).json()

    answer = client_of("user").get(f"{ROTATIONS}/{made['id']}/on-call?at=2025-01-12T12:00:00Z")

    found = answer.json()
    assert (found["at"], found["person"]["name"]) == ("2025-01-12T12:00:00Z", "a")
    assert found["until"] == "2025-01-13T08:00:00Z"
    assert [shift["person"]["name"] for shift in found["upcoming"]] == list("bcabca")
    assert found["upcoming"][0]["starts_at"] == found["until"]
    assert found["upcoming"][-1]["ends_at"] == "2025-02-23T12:00:00Z"


@pytest.mark.parametrize("at", ["yesterday", "0001-01-01", "9999-12-31", "2200-01-02"])
def test_an_instant_that_nobody_means_is_refused(
    admin: Client, people: list[Contact], at: str
) -> None:
    made = send(admin, "post", ROTATIONS, body(people)).json()

    answer = admin.get(f"{ROTATIONS}/{made['id']}/on-call?at={at}")

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["at"])


def test_an_operator_stands_in(people: list[Contact]) -> None:
    rotation = rotation_of(people[0])
    operator = client_of("operator")
    stand_in = {
        "contact_id": str(people[1].pk),
        "starts_at": "2125-01-12T12:00:00Z",
        "ends_at": "2125-01-12T14:00:00Z",
        "reason": "Dentist",
    }

    made = send(operator, "post", f"{ROTATIONS}/{rotation.pk}/overrides", stand_in)

    assert made.status_code == 201
    assert made.json()["person"] == {"id": str(people[1].pk), "name": "b"}
    listed = client_of("user").get(f"{ROTATIONS}/{rotation.pk}/overrides").json()
    assert [each["reason"] for each in listed] == ["Dentist"]
    path = f"{ROTATIONS}/{rotation.pk}/on-call?at=2125-01-12T13:00:00Z"
    found = operator.get(path).json()
    assert (found["person"]["name"], found["until"]) == ("b", "2125-01-12T14:00:00Z")


def test_overrides_that_are_over_are_left_out(people: list[Contact]) -> None:
    rotation = rotation_of(people[0])
    rotation.overrides.create(contact=people[1], starts_at=NOON, ends_at=after(60))

    assert client_of("user").get(f"{ROTATIONS}/{rotation.pk}/overrides").json() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": "2025-01-12T12:00:00Z"}, "ends_at"),
        ({"ends_at": "2025-04-12T12:00:01Z"}, "ends_at"),
        ({"contact_id": str(uuid4())}, "contact_id"),
    ],
)
def test_what_makes_no_override_is_refused(
    people: list[Contact], change: dict[str, str], field: str
) -> None:
    rotation = rotation_of(people[0])
    good = {
        "contact_id": str(people[1].pk),
        "starts_at": "2025-01-12T12:00:00Z",
        "ends_at": "2025-01-12T14:00:00Z",
    }

    answer = send(
        client_of("operator"), "post", f"{ROTATIONS}/{rotation.pk}/overrides", {**good, **change}
    )

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


def test_an_override_of_no_rotation_is_not_found(people: list[Contact]) -> None:
    override = {
        "contact_id": str(people[1].pk),
        "starts_at": "2025-01-12T12:00:00Z",
        "ends_at": "2025-01-12T14:00:00Z",
    }
    path = f"{ROTATIONS}/{uuid4()}/overrides"

    assert send(client_of("admin"), "post", path, override).status_code == 404


@pytest.mark.parametrize("order", ["dabc", "abcd", "bdca"])
def test_who_has_the_turn_keeps_it_when_people_change(people: list[Contact], order: str) -> None:
    rotation = rotation_of(*people)
    at = after(60 * 24 * 3)  # the turn of "b"
    everybody = [*people, ContactFactory.create(name="d")]
    by_name = {person.name: person.pk for person in everybody}

    fields = RotationFields({}, [by_name[name] for name in order])
    save_rotation(fields, by="ana", at=at, rotation_id=rotation.pk)

    person = who_is_on_call(rotation_by_id(rotation.pk), at)
    assert person is not None
    assert person.name == "b"


def test_a_first_week_that_is_given_counts(admin: Client, people: list[Contact]) -> None:
    rotation = rotation_of(*people)
    change = {"members": [str(people[2].pk), str(people[0].pk)], "first_week": "2025-01-06"}

    send(admin, "put", f"{ROTATIONS}/{rotation.pk}", change)

    path = f"{ROTATIONS}/{rotation.pk}/on-call?at=2025-01-12T12:00:00Z"
    assert admin.get(path).json()["person"]["name"] == "c"


def test_what_is_not_given_stays(admin: Client, people: list[Contact]) -> None:
    rotation = rotation_of(*people)

    answer = send(admin, "put", f"{ROTATIONS}/{rotation.pk}", {"name": "New"})

    found = answer.json()
    assert (found["name"], len(found["members"]), found["first_week"]) == ("New", 3, "2025-01-06")


def test_a_rotation_that_a_policy_names_is_not_deleted(
    admin: Client, people: list[Contact]
) -> None:
    rotation = rotation_of(*people)
    policy = policy_of({"kind": "rotation", "rotation": rotation}, name="Pay")

    refused = admin.delete(f"{ROTATIONS}/{rotation.pk}")
    assert (refused.status_code, refused.json()["details"]) == (409, {"policies": ["Pay"]})
    policy.delete()

    assert admin.delete(f"{ROTATIONS}/{rotation.pk}").status_code == 204
    assert not OnCallRotation.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_rotation_that_is_not_there_is_not_found(admin: Client, method: str) -> None:
    assert getattr(admin, method)(f"{ROTATIONS}/{uuid4()}").status_code == 404

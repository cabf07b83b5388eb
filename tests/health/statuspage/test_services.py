"""Writes of public incidents."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from alerts.models import Incident
from health.models import PublicIncident
from health.public.document import document_at
from health.public.incidents import PublicIncidentNotFoundError
from health.services import public_incidents as services
from health.services.public_incidents import UpdateDraft
from monitoring.errors import InvalidInputError
from tests.health.statuspage.rows import public_service

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST = UpdateDraft("investigating", "We look into it.")


def create(first: UpdateDraft = FIRST, **fields: Any) -> PublicIncident:
    return services.create_public_incident({"title": "Late", **fields}, first, by="ana", at=NOON)


def ends(incident: PublicIncident) -> datetime | None:
    incident.refresh_from_db()
    return incident.resolved_at


def test_an_incident_begins_with_its_first_word() -> None:
    incident = create(title="  Cards \n fail ")
    (update,) = incident.updates.all()

    assert (incident.title, incident.started_at, incident.impact) == ("Cards fail", NOON, "minor")
    assert (update.stage, update.posted_at, update.posted_by) == ("investigating", NOON, "ana")
    assert document_at(NOON).open_incidents[0].id == str(incident.pk)


def test_services_are_named_by_either_name_and_kept_by_the_short_one() -> None:
    public_service("payment")
    public_service("order")

    incident = create(services=["payment-service", "order", "payment"])

    assert incident.services == ["payment", "order"]


def test_a_service_that_the_public_does_not_see_cannot_be_named() -> None:
    public_service("secret", is_public=False)

    for name in ("secret", "absent"):
        with pytest.raises(InvalidInputError) as caught:
            create(services=[name])
        assert caught.value.details == {"services": [f"{name!r} is no public service"]}
    assert not PublicIncident.objects.exists()


@pytest.mark.parametrize(
    ("fields", "first", "named"),
    [
        ({"title": "  "}, FIRST, "title"),
        ({"title": "x" * 256}, FIRST, "title"),
        ({"impact": "enormous"}, FIRST, "impact"),
        ({"started_at": NOON + MINUTE}, FIRST, "started_at"),
        ({}, UpdateDraft("over", "x"), "stage"),
        ({}, UpdateDraft("investigating", "  "), "text"),
        ({}, UpdateDraft("investigating", "x" * 5_001), "text"),
        ({}, UpdateDraft("investigating", "x", NOON + MINUTE), "posted_at"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_nothing_is_written(
    fields: dict[str, Any], first: UpdateDraft, named: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        create(first, **fields)

    assert set(caught.value.details) == {named}
    assert not PublicIncident.objects.exists()


def test_the_last_word_ends_an_incident_and_another_opens_it_again() -> None:
    incident = create()

    services.post_update(
        incident.pk, UpdateDraft("resolved", "Over."), by="bo", at=NOON + 5 * MINUTE
    )
    assert ends(incident) == NOON + 5 * MINUTE

    services.post_update(
        incident.pk, UpdateDraft("monitoring", "Again."), by="bo", at=NOON + 6 * MINUTE
    )
    assert ends(incident) is None


def test_a_correction_moves_the_end() -> None:
    incident = create()
    last = services.post_update(
        incident.pk, UpdateDraft("resolved", "Over."), by="bo", at=NOON + 9 * MINUTE
    )

    changes = {"posted_at": NOON + 4 * MINUTE, "text": " Over since four. "}
    services.change_update(incident.pk, last.pk, changes, by="bo", at=NOON + 9 * MINUTE)
    assert ends(incident) == NOON + 4 * MINUTE
    last.refresh_from_db()
    assert (last.text, last.posted_by) == ("Over since four.", "bo")

    services.delete_update(incident.pk, last.pk, by="bo")
    assert ends(incident) is None


def test_the_only_word_is_not_taken_back() -> None:
    incident = create()

    with pytest.raises(InvalidInputError):
        services.delete_update(incident.pk, incident.updates.get().pk, by="bo")

    assert incident.updates.count() == 1


def test_an_update_belongs_to_its_incident() -> None:
    one, other = create(), create()

    with pytest.raises(services.PublicUpdateNotFoundError):
        services.delete_update(one.pk, other.updates.get().pk, by="bo")


def test_what_is_taken_off_the_page_stays_for_its_writers() -> None:
    incident = create()

    services.update_public_incident(incident.pk, {"is_published": False}, by="bo", at=NOON)

    assert document_at(NOON).incidents == []
    assert PublicIncident.objects.get().updates.count() == 1


def test_the_internal_incident_can_be_named_and_its_end_forgets_only_the_link() -> None:
    internal = Incident.objects.create(title="t", severity="high", detected_at=NOON)
    incident = create(incident=internal)

    internal.delete()

    incident.refresh_from_db()
    assert incident.incident_id is None


def test_deleting_takes_all_words_along() -> None:
    incident = create()

    services.delete_public_incident(incident.pk, by="ana")

    assert not PublicIncident.objects.exists()
    with pytest.raises(PublicIncidentNotFoundError):
        services.delete_public_incident(uuid4(), by="ana")

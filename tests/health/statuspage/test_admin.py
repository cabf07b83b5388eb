"""Public incidents in the admin, and the way to them from an internal one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.models import Incident
from health.models import PublicIncident, PublicUpdate
from tests.alerts.admin_forms import errors_of, split
from tests.health.statuspage.rows import incident, public_service

pytestmark = pytest.mark.django_db
INCIDENTS, INTERNAL = "/admin/health/publicincident/", "/admin/alerts/incident/"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ana(client: Client) -> Client:
    """The browser of a person who may do everything in the admin."""
    client.force_login(User.objects.create_superuser("ana"))
    return client


@pytest.fixture
def internal() -> Incident:
    """An internal incident whose words are not for the public, of one public and one internal service."""
    public_service("payment", public_name="Payments")
    public_service("order", public_name="Orders")
    public_service("secret", is_public=False)
    return Incident.objects.create(
        title="Stripe key leaked",
        description="By bo, on host db-7",
        severity="critical",
        affected_services=["payment-service", "secret-service"],
        detected_at=NOON,
    )


def form(*updates: dict[str, Any], initial: int = 0, **fields: Any) -> dict[str, Any]:
    """Return the fields of the page, with updates of which the first `initial` are there already."""
    sent = {"title": "Cards fail", "impact": "major", "is_published": "on", "incident": ""}
    sent |= split("started_at", NOON)
    sent |= {"updates-TOTAL_FORMS": str(len(updates)), "updates-INITIAL_FORMS": str(initial)}
    for place, update in enumerate(updates):
        blank = {"stage": "", "text": "", "posted_at_0": "", "posted_at_1": ""}
        sent |= {f"updates-{place}-{name}": value for name, value in (blank | update).items()}
    return sent | fields


def known(update: PublicUpdate, **changes: Any) -> dict[str, Any]:
    shown = {"id": str(update.pk), "stage": update.stage, "text": update.text}
    shown["public_incident"] = str(update.public_incident_id)
    return shown | split("posted_at", update.posted_at) | changes


def save(ana: Client, sent: dict[str, Any], path: str = "add/") -> Any:
    answer = ana.post(f"{INCIDENTS}{path}", sent)
    assert answer.status_code == 302, errors_of(answer)
    return answer


def test_telling_the_public_opens_a_form_with_no_word_of_the_internal_incident(
    ana: Client, internal: Incident
) -> None:
    action = {"action": "tell_the_public", "_selected_action": str(internal.pk)}
    answer = ana.post(INTERNAL, action)
    page = ana.get(answer["Location"])

    assert answer["Location"] == f"{INCIDENTS}add/?incident={internal.pk}"
    initial = page.context["adminform"].form.initial
    assert set(initial) == {"started_at", "incident", "services"}
    assert (initial["incident"], initial["services"]) == (internal, ["payment"])
    html = page.content.decode()
    assert "db-7" not in html
    assert html.count("Stripe key leaked") == 1  # the link that nobody outside sees
    assert ">Tell the public<" in ana.get(f"{INTERNAL}{internal.pk}/change/").content.decode()


def test_one_incident_is_told_at_a_time(ana: Client, internal: Incident) -> None:
    other = Incident.objects.create(title="t", severity="low", detected_at=NOON)
    both = {"action": "tell_the_public", "_selected_action": [str(internal.pk), str(other.pk)]}

    page = ana.post(INTERNAL, both, follow=True).content.decode()

    assert "Select one incident to tell of." in page


def test_who_may_not_write_public_incidents_is_not_offered_to_tell(
    client: Client, internal: Incident
) -> None:
    bo = User.objects.create_user("bo", is_staff=True)
    bo.user_permissions.set(Permission.objects.filter(codename__endswith="_incident"))
    client.force_login(bo)

    page = client.get(f"{INTERNAL}{internal.pk}/change/").content.decode()

    assert ">Investigate<" in page
    assert ">Tell the public<" not in page


@pytest.mark.parametrize("asked", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_link_to_no_incident_opens_an_empty_form(ana: Client, asked: str) -> None:
    page = ana.get(f"{INCIDENTS}add/?incident={asked}")

    assert set(page.context["adminform"].form.initial) == {"started_at"}


def test_an_incident_is_created_with_its_first_update(ana: Client, internal: Incident) -> None:
    first = {"stage": "investigating", "text": "We look into it."}
    save(ana, form(first, services=["payment"], incident=str(internal.pk)))

    made = PublicIncident.objects.get()
    assert (made.title, made.services, made.incident) == ("Cards fail", ["payment"], internal)
    assert [(it.text, it.posted_by) for it in made.updates.all()] == [("We look into it.", "ana")]


def test_an_incident_says_something_and_names_only_public_services(
    ana: Client, internal: Incident
) -> None:
    silent = ana.post(f"{INCIDENTS}add/", form({}))
    named = ana.post(
        f"{INCIDENTS}add/", form({"stage": "identified", "text": "x"}, services=["secret"])
    )

    assert silent.status_code == named.status_code == 200
    assert "services" in named.context["adminform"].form.errors
    assert not PublicIncident.objects.exists()


def test_updates_are_posted_corrected_and_taken_back_on_the_page(ana: Client) -> None:
    told = incident(
        "Cards fail",
        [(NOON, "investigating", "We look."), (NOON + MINUTE, "identified", "Wrong.")],
        impact="major",
    )
    last, first = told.updates.all()
    sent = form(
        known(last, DELETE="on"),
        known(first, text="We look into it."),
        {"stage": "resolved", "text": "Over."},
        initial=2,
    )

    save(ana, sent, f"{told.pk}/change/")

    told.refresh_from_db()
    assert [(it.stage, it.text) for it in told.updates.all()] == [
        ("resolved", "Over."),
        ("investigating", "We look into it."),
    ]
    assert told.resolved_at == told.updates.get(stage="resolved").posted_at


def test_a_form_left_alone_says_nothing(ana: Client) -> None:
    told = incident("Cards fail", [(NOON, "investigating", "We look.")], impact="major")

    sent = form(known(told.updates.get()), {}, initial=1, title="Cards fail again")
    save(ana, sent, f"{told.pk}/change/")

    told.refresh_from_db()
    assert (told.title, told.updates.count()) == ("Cards fail again", 1)


def test_what_the_service_refuses_is_said_and_nothing_is_saved(ana: Client) -> None:
    told = incident("Cards fail", [(NOON, "investigating", "We look.")], impact="major")
    sent = form(known(told.updates.get(), DELETE="on"), initial=1, title="Changed")

    page = ana.post(f"{INCIDENTS}{told.pk}/change/", sent, follow=True).content.decode()

    told.refresh_from_db()
    assert "Not saved: an incident needs at least one update" in page
    assert (told.title, told.updates.count()) == ("Cards fail", 1)


def test_incidents_are_published_and_taken_off_from_the_list(ana: Client) -> None:
    told = incident("Cards fail", [(NOON, "investigating", "x")])
    chosen = {"_selected_action": str(told.pk)}

    off = ana.post(INCIDENTS, {"action": "unpublish", **chosen}, follow=True).content.decode()
    told.refresh_from_db()
    assert ("Off the status page now: 1." in off, told.is_published) == (True, False)
    assert "not there" in ana.get(f"{INCIDENTS}{told.pk}/change/").content.decode()

    on = ana.post(INCIDENTS, {"action": "publish", **chosen}, follow=True).content.decode()
    told.refresh_from_db()
    assert ("On the status page now: 1." in on, told.is_published) == (True, True)
    page = ana.get(f"{INCIDENTS}{told.pk}/change/").content.decode()
    assert f'href="/status-page/incidents/{told.pk}"' in page


def test_the_list_says_stage_and_impact(ana: Client) -> None:
    incident("Cards fail", [(NOON, "monitoring", "x")], impact="critical")
    PublicIncident.objects.create(title="silent", started_at=NOON)

    page = ana.get(INCIDENTS).content.decode()

    assert ">monitoring</span>" in page
    assert ">critical</span>" in page
    assert "nothing said yet" in page

"""One incident in the admin: its plot, its timeline, its post-mortem, and each change an event."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts import events
from alerts.admin import incident_pages
from alerts.models import Event, Incident
from alerts.models.event import EventKind
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory, IncidentFactory

pytestmark = pytest.mark.django_db

INCIDENTS = "/admin/alerts/incident/"
MINUTE = timedelta(minutes=1)


def page_of(client: Client, incident: Incident, query: str = "") -> str:
    answer = client.get(f"{INCIDENTS}{incident.pk}/change/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def form(incident: Incident, **fields: Any) -> dict[str, Any]:
    """Return the form of the page as it stands, with some fields changed."""
    return {
        "title": incident.title,
        "severity": incident.severity,
        "description": incident.description,
        "affected_services": ",".join(incident.affected_services),
        "alerts": [str(alert.pk) for alert in incident.alerts.all()],
        "detected_at_0": f"{incident.detected_at:%Y-%m-%d}",
        "detected_at_1": f"{incident.detected_at:%H:%M:%S}",
        "root_cause": incident.root_cause or "",
        "resolution": incident.resolution or "",
        "postmortem": incident.postmortem,
    } | fields


def save(client: Client, incident: Incident, **fields: Any) -> Any:
    return client.post(f"{INCIDENTS}{incident.pk}/change/", form(incident, **fields))


def test_the_page_shows_when_which_alert_fired_and_what_happened(ana: Client) -> None:
    over = {"state": "resolved", "resolved_at": NOON + 3 * MINUTE}
    alert = AlertFactory.create(title="<Hot>", severity="critical", **over)
    incident = IncidentFactory.create(status="resolved", resolved_at=NOON + 9 * MINUTE)
    incident.alerts.add(alert, AlertFactory.create(title="Warm", state="pending"))
    events.record(EventKind.ACKNOWLEDGED, alert=alert, at=NOON + MINUTE, actor="bo", via="slack")

    page = page_of(ana, incident)

    assert '<rect class="bar-critical" x="240" y="0" width="480"' in page
    assert "&lt;Hot&gt; (critical): 2025-01-12 12:00:00 to 12:03:00" in page
    assert page.count("<rect") == 1
    assert "&lt;Hot&gt;: acknowledged" in page
    assert "by bo via slack" in page
    assert "Taken after 1 min; resolved after 9 min." in page
    assert "alerts/incident.css" in page
    assert " style=" not in page.partition('class="incident-plot"')[2].partition("</ol>")[0]
    assert "<Hot>" not in page


def test_an_incident_without_firings_says_so(ana: Client) -> None:
    page = page_of(ana, IncidentFactory.create())

    assert "No alert of this incident has fired." in page
    assert "Nobody has taken it yet; not over yet." in page


def test_a_long_timeline_has_pages(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_pages, "_LINES", 2)
    incident = IncidentFactory.create()
    for number in range(3):
        at = NOON + number * MINUTE
        events.record(EventKind.NOTED, incident=incident, at=at, detail={"text": f"line {number}"})

    first = page_of(ana, incident)
    query = first.partition('<a href="?after=')[2].partition('"')[0]
    second = page_of(ana, incident, f"?after={query}")

    assert "line 1" in first
    assert "line 2" not in first
    assert "line 2" in second
    assert "line 0" in page_of(ana, incident, "?after=nonsense")


def test_an_edit_is_an_event_of_the_person_who_is_logged_in(ana: Client) -> None:
    incident = IncidentFactory.create()

    answer = save(ana, incident, title="Disk full", postmortem="# Ours", root_cause="logs")

    assert answer.status_code == 302
    incident.refresh_from_db()
    assert (incident.title, incident.postmortem, incident.root_cause) == (
        "Disk full",
        "# Ours",
        "logs",
    )
    event = Event.objects.get(incident=incident)
    assert (event.kind, event.actor, event.via) == ("edited", "ana", "admin")
    assert set(event.detail["after"]) == {"title", "postmortem", "root_cause"}
    assert event.detail["before"]["title"] == "Payment Service Outage"


def test_alerts_that_join_and_leave_are_events(ana: Client) -> None:
    old, new = AlertFactory.create(title="Old"), AlertFactory.create(title="New")
    incident = IncidentFactory.create()
    incident.alerts.add(old)

    save(ana, incident, alerts=[str(new.pk)])

    assert list(incident.alerts.all()) == [new]
    assert list(Event.objects.order_by("id").values_list("kind", "alert")) == [
        ("linked", new.pk),
        ("unlinked", old.pk),
    ]


def test_what_is_said_at_the_opening_about_later_is_kept(ana: Client) -> None:
    fields = form(Incident(title="Odd", severity="low", detected_at=NOON), alerts=[])

    answer = ana.post(f"{INCIDENTS}add/", fields | {"resolution": "None needed"})

    incident = Incident.objects.get()
    assert answer.status_code == 302
    assert (incident.resolution, incident.opened_by) == ("None needed", "ana")
    assert list(incident.events.values_list("kind", flat=True)) == ["opened", "edited"]


@pytest.mark.parametrize(
    ("day", "refusal"),
    [("2999-01-01", "not detected in the future"), ("2025-01-13", "not detected after its resol")],
)
def test_a_detection_at_the_wrong_time_is_refused_in_the_form(
    ana: Client, day: str, refusal: str
) -> None:
    incident = IncidentFactory.create(status="resolved", resolved_at=NOON)

    answer = save(ana, incident, detected_at_0=day)

    assert answer.status_code == 200
    assert refusal in answer.content.decode()


def test_incidents_are_history_and_not_deleted(ana: Client) -> None:
    incident = IncidentFactory.create()

    assert ana.post(f"{INCIDENTS}{incident.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Incident.objects.exists()


def test_the_post_mortem_is_shown_and_handed_out(ana: Client) -> None:
    incident = IncidentFactory.create(title="<Outage>")
    url = f"{INCIDENTS}{incident.pk}/postmortem/"

    shown, file = ana.get(url), ana.get(f"{url}?download=1")

    assert url in page_of(ana, incident)
    assert "# Post-mortem: \\&lt;Outage\\&gt;" in shown.content.decode()
    assert "A draft from the timeline" in shown.content.decode()
    assert file.content.decode().startswith("# Post-mortem: ")
    name = f'attachment; filename="postmortem-2025-01-12-{str(incident.pk)[:8]}.md"'
    assert (file["Content-Disposition"], file["Content-Type"]) == (
        name,
        "text/markdown; charset=utf-8",
    )


def test_the_noise_of_rules_is_drawn_with_advice(
    ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = AlertRuleFactory.create(rule_name="cpu <high>")
    fields: dict[str, Any] = {"state": "resolved", "resolved_at": NOON + MINUTE}
    AlertFactory.create_batch(5, rule=rule, acknowledged=True, acknowledged_at=NOON, **fields)
    monkeypatch.setattr("alerts.admin.incident_pages.timezone.now", lambda: NOON + MINUTE)

    page = ana.get(f"{INCIDENTS}noise/?weeks=1").content.decode()

    assert "cpu &lt;high&gt;" in page
    assert '<rect class="noise-heard" x="0" y="0" width="192" height="36"' in page
    assert "<strong>duration: 60</strong>" in page
    assert "hides 100.0 %" in page
    assert '<a href="?weeks=1" aria-current="page">1</a>' in page
    assert f"{INCIDENTS}noise/" in ana.get(INCIDENTS).content.decode()


def test_weeks_that_are_not_offered_are_four(ana: Client) -> None:
    page = ana.get(f"{INCIDENTS}noise/?weeks=9").content.decode()

    assert '<a href="?weeks=4" aria-current="page">4</a>' in page
    assert "No rule fired in this time." in page


@pytest.mark.parametrize("page", ["noise/", "{pk}/postmortem/"])
def test_who_may_not_look_sees_neither(client: Client, page: str) -> None:
    client.force_login(User.objects.create_user("vi", is_staff=True))

    url = f"{INCIDENTS}{page.format(pk=IncidentFactory.create().pk)}"

    assert client.get(url).status_code == 403

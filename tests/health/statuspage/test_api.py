"""Public incidents over HTTP, as their writers work with them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Incident
from health.models import PublicIncident
from tests.health.statuspage.rows import incident, public_service
from tests.tokens import bearer

pytestmark = pytest.mark.django_db
PATH = "/api/v1/monitoring/status-page/incidents"
OPERATOR, ADMIN = bearer("operator"), bearer("admin")


def post(client: Client, path: str = "", **body: Any) -> Any:
    known = {"title": "Late", "stage": "investigating", "text": "We look into it."}
    sent = body if path else known | body
    return client.post(f"{PATH}{path}", sent, content_type="application/json", headers=OPERATOR)


def patch(client: Client, path: str, **body: Any) -> Any:
    return client.patch(f"{PATH}/{path}", body, content_type="application/json", headers=OPERATOR)


def test_an_incident_is_told_moved_on_and_ended(client: Client) -> None:
    public_service("payment")
    made = post(client, services=["payment-service"], impact="major")
    assert made.status_code == 201
    path = f"/{made.json()['id']}"

    posted = post(client, f"{path}/updates", stage="resolved", text="Over.")
    assert posted.status_code == 201

    told = client.get(f"{PATH}{path}", headers=OPERATOR).json()
    assert [update["text"] for update in told["updates"]] == ["Over.", "We look into it."]
    assert (told["services"], told["impact"]) == (["payment"], "major")
    assert told["resolved_at"] == posted.json()["posted_at"]
    assert told["updates"][0]["posted_by"] == "ana"


def test_what_is_told_is_on_the_page_at_once(
    client: Client, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    settings.STATUS_PAGE_CACHE = timedelta(hours=1)
    assert client.get("/status-page.json").json()["incidents"] == []

    with django_capture_on_commit_callbacks(execute=True):
        post(client)

    assert len(client.get("/status-page.json").json()["incidents"]) == 1


def test_a_draft_is_written_before_it_is_published(client: Client) -> None:
    made = post(client, is_published=False).json()
    assert client.get(f"/status-page/incidents/{made['id']}").status_code == 404

    answer = patch(client, made["id"], is_published=True)

    assert answer.json()["is_published"] is True
    assert client.get(f"/status-page/incidents/{made['id']}").status_code == 200


def test_an_internal_incident_is_linked_and_unlinked(client: Client) -> None:
    internal = Incident.objects.create(title="t", severity="high", detected_at=timezone.now())
    made = post(client, incident=str(internal.pk)).json()
    assert made["incident"] == str(internal.pk)

    assert patch(client, made["id"], incident=None).json()["incident"] is None
    assert post(client, incident=str(uuid4())).status_code == 404


def test_updates_are_corrected_and_taken_back(client: Client) -> None:
    made = post(client).json()
    first = made["updates"][0]["id"]
    second = post(client, f"/{made['id']}/updates", stage="resolved", text="x").json()["id"]

    answer = patch(client, f"{made['id']}/updates/{first}", text="Better words.")
    assert answer.json()["text"] == "Better words."
    gone = client.delete(f"{PATH}/{made['id']}/updates/{second}", headers=OPERATOR)
    assert gone.status_code == 204
    last = client.delete(f"{PATH}/{made['id']}/updates/{first}", headers=OPERATOR)
    assert (last.status_code, last.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"tittle": "x"}, "tittle"),
        ({"title": ""}, "title"),
        ({"stage": "over"}, "stage"),
        ({"text": ""}, "text"),
        ({"services": ["secret"]}, "services"),
        ({"is_published": "maybe"}, "is_published"),
        ({"started_at": "2999-01-01T00:00:00Z"}, "started_at"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    client: Client, body: dict[str, Any], named: str
) -> None:
    answer = post(client, **body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert named in answer.json()["details"]
    assert not PublicIncident.objects.exists()


def test_the_list_has_pages_and_filters_and_shows_drafts(client: Client) -> None:
    at = timezone.now()
    incident("open", [(at, "investigating", "x")], is_published=False)
    incident("over", [(at - timedelta(days=1), "resolved", "x")])

    def titles(query: str) -> list[str]:
        return [each["title"] for each in client.get(f"{PATH}{query}", headers=OPERATOR).json()]

    assert titles("") == titles("?state=open,resolved") == ["open", "over"]
    assert (titles("?state=open"), titles("?state=resolved")) == (["open"], ["over"])
    assert titles("?limit=1&offset=1") == ["over"]
    assert client.get(f"{PATH}?limit=1", headers=OPERATOR)["X-Total-Count"] == "2"
    assert client.get(f"{PATH}?state=old", headers=OPERATOR).status_code == 400


def test_only_an_administrator_deletes(client: Client) -> None:
    made = post(client).json()

    assert client.delete(f"{PATH}/{made['id']}", headers=OPERATOR).status_code == 403
    assert client.delete(f"{PATH}/{made['id']}", headers=ADMIN).status_code == 204
    assert client.get(f"{PATH}/{made['id']}", headers=ADMIN).status_code == 404


def test_a_permission_lets_a_program_write(client: Client) -> None:
    headers = bearer("user", permissions=["status-page:write"])

    assert client.get(PATH, headers=headers).status_code == 200
    assert client.get(PATH, headers=bearer("user")).status_code == 403


def test_what_does_not_exist_is_404(client: Client) -> None:
    nobody = UUID(int=0)

    assert patch(client, f"{nobody}", title="x").status_code == 404
    assert post(client, f"/{nobody}/updates", stage="resolved", text="x").status_code == 404

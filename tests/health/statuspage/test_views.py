"""The status page over HTTP: what each path answers."""

from datetime import timedelta
from uuid import uuid4
from xml.etree.ElementTree import fromstring

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from health.models import WatchedService
from tests.health.statuspage.outputs import BROWSER, expire
from tests.health.statuspage.rows import incident, public_service, standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def payment(settings: Settings) -> None:
    settings.STATUS_PAGE_CACHE = timedelta(hours=1)
    standing(public_service("payment"), timezone.now())


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/status-page", "text/html; charset=utf-8"),
        ("/status-page/history", "text/html; charset=utf-8"),
        ("/status-page.json", "application/json"),
        ("/status-page/feed.rss", "application/rss+xml; charset=utf-8"),
        ("/status-page/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/status-page/badge.svg", "image/svg+xml"),
        ("/status-page/badge/payment.svg", "image/svg+xml"),
    ],
)
def test_each_output_says_what_it_is_whatever_the_client_prefers(
    client: Client, path: str, media_type: str
) -> None:
    for accept in ("*/*", "image/avif", "application/json"):
        answer = client.get(path, headers={"Accept": accept})

        assert (answer.status_code, answer["Content-Type"]) == (200, media_type)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_here(client: Client, method: str) -> None:
    assert getattr(client, method)("/status-page").status_code == 405


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Payment: operational"),
        ("?metric=status", "Payment: operational"),
        ("?metric=uptime", "Payment uptime: no data"),
    ],
)
def test_a_badge_says_status_or_uptime(client: Client, query: str, said: str) -> None:
    picture = fromstring(client.get(f"/status-page/badge/payment.svg{query}").content)

    assert picture.get("aria-label") == said


def test_the_badge_of_all_has_the_title_of_the_page(client: Client, settings: Settings) -> None:
    settings.STATUS_PAGE_TITLE = "Example"

    picture = fromstring(client.get("/status-page/badge.svg").content)

    assert picture.get("aria-label") == "Example: operational"


def test_a_badge_of_something_else_is_refused(client: Client) -> None:
    answer = client.get("/status-page/badge.svg?metric=revenue")

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_nobody_can_tell_an_internal_service_from_none(client: Client) -> None:
    public_service("secret", is_public=False)
    bodies = []
    for name in ("secret", "absent"):
        answer = client.get(f"/status-page/badge/{name}.svg")
        assert answer.status_code == 404
        bodies.append(answer.json())

    assert [body["error"] for body in bodies] == ["no such service"] * 2
    assert [body["details"] for body in bodies] == [{}, {}]


def test_the_page_of_an_incident_has_all_its_updates(client: Client) -> None:
    at = timezone.now()
    course = [(at - timedelta(days=400), "investigating", "First."), (at, "resolved", "Last.")]
    told = incident("Late", course)

    page = client.get(f"/status-page/incidents/{told.pk}").content.decode()

    assert "<h1" in page
    assert page.index("Last.") < page.index("First.")


def test_an_incident_that_is_not_published_is_not_there(client: Client) -> None:
    draft = incident("Draft", [(timezone.now(), "investigating", "x")], is_published=False)

    for wanted in (draft.pk, uuid4()):
        answer = client.get(f"/status-page/incidents/{wanted}", headers=BROWSER)

        assert answer.status_code == 404
        assert "There is nothing here" in answer.content.decode()


@pytest.mark.parametrize("month", ["2999-01", "0001-01", "2026-13", "2026-1", "x", "1970-01-01"])
def test_a_month_that_cannot_be_is_not_there(client: Client, month: str) -> None:
    assert client.get(f"/status-page/history?month={month}").status_code == 404


def test_text_of_people_is_text_and_links_lead_nowhere_dangerous(client: Client) -> None:
    said = "<script>alert(1)</script> javascript:alert(1) https://example.org/x\n\nNext"
    incident("<b>Late</b>", [(timezone.now(), "investigating", said)])

    page = client.get("/status-page").content.decode()

    assert "<script>" not in page
    assert "<b>Late</b>" not in page
    assert 'href="javascript' not in page
    assert '<a href="https://example.org/x" rel="nofollow">' in page


def test_an_empty_page_says_what_is_missing(client: Client, settings: Settings) -> None:
    public_service("event")
    page = client.get("/status-page").content.decode()
    assert "No incident in the last 90 days." in page
    assert "No maintenance is planned for the next 30 days." in page
    assert "no data" in page

    WatchedService.objects.all().delete()
    expire(settings)

    assert "No service has been put on this page yet" in client.get("/status-page").content.decode()

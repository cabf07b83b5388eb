"""Who gets which report: over HTTP, and out by the link of a mail without an account."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.signing import Signer
from django.test import Client
from pytest_django import Settings

from health.models import ReportSubscription
from health.reports.errors import UnsubscribeLinkInvalidError
from health.reports.links import subscription_of, unsubscribe_url
from tests.health.reports.rows import subscribed
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db
BODY = {"email": "ana@example.org", "kind": "sla", "period": "monthly"}


def call(method: str, path: str = "", body: object = None) -> Any:
    client = client_of("operator")
    place = f"{API}/report-subscriptions{path}"
    return getattr(client, method)(place, body, content_type="application/json")


def page(subscription: ReportSubscription) -> str:
    return "/" + unsubscribe_url(subscription.pk).split("/", 3)[3]


@pytest.fixture
def stranger() -> Client:
    """A browser without cookies, which would be refused where a token against forgery is missing."""
    return Client(enforce_csrf_checks=True, headers={"Accept": "text/html,*/*;q=0.8"})


def test_an_address_is_subscribed_to_a_pdf_unless_it_wants_something_else() -> None:
    answer = call("post", body=BODY)

    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(ReportSubscription.objects.get().pk),
        **BODY,
        "format": "pdf",
        "enabled": True,
        "created_at": answer.json()["created_at"],
    }


def test_a_second_subscription_to_the_same_report_is_a_conflict() -> None:
    call("post", body=BODY)

    answer = call("post", body={**BODY, "format": "csv"})

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert ReportSubscription.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"email": "ana"}, "email"), ({"period": "custom"}, "period"), ({"format": "exe"}, "format")],
)
def test_a_subscription_that_makes_no_sense_is_refused(change: dict[str, str], field: str) -> None:
    answer = call("post", body={**BODY, **change})

    assert answer.status_code == 400
    assert field in answer.json()["details"]


def test_subscriptions_are_listed_with_page_headers() -> None:
    for name in ("cy", "ana", "bo"):
        subscribed(f"{name}@example.org")

    answer = call("get", "?limit=2")

    assert [row["email"] for row in answer.json()] == ["ana@example.org", "bo@example.org"]
    assert answer["X-Total-Count"] == "3"


def test_a_change_leaves_what_it_does_not_name() -> None:
    row = subscribed(format="csv")

    answer = call("patch", f"/{row.pk}", {"enabled": False})

    assert (answer.status_code, answer.json()["enabled"], answer.json()["format"]) == (
        200,
        False,
        "csv",
    )


def test_a_change_into_another_subscription_is_a_conflict() -> None:
    subscribed("bo@example.org")
    row = subscribed()

    assert call("patch", f"/{row.pk}", {"email": "bo@example.org"}).status_code == 409


def test_a_subscription_is_read_and_removed() -> None:
    row = subscribed()

    assert call("get", f"/{row.pk}").json()["email"] == "ana@example.org"
    assert call("delete", f"/{row.pk}").status_code == 204
    assert call("get", f"/{row.pk}").status_code == 404
    assert call("delete", f"/{row.pk}").status_code == 404


def test_opening_the_link_asks_and_changes_nothing(stranger: Client) -> None:
    row = subscribed()

    for method in (stranger.get, stranger.head, stranger.get):
        answer = method(page(row))
        assert answer.status_code == 200

    text = answer.content.decode()
    assert "<h1>Stop this report?</h1>" in text
    assert "ana@example.org" in text
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert ReportSubscription.objects.get().enabled


def test_pressing_the_button_stops_the_report_and_pressing_it_again_says_the_same(
    stranger: Client,
) -> None:
    row = subscribed()

    answers = [stranger.post(page(row)) for _ in range(2)]

    for answer in answers:
        assert answer.status_code == 200
        assert '<h1 role="status">Stopped</h1>' in answer.content.decode()
        assert not answer.cookies
    assert not ReportSubscription.objects.get().enabled
    assert "Stopped" in stranger.get(page(row)).content.decode()


def test_a_mail_program_stops_it_by_one_click(stranger: Client) -> None:
    """RFC 8058: a POST of exactly this body, without cookies and without a page."""
    row = subscribed()

    answer = stranger.post(
        page(row), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 200
    assert not ReportSubscription.objects.get().enabled


def test_a_link_ends_one_subscription_and_no_other(stranger: Client) -> None:
    row, other = subscribed(), subscribed(period="weekly")

    stranger.post(page(row))

    assert ReportSubscription.objects.get(pk=other.pk).enabled


@pytest.mark.parametrize("change", ["cut", "swapped", "unsigned", "gone"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_was_not_made_here_does_nothing(
    stranger: Client, change: str, method: str
) -> None:
    row, other = subscribed(), subscribed(period="weekly")
    whole = page(row)
    place = {
        "cut": whole[:-1],
        "swapped": whole.replace(row.pk.hex, other.pk.hex),
        "unsigned": whole.partition("~")[0],
        "gone": "/" + unsubscribe_url(uuid4()).split("/", 3)[3],
    }[change]

    answer = getattr(stranger, method)(place)

    assert answer.status_code == 404
    assert "This link is not valid" in answer.content.decode()
    assert ReportSubscription.objects.filter(enabled=True).count() == 2


def test_a_link_is_always_the_same_and_lives_through_a_change_of_the_key(
    settings: Settings,
) -> None:
    key = uuid4()
    link = unsubscribe_url(key)
    assert link == unsubscribe_url(key)
    assert re.fullmatch(rf"{settings.PUBLIC_URL}/reports/unsubscribe/{key.hex}~[\w-]+", link)

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-at-least-fifty-characters-0123456789abc"

    assert unsubscribe_url(key) != link
    assert subscription_of(link.rpartition("/")[2]) == key


def test_a_signature_of_something_else_opens_nothing() -> None:
    with pytest.raises(UnsubscribeLinkInvalidError):
        subscription_of(Signer(salt="other", sep="~").sign(uuid4().hex))

"""The page of a signed link: it asks, it acts, and says what to do where it cannot."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alerts.links import link_for
from alerts.models import ActionUse, Alert, Notification
from tests.alerts.factories import AlertFactory, NotificationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> Notification:
    alert = AlertFactory.create(title="Disk <full>", severity="critical")
    return NotificationFactory.create(alert=alert)


@pytest.fixture
def browser() -> Client:
    """A browser that would be refused where a token against forgery is missing."""
    return Client(enforce_csrf_checks=True, headers={"Accept": "text/html,*/*;q=0.8"})


def path(row: Notification, action: str = "acknowledge") -> str:
    return "/a/" + link_for(row.pk, action).rpartition("/")[2]


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found is not None
    return found[1]


def test_opening_a_link_asks_and_changes_nothing(browser: Client, row: Notification) -> None:
    for method in (browser.get, browser.head, browser.get):
        answer = method(path(row))
        assert answer.status_code == 200

    page = answer.content.decode()
    assert heading(page) == "Acknowledge this alert?"
    assert "Disk &lt;full&gt;" in page
    assert "Acknowledge as ops@tickettoken.example</button>" in page
    assert "Nobody has it yet." in page
    assert not Alert.objects.get().acknowledged
    assert not ActionUse.objects.exists()


def test_pressing_the_button_acts_without_any_cookie(browser: Client, row: Notification) -> None:
    answer = browser.post(path(row))

    page = answer.content.decode()
    assert (answer.status_code, heading(page)) == (200, "Acknowledged")
    assert "ops@tickettoken.example has it since" in page
    assert Alert.objects.get().acknowledged_via == "link"
    assert not answer.cookies


def test_a_link_that_resolves_says_so(browser: Client, row: Notification) -> None:
    assert heading(browser.get(path(row, "resolve")).content.decode()) == "Resolve this alert?"

    page = browser.post(path(row, "resolve")).content.decode()

    assert heading(page) == "Resolved"
    assert "resolved by ops@tickettoken.example" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_used_link_says_so_and_what_to_do(
    browser: Client, row: Notification, method: str
) -> None:
    browser.post(path(row))

    answer = getattr(browser, method)(path(row))

    page = answer.content.decode()
    assert (answer.status_code, heading(page)) == (409, "This link was used already")
    assert "use the link of a newer message, or sign in" in page
    assert f'href="/admin/alerts/alert/{row.alert_id}/change/"' in page
    assert "<button" not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_link_says_so_and_what_to_do(
    browser: Client, row: Notification, method: str
) -> None:
    Notification.objects.update(created_at=timezone.now() - timedelta(hours=25))

    answer = getattr(browser, method)(path(row))

    page = answer.content.decode()
    assert (answer.status_code, heading(page)) == (410, "This link has expired")
    assert "Use the link of a newer message" in page
    assert "<button" not in page
    assert not Alert.objects.get().acknowledged


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("token", ["a1-tampered", "x", "a1-" + "A" * 22, "%00", "%ff%fe"])
def test_a_link_that_is_not_valid_says_so_and_what_to_do(
    browser: Client, method: str, token: str
) -> None:
    answer = getattr(browser, method)(f"/a/{token}")

    page = answer.content.decode()
    assert (answer.status_code, heading(page)) == (404, "This link is not valid")
    assert "Open the link again from the message, in full" in page
    assert 'href="/admin/alerts/alert/"' in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_over_is_said_to_be_over(browser: Client, row: Notification, method: str) -> None:
    Alert.objects.update(state="resolved", resolved_at=timezone.now(), resolved_by="bo")

    answer = getattr(browser, method)(path(row))

    page = answer.content.decode()
    assert (answer.status_code, heading(page)) == (200, "It is over already")
    assert "resolved by bo" in page


def test_a_link_for_several_alerts_names_them_all(browser: Client, row: Notification) -> None:
    other = AlertFactory.create(title="Queue full")
    NotificationFactory.create(alert=other, carried_by=row)

    page = browser.get(path(row)).content.decode()

    assert heading(page) == "Acknowledge these 2 alerts?"
    assert page.index("Disk") < page.index("Queue full")


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(browser: Client, row: Notification, method: str) -> None:
    assert getattr(browser, method)(path(row)).status_code == 405


@pytest.mark.parametrize("token", [None, "x"])
def test_the_page_is_kept_nowhere_and_tells_its_address_to_nobody(
    browser: Client, row: Notification, token: str | None
) -> None:
    answer = browser.get(f"/a/{token}" if token else path(row))

    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_the_page_needs_no_script_and_no_style_of_its_own(
    browser: Client, row: Notification
) -> None:
    answer = browser.get(path(row))

    page = answer.content.decode()
    assert "<script" not in page
    assert "<style" not in page
    assert "style=" not in page
    assert re.search(r"\son\w+=", page) is None
    assert "form-action 'self'" in answer["Content-Security-Policy"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert 'name="viewport"' in page
    assert 'content="light dark"' in page


def test_a_person_who_is_signed_in_acts_as_who_got_the_message(
    ana: Client, row: Notification
) -> None:
    ana.post(path(row))

    assert Alert.objects.get().acknowledged_by == "ops@tickettoken.example"

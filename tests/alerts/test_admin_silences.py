"""Silences in the admin."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from alerts.admin import silence_url
from alerts.models import Alert, Silence
from tests.alerts.admin_forms import errors_of, split
from tests.alerts.factories import AlertFactory, AlertRuleFactory
from tests.alerts.test_admin import act

pytestmark = pytest.mark.django_db

SILENCES = "/admin/alerts/silence/"
WINDOWS = "/admin/alerts/maintenancewindow/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLOW = [{"label": "rule", "op": "=", "value": "slow"}]


def silence_form(**fields: Any) -> dict[str, Any]:
    at = timezone.now()
    words = {"matchers": "rule=slow", "owner": "ana", "reason": "deploy"}
    return {**words, "starts_at_0": "", "starts_at_1": "", **split("ends_at", at + HOUR), **fields}


def silenced(**fields: Any) -> Silence:
    at = timezone.now()
    row = {"starts_at": at - HOUR, "ends_at": at + HOUR, "owner": "ana", "reason": "deploy"}
    return Silence.objects.create(**{"matchers": SLOW, **row, **fields})


def test_a_silence_is_made_in_words(ana: Client) -> None:
    answer = ana.post(f"{SILENCES}add/", silence_form(matchers='rule=slow\r\nhost!~"a.*"'))

    assert answer.status_code == 302
    row = Silence.objects.get()
    assert row.matchers == [*SLOW, {"label": "host", "op": "!~", "value": "a.*"}]
    assert (row.owner, row.reason) == ("ana", "deploy")
    assert abs(row.starts_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("matchers", "rule", "line 1: must be a label"),
        ("matchers", "rule=~.*", "mute every alert"),
        ("matchers", "", "required"),
        ("owner", " ", "required"),
        ("reason", "", "required"),
        ("ends_at_0", "2001-01-01", "must be after"),
        ("ends_at_0", "2101-01-01", "at most 30 days"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(
    ana: Client, field: str, value: str, error: str
) -> None:
    answer = ana.post(f"{SILENCES}add/", silence_form(**{field: value}))

    assert error in str(errors_of(answer)[field.removesuffix("_0")])
    assert not Silence.objects.exists()


def test_from_alerts_the_form_is_filled_with_what_they_have_in_common(ana: Client) -> None:
    rule = AlertRuleFactory.create(rule_name="slow")
    alerts = [AlertFactory.create(rule=rule, labels={"host": host}) for host in "ab"]

    page = ana.get(silence_url(alerts)).content.decode()

    assert re.search(r">\s*rule=slow\nservice_name=payment-service</textarea>", page)
    assert 'value="ana"' in page
    assert "host=" not in page


def test_from_one_alert_its_labels_are_named_too(ana: Client) -> None:
    page = ana.get(silence_url([AlertFactory.create(labels={"host": "a"})])).content.decode()

    assert "host=a\nrule=rule_" in page


@pytest.mark.parametrize("query", ["", "?alert=nonsense", "?alert="])
def test_without_an_alert_the_form_is_empty(ana: Client, query: str) -> None:
    answer = ana.get(f"{SILENCES}add/{query}")

    assert answer.status_code == 200
    assert re.search(r"<textarea[^>]*>\s*</textarea>", answer.content.decode())


def test_the_form_says_first_what_would_have_been_muted(ana: Client) -> None:
    now = timezone.now()
    rule = AlertRuleFactory.create(rule_name="slow")
    AlertFactory.create(rule=rule, title="Quite slow", fired_at=now - DAY)

    form = ana.get(f"{SILENCES}add/").content.decode()
    page = ana.post(f"{SILENCES}preview/", silence_form()).content.decode()

    assert f'formaction="{SILENCES}preview/"' in form
    assert "Would have muted 1 alert in the last 7 days" in page
    assert "Quite slow" in page
    assert not Silence.objects.exists()


def test_a_preview_of_nothing_says_so(ana: Client) -> None:
    page = ana.post(f"{SILENCES}preview/", silence_form()).content.decode()

    assert "Would have muted 0 alerts" in page
    assert "No alert that fired in this time matches" in page


def test_a_preview_of_what_cannot_be_used_says_why(ana: Client) -> None:
    answer = ana.post(f"{SILENCES}preview/", silence_form(matchers="rule"))

    assert answer.status_code == 400
    assert "line 1: must be a label" in answer.content.decode()


@pytest.mark.parametrize("path", [f"{SILENCES}preview/", f"{WINDOWS}preview/"])
def test_who_may_not_mute_gets_no_preview(client: Client, path: str) -> None:
    bo = User.objects.create_user("bo", is_staff=True)
    bo.user_permissions.add(Permission.objects.get(codename="view_silence"))
    client.force_login(bo)

    assert client.post(path, {}).status_code == 403


def test_the_list_says_what_is_muted_by_whom_and_until_when(ana: Client) -> None:
    silenced()
    silenced(ends_at=timezone.now(), reason="old")
    silenced(matchers="broken", reason="by hand")

    page = ana.get(SILENCES).content.decode()

    assert ">active</span>" in page
    assert ">expired</span>" in page
    assert "rule=slow" in page


def test_a_silence_is_extended_and_what_it_matches_stays(ana: Client) -> None:
    silence = silenced()
    end = timezone.now().replace(microsecond=0) + 5 * DAY
    words = {"owner": "bo", "reason": "longer"}

    answer = ana.post(f"{SILENCES}{silence.pk}/change/", {**words, **split("ends_at", end)})

    assert answer.status_code == 302
    silence.refresh_from_db()
    assert (silence.ends_at, silence.owner, silence.reason) == (end, "bo", "longer")
    assert silence.matchers == SLOW


def test_what_is_over_is_only_read(ana: Client) -> None:
    silence = silenced(ends_at=timezone.now())

    page = ana.get(f"{SILENCES}{silence.pk}/change/").content.decode()

    assert "deploy" in page
    assert 'name="_save"' not in page


def test_silences_are_ended_and_never_deleted(ana: Client) -> None:
    silence = silenced()

    page = act(ana, SILENCES, "end", [silence])

    silence.refresh_from_db()
    assert "Ended: 1." in page
    assert (silence.ended_by, silence.ends_at <= timezone.now()) == ("ana", True)
    assert ana.get(f"{SILENCES}{silence.pk}/delete/").status_code == 403


def test_a_silence_of_the_alert_list_leads_to_the_form(ana: Client) -> None:
    alert: Alert = AlertFactory.create(labels={"host": "a"})

    page = act(ana, "/admin/alerts/alert/", "silence", [alert])

    assert "host=a" in page

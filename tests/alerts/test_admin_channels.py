"""Channels in the admin, with the button that sends a test."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from alerts.channels.base import DeliveryError
from tests.alerts.channels.sending_http import TOKEN, set_up
from tests.alerts.delivery.fakes import FakeChannel

pytestmark = pytest.mark.django_db

PAGE = "/admin/alerts/channelstate/"


def test_the_admin_shows_all_channels_with_a_button_for_each_that_can_send(
    settings: Settings, ana: Client, email: FakeChannel
) -> None:
    set_up(settings)
    settings.SLACK_TOKEN = ""

    page = ana.get(PAGE).content.decode()

    assert "Not set: SLACK_TOKEN" in page
    assert 'action="/admin/alerts/channelstate/email/test/"' in page
    assert 'action="/admin/alerts/channelstate/slack/test/"' not in page
    assert TOKEN not in page


def test_the_button_of_the_admin_sends_a_test_and_says_what_came_of_it(
    ana: Client, email: FakeChannel
) -> None:
    page = ana.post(f"{PAGE}email/test/", follow=True).content.decode()

    assert "Channel email: ana@example.org took the test (250 OK)." in page
    assert len(email.sent) == 1


def test_the_admin_says_why_a_test_failed(ana: Client, email: FakeChannel) -> None:
    email.plan.append(DeliveryError("SMTP 421 busy"))

    assert "SMTP 421 busy" in ana.post(f"{PAGE}email/test/", follow=True).content.decode()


def test_opening_the_address_of_the_button_sends_nothing(ana: Client, email: FakeChannel) -> None:
    assert ana.get(f"{PAGE}email/test/").status_code == 405
    assert email.sent == []


def test_who_may_only_look_has_no_button(email: FakeChannel) -> None:
    bo = User.objects.create_user("bo", is_staff=True)
    bo.user_permissions.add(Permission.objects.get(codename="view_channelstate"))
    client = Client()
    client.force_login(bo)

    assert "email/test/" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}email/test/").status_code == 403
    assert email.sent == []


def test_who_may_not_look_sees_nothing() -> None:
    client = Client()
    client.force_login(User.objects.create_user("cleo", is_staff=True))

    assert client.get(PAGE).status_code == 403

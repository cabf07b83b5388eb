"""manage.py ensure_admin makes the first person, once."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def ensure(username: str) -> str:
    written = StringIO()
    call_command("ensure_admin", "--username", username, stdout=written)
    return written.getvalue().strip()


def test_a_superuser_is_created_with_the_password(settings: Settings) -> None:
    settings.ADMIN_PASSWORD = "correct horse"

    said = ensure("ana")

    user = get_user_model().objects.get(username="ana")
    assert said == "superuser ana created"
    assert user.is_superuser
    assert user.is_staff
    assert user.check_password("correct horse")


def test_an_existing_user_is_left_as_it_is(settings: Settings) -> None:
    settings.ADMIN_PASSWORD = "correct horse"
    ensure("ana")
    settings.ADMIN_PASSWORD = "another"

    said = ensure("ana")

    assert said == "superuser ana exists and was left as it is"
    assert get_user_model().objects.get(username="ana").check_password("correct horse")


def test_without_a_password_nobody_is_created(settings: Settings) -> None:
    settings.ADMIN_PASSWORD = ""

    with pytest.raises(CommandError, match="ADMIN_PASSWORD"):
        ensure("ana")

    assert not get_user_model().objects.exists()


def test_the_password_is_never_printed(settings: Settings) -> None:
    settings.ADMIN_PASSWORD = "correct horse"

    assert "correct horse" not in ensure("ana") + ensure("ana")


def test_of_two_processes_at_once_one_creates_and_the_other_sees_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ADMIN_PASSWORD = "correct horse"
    ensure("ana")
    users = get_user_model().objects
    monkeypatch.setattr(
        users, "filter", lambda **_names: users.none()
    )  # the look before the other's commit

    assert ensure("ana") == "superuser ana exists and was left as it is"

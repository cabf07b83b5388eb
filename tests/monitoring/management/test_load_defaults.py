"""manage.py load_defaults asks every app, and a repeat changes nothing."""

from io import StringIO

import pytest
from django.core.management import call_command

from monitoring.registry import offered

pytestmark = pytest.mark.django_db


def load() -> list[str]:
    written = StringIO()
    call_command("load_defaults", stdout=written)
    return written.getvalue().splitlines()


def test_every_app_with_defaults_says_one_line() -> None:
    lines = load()

    assert len(lines) == len(list(offered("defaults"))) >= 3
    assert all(lines)


def test_a_repeat_creates_nothing_more() -> None:
    load()
    again = load()

    assert load() == again

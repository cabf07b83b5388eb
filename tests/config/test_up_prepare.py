"""The one Django process of a start: a database that is up to date, an admin, tokens, an order."""

import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from pytest_django.fixtures import Settings

from alerts.models import AlertRule
from config.up import prepare
from health.tasks.probing import probe_services
from monitoring.tasks import collect_databases, collect_system


class Orders:
    """Stands for the broker: remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def send_task(self, name: str, **options: Any) -> None:
        self.sent.append((name, options))


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> Orders:
    made = Orders()
    monkeypatch.setattr(prepare, "app", made)
    return made


@pytest.fixture(autouse=True)
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    tokens = [
        "--admin-token",
        str(tmp_path / "token"),
        "--demo-token",
        str(tmp_path / "demo.token"),
    ]
    monkeypatch.setattr(sys, "argv", ["prepare", *tokens])
    settings.STATIC_ROOT = tmp_path / "static"
    settings.ADMIN_PASSWORD = "correct horse battery staple"


@pytest.mark.django_db
def test_a_new_installation_gets_all_it_needs(
    tmp_path: Path, orders: Orders, settings: Settings
) -> None:
    prepare.main()

    admin = get_user_model().objects.get(username="admin")
    assert admin.check_password(settings.ADMIN_PASSWORD)
    assert AlertRule.objects.exists()
    assert (tmp_path / "static" / "admin").is_dir()
    for name, role in (("token", "admin"), ("demo.token", "monitoring")):
        path = tmp_path / name
        claims = jwt.decode(path.read_text(), settings.JWT_SECRET, algorithms=["HS256"])
        assert claims["role"] == role
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.django_db
def test_a_second_start_changes_nothing(orders: Orders) -> None:
    prepare.main()
    rule = AlertRule.objects.earliest("pk")
    rule.enabled = False
    rule.save()
    count = AlertRule.objects.count()

    prepare.main()

    rule.refresh_from_db()
    assert (rule.enabled, AlertRule.objects.count()) == (False, count)


def test_samples_and_probes_are_ordered_for_the_instant_of_the_start(orders: Orders) -> None:
    prepare.order_first_work(at=datetime(2026, 11, 23, 12, 0, 7, tzinfo=UTC))

    assert [name for name, _ in orders.sent] == [
        collect_system.name,
        collect_databases.name,
        probe_services.name,
    ]
    assert {sent["kwargs"]["slot"] for _, sent in orders.sent} == {"2026-11-23T12:00:07+00:00"}


def test_without_the_private_key_there_is_no_token(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.JWT_ALGORITHM = "RS256"
    assert prepare.mint(role="admin", user="demo", hours=1) == ""
    assert "RS256" in capsys.readouterr().err


@pytest.mark.django_db
def test_without_a_password_the_start_fails(orders: Orders, settings: Settings) -> None:
    settings.ADMIN_PASSWORD = ""
    with pytest.raises(CommandError, match="ADMIN_PASSWORD"):
        prepare.main()
    assert orders.sent == []

"""Error budgets where people look: the admin and the operations page."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from health.models import SlaBucket, SlaMetric, Slo, SloState, WatchedService
from health.services.slo_evaluation import evaluate_slos
from health.slo_panel import budgets_panel
from tests.health.factories import WatchedServiceFactory
from tests.health.sla.marks_text import marks
from tests.health.sla.rows import probe_rows

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RATES = {"5m": 20.0, "1h": 15.0, "30m": 1.0, "6h": 2.0, "3d": None}


@pytest.fixture
def payment() -> WatchedService:
    return WatchedServiceFactory.create(name="payment")


def objective(service: WatchedService, name: str, left: float | None = None, **state: Any) -> Slo:
    slo = Slo.objects.create(name=name, service=service, target_percent=Decimal("99.9"))
    if left is not None or state:
        SloState.objects.create(slo=slo, **{"at": NOON, "budget_remaining": left, **state})
    return slo


def page_of(at: datetime = NOON) -> str:
    panel = budgets_panel(at)
    return render_to_string(panel.template, dict(panel.context))


@pytest.mark.django_db
def test_the_least_that_is_left_comes_first(payment: WatchedService) -> None:
    objective(payment, "whole", 1.0)
    objective(payment, "spent", -0.5)
    objective(payment, "half", 0.5, burn_rates=RATES, exhausted_at=NOON + 60 * MINUTE)
    objective(payment, "new")

    panel = budgets_panel(NOON)

    lines = [(line.slo.name, line.left_percent, line.word) for line in panel.context["lines"]]
    assert lines == [("spent", -50.0, "spent"), ("half", 50.0, "burning"), ("whole", 100.0, "kept")]
    assert (panel.context["objectives"], panel.context["unmeasured"]) == (4, 1)
    assert panel.announce == "error budget spent: spent"


@pytest.mark.django_db
def test_the_box_says_when_a_budget_will_be_spent(payment: WatchedService) -> None:
    objective(payment, "half", 0.5, burn_rates=RATES, exhausted_at=NOON + 60 * MINUTE)

    page = page_of()

    assert "2026-11-23 13:00 UTC, burning" in page
    assert "15.0 &times;" in page
    assert "99.9 % of 30 days" in page


@pytest.mark.django_db
def test_what_was_evaluated_long_ago_says_nothing_of_now(payment: WatchedService) -> None:
    objective(payment, "whole", 1.0)

    assert "whole" in page_of(NOON + 10 * MINUTE)
    assert "Nothing was measured lately" in page_of(NOON + 11 * MINUTE)


@pytest.mark.django_db
def test_without_objectives_the_box_says_so() -> None:
    assert "No objective is set." in page_of()


@pytest.mark.django_db
def test_no_more_lines_than_there_is_room_for_are_shown(payment: WatchedService) -> None:
    for number in range(12):
        objective(payment, f"slo{number}", 1.0)

    assert "2 more not shown" in page_of()


@pytest.fixture
def admin(client: Client, admin_user: Any, settings: Settings) -> Client:
    client.force_login(admin_user)
    return client


@pytest.mark.django_db
def test_the_list_of_objectives_says_how_they_stand(admin: Client, payment: WatchedService) -> None:
    objective(payment, "half", 0.2, burn_rates=RATES, compliance_percent=99.95, exhausted_at=NOON)
    objective(payment, "new")

    page = admin.get("/admin/health/slo/").content.decode()

    assert "99.9 % over 30 days" in page
    assert '<span class="status status-degraded">20.0 %</span>' in page
    assert "15.0, 1.0, ?" in page
    assert "2026-11-23 12:00 UTC" in page
    assert "not measured" in page


@pytest.mark.django_db(transaction=True)
def test_the_page_of_an_objective_draws_what_was_left(
    admin: Client, payment: WatchedService
) -> None:
    slo = objective(payment, "up")
    now = timezone.now().replace(second=0, microsecond=0)
    probe_rows("payment", marks("u" * 100 + "D" * 20, now - 60 * MINUTE))
    evaluate_slos(at=now - MINUTE)
    evaluate_slos(at=now)

    page = admin.get(f"/admin/health/slo/{slo.pk}/change/").content.decode()

    assert '<polyline class="curve"' in page
    since = now - MINUTE  # of the first sample, not of the window
    assert f"What was left of the budget since {since:%Y-%m-%d %H:%M} UTC" in page


@pytest.mark.django_db
def test_the_page_of_a_new_objective_has_nothing_to_draw(
    admin: Client, payment: WatchedService
) -> None:
    slo = objective(payment, "up")

    assert (
        "Nothing to draw yet" in admin.get(f"/admin/health/slo/{slo.pk}/change/").content.decode()
    )


def _form(**fields: Any) -> dict[str, Any]:
    return {
        "name": "up",
        "service": "payment",
        "kind": "availability",
        "source": "probes",
        "target_percent": "99.9",
        "threshold_ms": "",
        "window_days": "30",
        "enabled": "on",
        **fields,
    }


@pytest.mark.django_db
def test_an_objective_can_be_made_by_hand(admin: Client, payment: WatchedService) -> None:
    assert admin.get("/admin/health/slo/add/").status_code == 200

    answer = admin.post("/admin/health/slo/add/", _form())

    assert answer.status_code == 302
    assert Slo.objects.get().name == "up"


@pytest.mark.django_db
def test_the_form_refuses_a_kind_without_its_threshold(
    admin: Client, payment: WatchedService
) -> None:
    page = admin.post("/admin/health/slo/add/", _form(kind="latency")).content.decode()

    assert "an objective of latency needs a threshold" in page
    assert not Slo.objects.exists()


@pytest.mark.django_db
def test_new_terms_by_hand_are_measured_anew(admin: Client, payment: WatchedService) -> None:
    slo = objective(payment, "up", 0.5)

    admin.post(f"/admin/health/slo/{slo.pk}/change/", _form(target_percent="99"))

    assert not SloState.objects.exists()


@pytest.mark.django_db
def test_days_and_buckets_are_shown_to_read_only(admin: Client) -> None:
    SlaBucket.objects.create(service_name="payment", starts_at=NOON, down_ms=1_500)
    SlaMetric.objects.create(
        service_name="payment-service",
        period_start=NOON,
        period_end=NOON + timedelta(days=1),
        down_ms=90_061_000,
    )

    assert ">1.5<" in admin.get("/admin/health/slabucket/").content.decode()
    assert ">90,061<" in admin.get("/admin/health/slametric/").content.decode()
    assert admin.get("/admin/health/slametric/add/").status_code == 403

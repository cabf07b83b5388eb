"""Objectives over HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from health.default_slos import load_default_slos
from health.models import Slo, SloState, WatchedService
from health.services.slo_evaluation import evaluate_slos
from health.tasks.slo import evaluate_slos as evaluate_task
from tests.health.factories import WatchedServiceFactory
from tests.health.sla.marks_text import marks
from tests.health.sla.rows import probe_rows
from tests.tokens import bearer

URL = "/api/v1/monitoring/slos"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def payment() -> WatchedService:
    return WatchedServiceFactory.create(name="payment")


def send(client: Client, method: str, url: str = URL, role: str = "admin", **body: Any) -> Any:
    call = getattr(client, method)
    return call(url, body or None, content_type="application/json", headers=bearer(role))


def make(client: Client, **terms: Any) -> Any:
    body = {"name": "payment-up", "service": "payment", "target_percent": 99.9, **terms}
    return send(client, "post", **body)


@pytest.mark.django_db
def test_an_objective_is_made_from_little(client: Client, payment: WatchedService) -> None:
    answer = make(client)

    assert answer.status_code == 201
    body = answer.json()
    assert body.pop("id")
    assert body == {
        "name": "payment-up",
        "service": "payment-service",
        "kind": "availability",
        "source": "probes",
        "target_percent": 99.9,
        "threshold_ms": None,
        "window_days": 30,
        "description": "",
        "owner": "",
        "enabled": True,
        "state": None,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"service": "nobody"}, "service"),
        ({"target_percent": 100}, "target_percent"),
        ({"target_percent": 0.5}, "target_percent"),
        ({"target_percent": "much"}, "target_percent"),
        ({"kind": "latency"}, "threshold_ms"),
        ({"threshold_ms": 100}, "threshold_ms"),
        ({"kind": "latency", "threshold_ms": 0}, "threshold_ms"),
        ({"window_days": 0}, "window_days"),
        ({"window_days": "30"}, "window_days"),
        ({"kind": "latency", "threshold_ms": "\uff11"}, "threshold_ms"),
        ({"target_percent": "\uff19\uff19"}, "target_percent"),
        ({"window_days": 91}, "window_days"),
        ({"name": "with spaces"}, "name"),
        ({"kind": "beauty"}, "kind"),
        ({"enabled": "yes"}, "enabled"),
        ({"tresholds": 1}, "tresholds"),
    ],
)
def test_terms_that_cannot_be_kept_are_named(
    client: Client, payment: WatchedService, terms: dict[str, Any], field: str
) -> None:
    answer = make(client, **terms)

    assert answer.status_code == 400
    assert field in answer.json()["details"]
    assert not Slo.objects.exists()


@pytest.mark.django_db
def test_a_name_is_there_once(client: Client, payment: WatchedService) -> None:
    make(client)

    assert make(client).status_code == 400
    assert Slo.objects.count() == 1


@pytest.mark.django_db
def test_a_name_that_somebody_takes_meanwhile_is_refused_too(
    client: Client, payment: WatchedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(client)
    monkeypatch.setattr(Slo, "full_clean", lambda _: None)  # the other one came after the check

    answer = make(client)

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["name"])


@pytest.mark.django_db
def test_new_terms_are_measured_anew(client: Client, payment: WatchedService) -> None:
    slo_id = make(client).json()["id"]
    SloState.objects.create(slo_id=slo_id, at=NOON, budget_remaining=0.5)

    answer = send(client, "patch", f"{URL}/{slo_id}", target_percent=99)

    assert (answer.json()["target_percent"], answer.json()["state"]) == (99.0, None)


@pytest.mark.django_db
def test_new_words_change_nothing_that_was_measured(
    client: Client, payment: WatchedService
) -> None:
    slo_id = make(client).json()["id"]
    SloState.objects.create(slo_id=slo_id, at=NOON, budget_remaining=0.5)

    answer = send(client, "patch", f"{URL}/{slo_id}", owner="payments team")

    assert answer.json()["state"]["budget_remaining"] == 0.5
    assert answer.json()["owner"] == "payments team"


@pytest.mark.django_db
def test_a_replacement_gives_defaults_to_what_it_does_not_name(
    client: Client, payment: WatchedService
) -> None:
    made = make(client, kind="latency", threshold_ms=300, window_days=7).json()

    answer = send(
        client, "put", f"{URL}/{made['id']}", name="new", service="payment", target_percent=95
    )

    body = answer.json()
    assert (body["kind"], body["threshold_ms"], body["window_days"]) == ("availability", None, 30)
    assert (body["name"], body["target_percent"]) == ("new", 95.0)


@pytest.mark.django_db
def test_an_objective_can_be_deleted(client: Client, payment: WatchedService) -> None:
    slo_id = make(client).json()["id"]

    assert send(client, "delete", f"{URL}/{slo_id}").status_code == 204
    assert send(client, "get", f"{URL}/{slo_id}").status_code == 404
    assert send(client, "delete", f"{URL}/{slo_id}").json()["code"] == "SLO_NOT_FOUND"


@pytest.mark.django_db
def test_objectives_are_listed_by_service_and_in_pages(
    client: Client, payment: WatchedService
) -> None:
    make(client)
    make(client, name="payment-fast", kind="latency", threshold_ms=500)
    make(client, name="other", service=WatchedServiceFactory.create().name)

    def names(**query: str) -> tuple[list[str], str]:
        answer = client.get(URL, query, headers=bearer("user"))
        return [row["name"] for row in answer.json()], answer["X-Total-Count"]

    assert names() == (["other", "payment-fast", "payment-up"], "3")
    assert names(service="payment-service") == (["payment-fast", "payment-up"], "2")
    assert names(limit="1", offset="1") == (["payment-fast"], "3")


@pytest.mark.django_db(transaction=True)
def test_an_evaluation_shows_as_state_and_as_history(
    client: Client, payment: WatchedService
) -> None:
    slo_id = make(client).json()["id"]
    probe_rows("payment", marks("u" * 110 + "D" * 10, NOON - 60 * MINUTE))
    for minute in range(3):
        evaluate_slos(at=NOON + minute * MINUTE)

    state = send(client, "get", f"{URL}/{slo_id}", role="user").json()["state"]
    history = client.get(
        f"{URL}/{slo_id}/history",
        {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T13:00:00Z"},
        headers=bearer("user"),
    ).json()

    assert state["at"] == "2026-11-23T12:02:00Z"
    assert state["pair_rates"]["1h/5m"] == min(state["burn_rates"]["1h"], state["burn_rates"]["5m"])
    assert [point["at"][14:16] for point in history["budget_remaining"]] == ["00", "01", "02"]
    assert history["budget_remaining"][-1]["value"] == pytest.approx(state["budget_remaining"])
    assert list(history["burn_rates"]) == ["1h/5m"]  # too little was measured for the others


@pytest.mark.django_db
def test_a_history_that_ends_before_it_begins_is_refused(
    client: Client, payment: WatchedService
) -> None:
    slo_id = make(client).json()["id"]
    query = {"start": "2026-11-24", "end": "2026-11-23"}

    answer = client.get(f"{URL}/{slo_id}/history", query, headers=bearer())

    assert answer.status_code == 400


@pytest.mark.django_db(transaction=True)
def test_the_task_measures_for_its_minute(payment: WatchedService) -> None:
    Slo.objects.create(name="up", service=payment, target_percent=Decimal(99))

    evaluate_task(slot=NOON.isoformat())
    assert SloState.objects.get().at == NOON

    evaluate_task()
    assert SloState.objects.get().at.second == 0


@pytest.mark.django_db
def test_a_default_objective_that_was_deleted_does_not_come_back(settings: Any) -> None:
    settings.WATCHED_SERVICES = {"payment": ("payment-service", "")}
    WatchedServiceFactory.create(name="payment")
    WatchedServiceFactory.create(name="venue")

    assert load_default_slos([]) == 1
    slo = Slo.objects.get()
    assert (slo.name, str(slo.target_percent)) == ("payment-availability", "99.9000")
    slo.delete()

    assert load_default_slos([]) == 0
    assert load_default_slos(["venue"]) == 1
    assert Slo.objects.get().name == "venue-availability"

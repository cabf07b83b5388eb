"""The edges of escalation: the task, the schedule, the API of one alert; and no message that waits in the broker."""

import ast
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from alerts import tasks
from alerts.services import acknowledge_alert, escalation
from alerts.tasks import escalation as task_module
from tests.alerts.escalation.rows import after, firing, policy_of, told
from tests.alerts.factories import AlertFactory
from tests.monitoring.clients import API, client_of

ROOT = Path(__file__).resolve().parents[3]
APPS = ("alerts", "blockchain", "config", "fraud", "health", "mlmodels", "monitoring", "sales")


@pytest.fixture
def operator() -> Client:
    return client_of("operator", userId="olga")


@pytest.mark.django_db
@pytest.mark.usefixtures("channels")
def test_the_task_sweeps_and_calls_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []
    monkeypatch.setattr(task_module, "ring", called.extend)
    firing(policy_of({}))

    tasks.escalate()

    assert len(called) == len(told()) == 1


def test_the_sweep_is_part_of_the_schedule() -> None:
    assert settings.PERIODIC_TASKS["Escalate alerts"] == (
        "alerts.escalate",
        settings.ESCALATION_SWEEP_INTERVAL,
    )
    assert tasks.escalate.name == "alerts.escalate"


def test_no_wait_is_kept_in_the_broker() -> None:
    """Redis hands out a task with an ETA again and again: waits are rows, and never arguments of a call."""
    waits = []
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                names = {keyword.arg for keyword in node.keywords}
                if names & {"eta", "countdown"}:
                    waits.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert waits == []


@pytest.mark.django_db
@pytest.mark.usefixtures("channels")
def test_one_alert_shows_its_chain_and_what_happened(operator: Client) -> None:
    alert = firing(policy_of({}, {"wait_seconds": 600, "channel": "slack"}, repeats=1))
    escalation.sweep(after(5, seconds=2))
    escalation.sweep(after(15, seconds=1))
    acknowledge_alert(alert.pk, by="Ana", actor="login-7", via="slack", at=after(16))

    found = operator.get(f"{API}/alerts/{alert.pk}").json()

    assert found["acknowledged_via"] == "slack"
    assert found["escalation"] == {
        "policy": "Payments",
        "steps": [
            {
                "sentence": "After 5 min, tell everybody on email.",
                "wait_seconds": 300,
                "kind": "channel",
                "channel": "email",
                "name": "",
            },
            {
                "sentence": "After 10 min, tell everybody on slack.",
                "wait_seconds": 600,
                "kind": "channel",
                "channel": "slack",
                "name": "",
            },
        ],
        "repeats": 1,
        "steps_taken": 2,
        "next_step_at": None,
        "next_step": "",
        "remind_at": None,
        "exhausted": False,
        "worst_lateness_seconds": 2.0,
    }
    lines = [(event["kind"], event["actor"], event["via"]) for event in found["events"]]
    assert lines == [
        ("escalated", "", ""),
        ("escalated", "", ""),
        ("acknowledged", "login-7", "slack"),
    ]
    assert found["events"][0]["detail"]["due_at"] == "2025-01-12T12:05:00+00:00"


@pytest.mark.django_db
@pytest.mark.usefixtures("channels")
def test_one_alert_says_what_comes_next_and_when_nothing_does(operator: Client) -> None:
    alert = firing(policy_of({}))
    path = f"{API}/alerts/{alert.pk}"

    waiting = operator.get(path).json()["escalation"]
    escalation.sweep(after(5))
    ended = operator.get(path).json()["escalation"]

    assert waiting["next_step_at"] == "2025-01-12T12:05:00Z"
    assert waiting["next_step"] == "After 5 min, tell everybody on email."
    assert (waiting["exhausted"], waiting["worst_lateness_seconds"]) == (False, None)
    assert (ended["next_step"], ended["next_step_at"], ended["exhausted"]) == ("", None, True)


@pytest.mark.django_db
def test_an_alert_without_a_policy_has_no_chain(operator: Client) -> None:
    found = operator.get(f"{API}/alerts/{AlertFactory.create().pk}").json()

    assert (found["escalation"], found["events"]) == (None, [])


@pytest.mark.django_db
@pytest.mark.usefixtures("channels")
def test_an_alert_is_given_back_over_http(operator: Client) -> None:
    alert = firing(policy_of({}))
    acknowledge_alert(alert.pk, by="ana", at=after(1))

    answer = operator.post(f"{API}/alerts/{alert.pk}/unacknowledge")

    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found["id"]) == (200, str(alert.pk))
    assert (found["acknowledged"], found["next_step_at"] is None) == (False, False)
    events = operator.get(f"{API}/alerts/{alert.pk}").json()["events"]
    assert (events[-1]["actor"], events[-1]["via"]) == ("olga", "api")


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "status"), [("resolved", 409), (None, 404)])
def test_what_is_over_or_not_there_is_not_given_back(
    operator: Client, state: str | None, status: int
) -> None:
    pk = AlertFactory.create(state=state).pk if state else uuid4()

    answer = operator.post(f"{API}/alerts/{pk}/unacknowledge")

    assert answer.status_code == status
    assert json.loads(answer.content)["code"] in {"CONFLICT", "ALERT_NOT_FOUND"}

"""Backtests from the question to the answer: over HTTP, by the worker, and when something goes wrong."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from alerts.models import Alert, Backtest, Notification
from alerts.services import backtest_history, backtest_work
from monitoring.ingest.door import ingest
from monitoring.types import Origin, Sample
from tests.alerts.factories import AlertRuleFactory, IncidentFactory
from tests.tokens import bearer

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/monitoring/alerts/rules/backtest"
RULE = {"rule_name": "deep_queue", "metric_name": "queue_depth", "condition": ">", "threshold": 50}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def client() -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer("admin")["Authorization"])
    return client


def breach(minutes: int, *, hours_ago: int = 3) -> Any:
    """Store a breach of so many minutes, and return its first instant."""
    start = (timezone.now() - timedelta(hours=hours_ago)).replace(second=0, microsecond=0)
    samples = [
        Sample(
            "queue_depth",
            "payment-service",
            90.0 if number < minutes else 10.0,
            start + number * MINUTE,
        )
        for number in range(minutes + 5)
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=timezone.now())
    return start


def ask(client: APIClient, **fields: Any) -> Any:
    start = timezone.now() - timedelta(hours=4)
    body = {"rule": RULE, "start": start.isoformat(), "end": timezone.now().isoformat(), **fields}
    return client.post(URL, body, format="json")


def test_a_rule_is_tried_before_anybody_is_told(client: APIClient, calls: list[str]) -> None:
    start = breach(10)
    IncidentFactory.create(detected_at=start + MINUTE, resolved_at=start + 20 * MINUTE)
    IncidentFactory.create(detected_at=start - 40 * MINUTE, resolved_at=start - 30 * MINUTE)

    answer = ask(client)
    assert answer.status_code == 202
    assert calls == [answer.data["id"]]
    assert answer.headers["Location"].endswith(f"/alerts/rules/backtests/{answer.data['id']}")
    backtest_work.run_backtest(Backtest.objects.get().pk, at=timezone.now())
    done = client.get(answer.headers["Location"]).data

    assert (done["status"], done["progress"], done["error"]) == ("done", 1.0, "")
    report = done["result"]["report"]
    assert (report["firings"], report["messages"], report["still_firing"]) == (1, 1, 0)
    assert 9 * 60 <= report["total_seconds"] <= 11 * 60
    assert report["overlap"]["precision"] == 1.0
    assert report["overlap"]["recall"] == 0.5
    assert len(done["result"]["episodes"]) == 1
    assert not Alert.objects.exists()
    assert not Notification.objects.exists()


def test_a_change_is_compared_with_the_rule_as_it_is(client: APIClient, calls: list[str]) -> None:
    rule = AlertRuleFactory.create(metric_name="queue_depth", threshold=50.0)
    breach(3)
    breach(20, hours_ago=2)

    answer = ask(client, rule={"duration": 600}, rule_id=str(rule.pk))
    backtest_work.run_backtest(Backtest.objects.get().pk, at=timezone.now())
    result = client.get(answer.headers["Location"]).data["result"]

    assert (result["current"]["firings"], result["report"]["firings"]) == (2, 1)
    assert len(result["difference"]["gone"]) == 1
    (changed,) = result["difference"]["changed"]
    assert 540 <= changed["fires_later_seconds"] <= 660


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"rule": {**RULE, "threshold": None}}, "threshold"),
        ({"rule": {**RULE, "metric_name": "1x"}}, "metric_name"),
        ({"rule": {**RULE, "what": 1}}, "what"),
        ({"rule": None, "rule_id": None}, "rule"),
        ({"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}, "start"),
        ({"end": "2999-01-01T00:00:00Z"}, "end"),
        ({"start": "yesterday"}, "start"),
    ],
)
def test_what_cannot_be_tried_is_refused_by_name(
    client: APIClient, calls: list[str], fields: dict[str, Any], named: str
) -> None:
    body = {key: value for key, value in fields.items() if value is not None}
    answer = (
        ask(client, **body)
        if None not in fields.values()
        else client.post(
            URL,
            {"start": (timezone.now() - MINUTE).isoformat(), "end": timezone.now().isoformat()},
            format="json",
        )
    )

    assert (answer.status_code, answer.data["code"]) == (400, "VALIDATION_ERROR")
    assert named in str(answer.data["details"])
    assert (calls, Backtest.objects.count()) == ([], 0)


def test_a_rule_that_is_not_there_is_not_found(client: APIClient, calls: list[str]) -> None:
    answer = ask(client, rule_id="7f1b8f0e-1df5-4a4c-9d9c-1a2b3c4d5e6f")

    assert (answer.status_code, answer.data["code"]) == (404, "RULE_NOT_FOUND")


def test_too_many_questions_at_once_are_refused(client: APIClient, calls: list[str]) -> None:
    for _ in range(20):
        assert ask(client).status_code == 202

    assert ask(client).status_code == 409


def test_too_much_data_ends_with_a_reason(
    client: APIClient, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    breach(10)
    monkeypatch.setattr(backtest_history, "MAX_POINTS", 5)
    answer = ask(client)
    backtest_work.run_backtest(Backtest.objects.get().pk, at=timezone.now())

    done = client.get(answer.headers["Location"]).data
    assert done["status"] == "failed"
    assert "shorter period" in done["error"]


def test_a_backtest_is_carried_out_once(client: APIClient, calls: list[str]) -> None:
    ask(client)
    backtest = Backtest.objects.get()

    assert backtest_work.run_backtest(backtest.pk, at=timezone.now())
    assert not backtest_work.run_backtest(backtest.pk, at=timezone.now())


def test_one_whose_call_was_lost_is_called_for_again(client: APIClient, calls: list[str]) -> None:
    ask(client)

    assert backtest_work.sweep_backtests(at=timezone.now()) == [Backtest.objects.get().pk]


def test_one_whose_worker_died_is_given_up(client: APIClient, calls: list[str]) -> None:
    ask(client)
    Backtest.objects.update(status="running", claimed_at=timezone.now() - timedelta(minutes=7))

    assert backtest_work.sweep_backtests(at=timezone.now()) == []
    backtest = Backtest.objects.get()
    assert backtest.status == "failed"
    assert "worker ended" in backtest.error


def test_the_list_shows_the_newest_first(client: APIClient, calls: list[str]) -> None:
    ask(client)
    second = ask(client).data["id"]

    answer = client.get(f"{URL}s?limit=1")

    assert [each["id"] for each in answer.data] == [second]
    assert answer.headers["X-Total-Count"] == "2"

"""Queries over HTTP: what they answer, how they are asked, and how they fail."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.monitoring.clients import client_of
from tests.monitoring.prometheus_api.asking import BASE, get, post, store

pytestmark = pytest.mark.django_db


def vector(answer: Any) -> dict[str, str]:
    """Return the values by host."""
    assert answer.status_code == 200, answer.content
    data = answer.json()["data"]
    assert data["resultType"] == "vector"
    return {each["metric"].get("host", ""): each["value"][1] for each in data["result"]}


def test_an_instant_query_is_answered_in_the_form_of_prometheus(now: datetime) -> None:
    now = now.replace(microsecond=0)
    store(now, "cpu", [1, 2.5], host="a", service="api")

    answer = get("query", query="cpu", time=now.timestamp())

    assert answer["Content-Type"] == "application/json"
    assert answer.content == (
        b'{"status":"success","data":{"resultType":"vector","result":[{"metric":'
        b'{"__name__":"cpu","host":"a","service_name":"api"},"value":[%d,"2.5"]}]}}'
        % now.timestamp()
    )


def test_a_range_query_has_a_row_of_points_for_each_series(now: datetime) -> None:
    now = now.replace(microsecond=0)
    store(now, "cpu", [1, 2], host="b")
    store(now, "cpu", [3], host="a")
    start = now - timedelta(minutes=2)

    data = get(
        "query_range", query="cpu", start=start.isoformat(), end=now.timestamp(), step="1m"
    ).json()["data"]

    at = [int((now - timedelta(minutes=minutes)).timestamp()) for minutes in (1, 0)]
    assert data["resultType"] == "matrix"
    assert [(row["metric"]["host"], row["values"]) for row in data["result"]] == [
        ("a", [[at[1], "3"]]),
        ("b", [[at[0], "1"], [at[1], "2"]]),
    ]


def test_a_form_is_as_good_as_a_url_and_goes_before_it(now: datetime) -> None:
    store(now, "cpu", [1], host="a")
    assert vector(post("query", query="cpu")) == {"a": "1"}

    both = Client().post(
        f"{BASE}/query?query=nothing&time={now.timestamp()}",
        "query=cpu+%2B+1",
        content_type="application/x-www-form-urlencoded; charset=utf-8",
    )

    assert vector(both) == {"a": "2"}
    assert post("query_range", query="1", start=0, end=1, step=1).json()["data"]["result"] == [
        {"metric": {}, "values": [[0, "1"], [1, "1"]]}
    ]


def test_a_body_that_is_no_form_says_nothing() -> None:
    answer = Client().post(
        f"{BASE}/query?query=1%2B1", b'{"query": "2"}', content_type="application/json"
    )

    assert answer.json()["data"]["result"][1] == "2"


def test_a_form_may_only_be_so_long() -> None:
    answer = post("query", query="x" * 1_100_000)

    assert (answer.status_code, answer.json()["status"]) == (413, "error")


def test_without_a_time_it_is_now(now: datetime) -> None:
    store(now, "cpu", [1], host="a")

    assert vector(get("query", query="cpu")) == {"a": "1"}


def test_the_probe_of_grafana_is_answered() -> None:
    data = post("query", query="1+1", time="4").json()["data"]

    assert data == {"resultType": "scalar", "result": [4, "2"]}


@pytest.mark.parametrize(
    ("parameters", "status", "kind", "message"),
    [
        ({"query": "cpu +"}, 400, "bad_data", 'invalid parameter "query": parse error: '),
        ({"query": "a\0b"}, 400, "", ""),
        ({"query": "1", "time": "noon"}, 400, "bad_data", 'invalid parameter "time"'),
        ({"query": "1", "timeout": "soon"}, 400, "bad_data", 'invalid parameter "timeout"'),
        ({"query": "info(cpu)"}, 422, "execution", "not supported by this service: info"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_prometheus(
    parameters: dict[str, str], status: int, kind: str, message: str
) -> None:
    answer = get("query", **parameters)

    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, "error")
    assert kind in body["errorType"]
    assert body["error"].startswith(message)


def test_a_nul_in_a_form_is_refused() -> None:
    assert post("query", query='m{a="\0"}').status_code == 400


def test_a_query_may_take_no_longer_than_it_says(settings: Settings) -> None:
    answer = get("query", query="1", timeout="0.000")

    assert (answer.status_code, answer.json()["errorType"]) == (503, "timeout")
    assert get("query", query="1", timeout="5s").status_code == 200
    settings.QUERY_TIMEOUT = timedelta(0)
    assert get("query", query="1", timeout="5s").status_code == 503


def test_a_query_may_read_no_more_than_the_limit(now: datetime, settings: Settings) -> None:
    store(now, "cpu", [1, 2, 3, 4], host="a")
    settings.MAX_PROMQL_SAMPLES = 3

    answer = get("query", query="sum_over_time(cpu[1h])")

    assert (answer.status_code, answer.json()["errorType"]) == (422, "execution")
    assert "too many samples" in answer.json()["error"]


@pytest.mark.parametrize(("path", "span"), [("query", {}), ("query_range", {"step": "60"})])
def test_a_query_may_return_no_more_series_than_the_limit(
    now: datetime, settings: Settings, path: str, span: dict[str, str]
) -> None:
    for host in "abc":
        store(now, "cpu", [1], host=host)
    asked = {"start": now.timestamp(), "end": now.timestamp(), **span} if span else {}
    settings.MAX_PROMQL_SERIES = 3
    assert get(path, query="cpu", **asked).status_code == 200
    settings.MAX_PROMQL_SERIES = 2

    answer = get(path, query="cpu", **asked)

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("the query returns 3 series, more than 2")


def test_from_outside_it_takes_a_token_and_the_refusal_speaks_both_languages() -> None:
    outside = Client(REMOTE_ADDR="203.0.113.7")

    answer = get("query", outside, query="1")

    assert answer.status_code == 401
    assert {"status": "error", "code": "AUTH_REQUIRED"}.items() <= answer.json().items()
    assert answer.json()["error"]
    with_token = client_of("user")
    with_token.defaults["REMOTE_ADDR"] = "203.0.113.7"
    assert get("query", with_token, query="1").status_code == 200


def test_money_and_fraud_are_hidden_under_strict_roles(now: datetime, settings: Settings) -> None:
    settings.STRICT_ROLES = True
    store(now, "fraud_bot_attempts", [5], host="a")
    store(now, "cpu", [1], host="a")

    asked = {"query": '{host="a"}'}

    assert vector(get("query", **asked)) == {"a": "1"}
    assert len(get("query", client_of("operator"), **asked).json()["data"]["result"]) == 2
    assert "fraud_bot_attempts" not in get("label/__name__/values").json()["data"]
    assert "fraud_bot_attempts" not in get("metadata").json()["data"]
    assert get("series", match="fraud_bot_attempts").json()["data"] == []


def test_head_is_get_without_its_body_and_other_methods_are_not_there() -> None:
    assert Client().head(f"{BASE}/query?query=1").status_code == 200
    assert Client().delete(f"{BASE}/query").status_code == 405
    assert Client().options(f"{BASE}/query").status_code == 405


def test_times_far_from_any_sample_find_nothing(now: datetime) -> None:
    store(now, "cpu", [1], host="a")

    assert vector(get("query", query="cpu", time="-1")) == {}
    assert vector(get("query", query="cpu offset 290y")) == {}
    assert vector(get("query", query="count_over_time(cpu[100y])")) == {"a": "1"}
    assert vector(get("query", query="cpu", time="253402300799")) == {}

"""What Grafana's editors can choose from: search, metrics, options, variables, tags."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

PATHS = ("search", "metrics", "metric-payload-options", "variable", "tag-keys", "tag-values")


@pytest.fixture(autouse=True)
def _stored(now: datetime) -> None:
    at = now - timedelta(minutes=1)
    samples = [
        Sample(metric, service, 1.0, at, MetricType.GAUGE, labels)
        for metric, service, labels in (
            ("zeta_depth", "mail", {"queue": "a"}),
            ("zeta_depth", "mail", {"queue": "b", "shard": "1"}),
            ("alpha_depth", "shop", {"host": "h1"}),
            ("fraud_depth", "risk", {"kind": "bot"}),
        )
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)


def post(path: str, body: object, client: Client | None = None) -> Any:
    return (client or Client()).post(
        f"{API}/grafana/{path}", data=body, content_type="application/json"
    )


def search(text: str) -> Any:
    return post("search", {"target": text}).json()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("_depth", ["alpha_depth", "fraud_depth", "zeta_depth"]),
        ("zeta", ["zeta_depth"]),
        ("(zeta|alpha)", ["alpha_depth", "zeta_depth"]),
        ("nothing_like_it", []),
        ("label_values(zeta_depth, queue)", ["a", "b"]),
        ("label_values((zeta_depth|alpha_depth), service_name)", ["mail", "shop"]),
        ("label_values(host)", ["h1"]),
        ("label_values(nobody, host)", []),
        ("label_names(zeta_depth)", ["queue", "service_name", "shard"]),
        ("label_names(.*)", ["host", "kind", "queue", "service_name", "shard"]),
        ("label_names()", ["host", "kind", "queue", "service_name", "shard"]),
    ],
)
def test_a_search_finds_metrics_or_what_it_asks_for(text: str, found: list[str]) -> None:
    assert search(text) == found
    values = post("variable", {"payload": {"target": text}, "range": {}}).json()
    assert values == [{"__text": value, "__value": value} for value in found]


@pytest.mark.parametrize("text", ["", ".*"])
def test_a_search_for_nothing_finds_all_names(text: str) -> None:
    assert {"alpha_depth", "zeta_depth"} <= set(search(text))
    assert search(text) == sorted(search(text))


def test_a_variable_may_name_metric_and_label() -> None:
    asked = {"payload": {"metric": "zeta_depth", "label": "queue"}}

    assert [each["__value"] for each in post("variable", asked).json()] == ["a", "b"]


def test_every_metric_has_a_form() -> None:
    choices = {each["value"]: each for each in post("metrics", {}).json()}

    assert {"zeta_depth", "alpha_depth", "annotations"} <= set(choices)
    form = {field["name"]: field for field in choices["zeta_depth"]["payloads"]}
    assert list(form) == ["service", "labels", "aggregation", "step", "group_by", "across"]
    assert form["service"]["type"] == "multi-select"
    assert {"label": "rate", "value": "rate"} in form["aggregation"]["options"]
    assert [field["name"] for field in choices["annotations"]["payloads"]] == ["tags"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("service", ["mail"]),
        ("group_by", ["queue", "service_name", "shard"]),
        ("labels", ['queue="a"', 'queue="b"', 'service_name="mail"', 'shard="1"']),
        ("nobody_knows_this", []),
    ],
)
def test_a_field_of_the_form_offers_what_the_metric_has(name: str, options: list[str]) -> None:
    asked = {"metric": "zeta_depth", "payload": {"service": ""}, "name": name}

    found = post("metric-payload-options", asked).json()

    assert found == [{"label": option, "value": option} for option in options]


def test_every_aggregation_of_the_form_is_understood(now: datetime) -> None:
    for name in ("aggregation", "across"):
        for option in post("metric-payload-options", {"name": name}).json():
            across = {"across": "sum"} if name == "aggregation" else {"aggregation": "sum"}
            target = {"target": "zeta_depth", "payload": across | {name: option["value"]}}
            span = {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat()}

            assert post("query", {"range": span, "targets": [target]}).status_code == 200


def test_ad_hoc_filters_know_labels_and_their_values() -> None:
    keys = post("tag-keys", {}).json()

    assert {"type": "string", "text": "queue"} in keys
    assert {"type": "string", "text": "service_name"} in keys
    assert post("tag-values", {"key": "queue"}).json() == [{"text": "a"}, {"text": "b"}]
    services = post("tag-values", {"key": "service_name", "filters": []}).json()
    assert [each["text"] for each in services] == ["mail", "risk", "shop"]
    assert post("tag-values", {"key": "nobody"}).json() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("metric-payload-options", {}),
        ("variable", {"payload": 5}),
        ("tag-values", {}),
        ("tag-values", []),
    ],
)
def test_a_body_that_asks_for_nothing_is_refused(path: str, body: object) -> None:
    response = post(path, body)

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("path", PATHS)
def test_from_outside_grafana_needs_a_token(path: str) -> None:
    outside = Client(REMOTE_ADDR="203.0.113.7")

    assert post(path, {}, outside).status_code == 401


def test_under_strict_roles_money_and_fraud_take_a_token_even_from_inside(
    settings: Settings,
) -> None:
    settings.STRICT_ROLES = True

    def found(client: Client | None = None) -> list[Any]:
        names = post("search", {"target": "fraud_d"}, client).json()
        values = post("search", {"target": "label_values(kind)"}, client).json()
        keys = [each["text"] for each in post("tag-keys", {}, client).json()]
        services = [each["text"] for each in post("tag-values", {"key": "kind"}, client).json()]
        return [names, values, "kind" in keys, services]

    assert found() == [[], [], False, []]
    assert found(client_of("operator")) == [["fraud_depth"], ["bot"], True, ["bot"]]

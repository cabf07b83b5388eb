"""What there is to ask for: series, labels, values, metadata, and who we say we are."""

from datetime import datetime

import pytest

from tests.monitoring.prometheus_api.asking import get, post, store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _series(now: datetime) -> None:
    store(now, "cpu", [1], host="a", mode="user", service="api")
    store(now, "cpu", [1], host="b", service="api")
    store(now, "memory", [1], host="c", service="web")


def test_series_are_listed_each_once_and_in_order() -> None:
    asked = {"match": ['cpu{host="b"}', 'cpu{host=~"a|b"}']}

    data = get("series", **asked).json()["data"]

    assert data == [
        {"__name__": "cpu", "host": "a", "mode": "user", "service_name": "api"},
        {"__name__": "cpu", "host": "b", "service_name": "api"},
    ]
    assert post("series", **asked).json()["data"] == data
    assert get("series", limit=1, **asked).json()["data"] == data[:1]


@pytest.mark.parametrize(
    ("selector", "reason"),
    [(None, "no match[] parameter provided"), ("cpu[5m]", 'invalid parameter "match[]": ')],
)
def test_series_take_selectors_only(selector: str | None, reason: str) -> None:
    answer = get("series", **({"match": selector} if selector else {}))

    assert (answer.status_code, answer.json()["errorType"]) == (400, "bad_data")
    assert answer.json()["error"].startswith(reason)


def test_label_names() -> None:
    assert get("labels", match="memory").json()["data"] == ["__name__", "host", "service_name"]
    assert post("labels", match="cpu").json()["data"] == [
        "__name__",
        "host",
        "mode",
        "service_name",
    ]
    assert {"mode", "host"} <= set(get("labels").json()["data"])
    assert get("labels", match="cpu", limit=2).json()["data"] == ["__name__", "host"]


def test_label_values() -> None:
    assert {"cpu", "memory"} <= set(get("label/__name__/values").json()["data"])
    assert get("label/host/values", match="cpu").json()["data"] == ["a", "b"]
    assert get("label/service_name/values", match='{host=~".+"}').json()["data"] == ["api", "web"]
    assert get("label/nothing/values").json()["data"] == []
    assert get("label/host/values", limit=1).json()["data"] == ["a"]


def test_a_label_has_a_name_as_prometheus_knows_it() -> None:
    answer = get("label/a-b/values")

    assert (answer.status_code, answer.json()["error"]) == (400, 'invalid label name: "a-b"')


def test_metadata_says_what_a_metric_means() -> None:
    store_of_one = get("metadata", metric="cpu").json()["data"]

    assert store_of_one == {"cpu": [{"type": "gauge", "help": "", "unit": ""}]}
    assert {"cpu", "memory"} <= set(get("metadata").json()["data"])
    assert len(get("metadata", limit=1).json()["data"]) == 1
    assert get("metadata", metric="no_such").json()["data"] == {}


def test_metadata_takes_help_and_unit_from_the_catalogue(now: datetime) -> None:
    store(now, "system_cpu_usage_percent", [1])

    (known,) = get("metadata", metric="system_cpu_usage_percent").json()["data"].values()

    assert known[0]["help"]


@pytest.mark.parametrize("limit", ["x", "1.5", "9" * 10])
def test_a_limit_is_a_number(limit: str) -> None:
    assert get("metadata", limit=limit).status_code == 400


def test_grafana_is_told_which_prometheus_we_are_like() -> None:
    data = get("status/buildinfo").json()["data"]

    assert data["version"] == "2.42.0"
    assert data.keys() == {"version", "revision", "branch", "buildUser", "buildDate", "goVersion"}


@pytest.mark.parametrize(
    ("path", "data"),
    [("rules", {"groups": []}), ("alerts", {"alerts": []}), ("query_exemplars", [])],
)
def test_what_we_do_not_have_is_empty_and_well_formed(path: str, data: object) -> None:
    assert get(path).json() == {"status": "success", "data": data}


def test_exemplars_may_be_asked_for_by_form() -> None:
    assert post("query_exemplars", query="cpu").json()["data"] == []

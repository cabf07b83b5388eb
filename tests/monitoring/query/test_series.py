"""The choice of series by matchers is Prometheus's choice."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.query.matchers import Matcher, MatchOp
from monitoring.query.series import matching_series
from tests.monitoring.factories import MetricFactory, SeriesFactory

EQUAL, NOT_EQUAL = MatchOp.EQUAL, MatchOp.NOT_EQUAL
MATCHES, NOT_MATCHES = MatchOp.MATCHES, MatchOp.NOT_MATCHES

HOSTS = ("web-1", "web-2", "db-1", None)


@pytest.fixture
def hosts() -> None:
    """Series of three hosts, and one that names none."""
    for host in HOSTS:
        SeriesFactory.create(labels={} if host is None else {"host": host})


def found(*matchers: Matcher) -> list[str | None]:
    return [series.labels.get("host") for series in matching_series(matchers=matchers)]


@pytest.mark.django_db
@pytest.mark.usefixtures("hosts")
@pytest.mark.parametrize(
    ("matchers", "wanted"),
    [
        ([], [None, "db-1", "web-1", "web-2"]),
        ([("host", EQUAL, "web-1")], ["web-1"]),
        ([("host", EQUAL, "")], [None]),
        ([("host", NOT_EQUAL, "web-1")], [None, "db-1", "web-2"]),
        ([("host", NOT_EQUAL, "")], ["db-1", "web-1", "web-2"]),
        ([("host", MATCHES, "web-.")], ["web-1", "web-2"]),
        ([("host", MATCHES, "web")], []),
        ([("host", MATCHES, "web.*|")], [None, "web-1", "web-2"]),
        ([("host", NOT_MATCHES, "web.*")], [None, "db-1"]),
        ([("host", NOT_MATCHES, "web.*|")], ["db-1"]),
        ([("host", MATCHES, ".*1"), ("host", NOT_EQUAL, "db-1")], ["web-1"]),
        ([("host", EQUAL, "web-1"), ("host", EQUAL, "web-2")], []),
        ([("host", EQUAL, "web-1"), ("host", EQUAL, "web-1")], ["web-1"]),
        ([("host", EQUAL, "web-1"), ("host", EQUAL, "")], []),
        ([("other", EQUAL, ""), ("host", EQUAL, "web-1")], ["web-1"]),
        ([("other", NOT_EQUAL, "")], []),
    ],
)
def test_labels_are_compared_and_matched(
    matchers: list[tuple[str, MatchOp, str]], wanted: list[str | None]
) -> None:
    for _ in ("asked", "asked again"):
        assert found(*(Matcher(*each) for each in matchers)) == wanted


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("label", "op", "value", "wanted"),
    [
        ("__name__", EQUAL, "cpu", ["cpu a", "cpu b"]),
        ("__name__", NOT_EQUAL, "cpu", ["disk a"]),
        ("__name__", MATCHES, "c.u", ["cpu a", "cpu b"]),
        ("__name__", MATCHES, "c", []),
        ("__name__", NOT_MATCHES, "c.*", ["disk a"]),
        ("__name__", EQUAL, "", []),
        ("service_name", EQUAL, "a", ["cpu a", "disk a"]),
        ("service_name", NOT_EQUAL, "a", ["cpu b"]),
        ("service_name", MATCHES, "[ab]", ["cpu a", "cpu b", "disk a"]),
        ("service_name", EQUAL, "", []),
    ],
)
def test_the_metric_and_the_service_are_labels_too(
    label: str, op: MatchOp, value: str, wanted: list[str]
) -> None:
    for metric, service in (("cpu", "a"), ("disk", "a"), ("cpu", "b")):
        SeriesFactory.create(metric=MetricFactory.create(name=metric), service=service)

    chosen = matching_series(matchers=[Matcher(label, op, value)])

    assert [f"{series.metric} {series.service}" for series in chosen] == wanted


@pytest.mark.django_db
def test_metric_and_service_count_beside_matchers() -> None:
    SeriesFactory.create(service="a")
    SeriesFactory.create(service="b")
    matchers = [Matcher("service_name", MATCHES, "[ab]")]

    assert [each.service for each in matching_series(service="b", matchers=matchers)] == ["b"]
    assert matching_series(metric="other", matchers=matchers) == []
    assert len(matching_series(metric="system_cpu_usage_percent", matchers=matchers)) == 2


@pytest.mark.django_db
def test_labels_may_hold_what_json_and_sql_escape() -> None:
    odd = {"path": "C:\\a'\"%s{}\u2028"}
    SeriesFactory.create(labels=odd)

    assert [series.labels for series in matching_series(matchers=odd)] == [odd]


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_remembered_until_a_series_is_added() -> None:
    SeriesFactory.create(labels={"host": "a"})
    SeriesFactory.create(labels={"host": "b"})
    matchers = [Matcher("host", MATCHES, "a|b|c")]
    first = matching_series(matchers=matchers)

    with CaptureQueriesContext(connection) as queries:
        again = matching_series(matchers=matchers)
    SeriesFactory.create(labels={"host": "c"})
    after = matching_series(matchers=matchers)

    assert len(queries) == 1  # only whether anything has changed
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert [series.labels["host"] for series in after] == ["a", "b", "c"]
    assert after[0] is first[0]

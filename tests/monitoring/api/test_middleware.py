"""Each request is measured by its route, logged once, and carries an id."""

import logging
from collections import Counter
from collections.abc import Mapping

import pytest
from django.test import Client
from pytest_django import Settings

from monitoring.exposition import instruments
from tests.monitoring.api.server import exchange
from tests.monitoring.api.tokens import claims, role, token

pytestmark = pytest.mark.urls("tests.monitoring.api.views")

Labels = Mapping[str, str]


class Recorded:
    """Stands in for the instruments of the process, whose own tests are elsewhere."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.observed: list[tuple[str, Labels, float]] = []

    def count(self, metric: str, labels: Labels, by: float = 1) -> None:
        self.counts[metric, tuple(labels.values())] += int(by)

    def observe(self, metric: str, labels: Labels, value: float) -> None:
        self.observed.append((metric, labels, value))


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    recorder = Recorded()
    monkeypatch.setattr(instruments, "count", recorder.count)
    monkeypatch.setattr(instruments, "observe", recorder.observe)
    return recorder


def test_a_request_is_counted_and_timed_by_its_route(client: Client, recorded: Recorded) -> None:
    client.get("/api/v1/open/payment?token=canary")

    route = "/api/v1/open/<str:name>"
    assert recorded.counts == {("http_requests_total", ("GET", route, "200")): 1}
    [(metric, labels, milliseconds)] = recorded.observed
    assert (metric, labels["route"]) == ("http_request_duration_ms", route)
    assert 0 < milliseconds < 5_000


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [("/api/v1/me", "401", "4xx"), ("/api/v1/failing/bug", "500", "5xx")],
)
def test_an_error_is_counted_as_one(
    client: Client, recorded: Recorded, path: str, status: str, kind: str
) -> None:
    client.get(path)

    errors = {
        labels: number
        for (metric, labels), number in recorded.counts.items()
        if metric == "http_errors_total"
    }
    assert [(labels[2], number) for labels, number in errors.items()] == [(kind, 1)]


def test_paths_that_lead_nowhere_share_one_route(client: Client, recorded: Recorded) -> None:
    for number in range(5):
        client.get(f"/api/v1/{number}")

    assert recorded.counts["http_requests_total", ("GET", "unmatched", "404")] == 5


def test_files_share_one_route(client: Client, recorded: Recorded) -> None:
    client.get("/static/api/docs.css")

    assert recorded.counts == {("http_requests_total", ("GET", "/static/", "200")): 1}


def test_methods_that_nobody_knows_share_one_name(client: Client, recorded: Recorded) -> None:
    for method in ("BREW", "PROPFIND", "X" * 500):
        client.generic(method, "/api/v1/open")

    assert recorded.counts["http_requests_total", ("OTHER", "/api/v1/open", "405")] == 3


def test_a_request_of_the_server_is_measured_too(recorded: Recorded) -> None:
    answer = exchange("GET", "/api/v1/open/payment")

    assert answer.status == 200
    assert recorded.counts == {
        ("http_requests_total", ("GET", "/api/v1/open/<str:name>", "200")): 1
    }


def test_a_request_that_a_middleware_broke_is_measured(
    recorded: Recorded, settings: Settings
) -> None:
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "tests.monitoring.api.failing_middleware.DatabaseAway",
    ]

    Client(raise_request_exception=False).get("/api/v1/open")

    assert recorded.counts["http_errors_total", ("GET", "unmatched", "5xx")] == 1


@pytest.mark.parametrize("offered", ["0123456789abcdef", "trace-1.2_3", "A" * 64, "a" * 8])
def test_a_sane_request_id_is_kept(client: Client, offered: str) -> None:
    assert client.get("/api/v1/open", headers={"X-Request-ID": offered})["X-Request-ID"] == offered


@pytest.mark.parametrize(
    "offered",
    [
        "",
        "short",
        "A" * 65,
        "with space",
        "a" * 8 + "\t",
        "drop;table-",
        "<script>x",
        "\x1b[2Jxxxxxx",
        "ä" * 9,
    ],
)
def test_any_other_request_id_is_replaced(client: Client, offered: str) -> None:
    given = client.get("/api/v1/open", headers={"X-Request-ID": offered})["X-Request-ID"]

    assert given != offered
    assert len(given) == 32


def test_an_answer_without_an_offered_id_has_one_of_its_own(client: Client) -> None:
    first, second = client.get("/api/v1/open"), client.get("/nothing")

    assert first["X-Request-ID"] != second["X-Request-ID"]


def access_lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "monitoring.access"]


def test_a_request_is_one_line_in_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    client.post("/api/v1/admin-only", headers=role("admin", userId="ana"))

    [line] = access_lines(caplog)
    fields = vars(line)
    assert (fields["method"], fields["route"], fields["status"]) == (
        "POST",
        "/api/v1/admin-only",
        200,
    )
    assert fields["subject"] == "ana"
    assert fields["duration_ms"] > 0


def test_an_anonymous_request_has_no_subject(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    client.get("/api/v1/open")
    client.get("/api/v1/me", headers={"Authorization": "Bearer x"})

    assert [vars(line)["subject"] for line in access_lines(caplog)] == [None, None]


def test_neither_the_query_nor_the_token_is_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    presented = token(claims(userId="ana"))

    client.get(
        "/api/v1/open?token=canary-in-query", headers={"Authorization": f"Bearer {presented}"}
    )

    written = "\n".join(str(vars(record)) for record in caplog.records)
    assert "canary-in-query" not in written
    assert presented not in written


def test_the_session_user_is_not_asked_for(client: Client) -> None:
    # Without access to a database this would fail if the log line looked at the lazy user.
    assert client.get("/nothing").status_code == 404

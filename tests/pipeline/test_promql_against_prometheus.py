"""The same samples in a real Prometheus and in the service; the same questions to both by HTTP."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import requests
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from monitoring.storage.instants import to_ms
from tests.monitoring.clients import API
from tests.monitoring.promql.dataset import SPAN_MS, platform_samples
from tests.pipeline.prometheus_receiver import running_receiver
from tests.pipeline.promql_comparison import Outcome, compare, table
from tests.pipeline.promql_expressions import EXPRESSIONS, PANELS
from tests.pipeline.promql_functions import ERRORS
from tests.pipeline.remote_write import write
from tests.tokens import bearer
from tests.tools import find_program

pytestmark = [
    pytest.mark.pipeline,
    pytest.mark.prometheus,
    pytest.mark.timeout(400),
    pytest.mark.skipif(find_program("prometheus") is None, reason="Prometheus is not installed"),
]


class Pair:
    """Prometheus and the service, holding the same samples from `start_s` on."""

    def __init__(self, prometheus: str, service: str, start_s: float) -> None:
        self.prometheus = prometheus
        self.service = service
        self.start_s = start_s

    @property
    def end_s(self) -> float:
        """Return when the samples end."""
        return self.start_s + SPAN_MS / 1_000

    def at(self, expressions: Sequence[str], after_s: float) -> list[Outcome]:
        """Compare instant queries so many seconds after the first sample."""
        at = {"time": self.start_s + after_s}
        return [compare(self._urls, "query", each, at) for each in expressions]

    def over(
        self, expressions: Sequence[str], start_s: float, end_s: float, step_s: float
    ) -> list[Outcome]:
        """Compare range queries between two instants, in seconds after the first sample."""
        span = {"start": self.start_s + start_s, "end": self.start_s + end_s, "step": step_s}
        return [compare(self._urls, "query_range", each, span) for each in expressions]

    @property
    def _urls(self) -> tuple[str, str]:
        return self.prometheus, self.service


@pytest.fixture
def pair(tmp_path: Path, transactional_db: None, live_server: LiveServer) -> Iterator[Pair]:
    """Both, loaded by the same remote-write request."""
    start_ms = (to_ms(timezone.now()) - SPAN_MS) // 60_000 * 60_000
    samples = platform_samples(start_ms)
    service = f"{live_server.url}{API}/prometheus/api/v1"
    with running_receiver(tmp_path) as prometheus:
        write(f"{prometheus}/write", samples)
        write(f"{service}/write", samples, **bearer("monitoring"))
        yield Pair(prometheus, service, start_ms / 1_000)


def differences(outcomes: Sequence[Outcome]) -> str:
    return table([each for each in outcomes if each.difference]) if _differ(outcomes) else ""


def _differ(outcomes: Sequence[Outcome]) -> bool:
    return any(each.difference for each in outcomes)


def test_every_expression_has_the_answer_of_prometheus(pair: Pair) -> None:
    instants = [pair.at(EXPRESSIONS, after) for after in (1_800, 3_000.123, 5_399)]
    ranges = [
        pair.over(EXPRESSIONS, *span)
        for span in ((0, 5_400, 60), (600, 5_000, 300), (1_234, 2_234, 7))
    ]

    print(table(ranges[0]))  # noqa: T201 - the comparison that -s shows
    for outcomes in (*instants, *ranges):
        assert differences(outcomes) == ""
    assert len(EXPRESSIONS) >= 120


def test_the_panels_of_the_specification_have_data_and_the_values_of_prometheus(
    pair: Pair,
) -> None:
    outcomes = pair.over(PANELS, 1_800, 5_400, 15)

    assert differences(outcomes) == ""
    assert [each.series for each in outcomes] == [4, 1, 2, 3]
    assert all(each.points > 200 for each in outcomes)


def test_what_fails_there_fails_here_in_the_same_way(pair: Pair) -> None:
    at = {"time": pair.start_s + 5_350}
    for expression in ERRORS:
        form = {"query": expression, **at}
        theirs = requests.post(f"{pair.prometheus}/query", data=form, timeout=10)
        ours = requests.post(f"{pair.service}/query", data=form, timeout=10)

        assert (ours.status_code, ours.json()["errorType"]) == (
            theirs.status_code,
            theirs.json()["errorType"],
        ), expression


ANSWERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("query", {"query": "sum by (mode) (cpu)"}),
    ("query", {"query": "vector(1e21)"}),
    ("query", {"query": "vector(0.0000001)"}),
    ("query", {"query": "1e21"}),
    ("query", {"query": "vector(-1234567.125)"}),
    ("query", {"query": "1 / 0"}),
    ("query", {"query": '"text with \\"quotes\\""'}),
    ("query", {"query": "once[1h]"}),
    ("query", {"query": "no_such_metric"}),
    ("query", {"query": "1", "time": "x"}),
    ("query", {"query": "1", "timeout": "x"}),
    ("query_range", {"query": "sum(queue_depth)", "step": "5m"}),
    ("query_range", {"query": "vector(1) / 3", "step": "1000.5"}),
    ("query_range", {"query": "1", "step": "0"}),
    ("query_range", {"query": "1", "step": "z"}),
    ("query_range", {"query": "1", "step": "0.1"}),
    ("query_range", {"query": "1", "step": "1", "start": ""}),
    ("query_range", {"query": "1", "step": "1", "end": "1"}),
    ("query_range", {"query": "cpu[5m]", "step": "60"}),
    ("series", {"match[]": 'queue_depth{queue="flat"}'}),
    ("series", {}),
    ("labels", {"match[]": "cpu"}),
    ("label/host/values", {}),
    ("label/a-b/values", {}),
    ("label/mode/values", {"match[]": 'cpu{host="h1"}'}),
    ("alerts", {}),
    ("rules", {}),
    ("query_exemplars", {"query": "cpu"}),
)


def test_answers_are_those_of_prometheus_byte_for_byte(pair: Pair) -> None:
    span = {"start": str(pair.start_s), "end": str(pair.end_s), "time": str(pair.end_s - 60)}
    for path, parameters in ANSWERS:
        theirs, ours = (
            requests.get(f"{url}/{path}", span | parameters, timeout=10)
            for url in (pair.prometheus, pair.service)
        )

        told = [
            (answer.status_code, answer.headers["Content-Type"], answer.json())
            for answer in (theirs, ours)
        ]
        assert told[1] == told[0], (path, parameters)
        if theirs.ok:
            assert ours.content == theirs.content, (path, parameters)

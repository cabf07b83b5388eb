"""What a panel's form asks for."""

from typing import Any

import pytest

from monitoring.errors import InvalidInputError
from monitoring.grafana.payload import Payload, payload_of
from monitoring.grafana.targets import Matcher
from monitoring.query.steps import Aggregation, Function


def matcher(label: str, *values: str, negated: bool = False) -> Matcher:
    return Matcher(label, frozenset(values), negated)


@pytest.mark.parametrize(
    ("given", "matchers"),
    [
        ({"service": "payment"}, [matcher("service_name", "payment")]),
        ({"service": r"(a\.x|b)"}, [matcher("service_name", "a.x", "b")]),
        ({"service": ["a", "(b|c)"]}, [matcher("service_name", "a", "b", "c")]),
        ({"service": ".*"}, []),
        ({"service": [".*"]}, []),
        ({"service": ["a", ".*"]}, []),
        ({"service": ""}, []),
        ({"service": []}, []),
        ({"labels": {"host": "a"}}, [matcher("host", "a")]),
        ({"labels": {"host": ["a", "b"]}}, [matcher("host", "a", "b")]),
        ({"labels": {"host": ""}}, [matcher("host", "")]),
        (
            {"labels": 'host="a", rack!~"(b|c)"'},
            [matcher("host", "a"), matcher("rack", "b", "c", negated=True)],
        ),
        ({"labels": '{host="a"}'}, [matcher("host", "a")]),
        ({"labels": ""}, []),
    ],
)
def test_a_payload_chooses_series(given: dict[str, Any], matchers: list[Matcher]) -> None:
    assert list(payload_of(given).matchers) == matchers


def test_a_payload_says_what_to_make_of_them() -> None:
    payload = payload_of(
        {
            "aggregation": "p95",
            "step": "5m",
            "group_by": "host,rack",
            "across": "sum",
            "tags": "a, b",
        }
    )

    assert payload == Payload(
        aggregation=Aggregation(Function.PERCENTILE, 0.95),
        step_ms=300_000,
        group_by=("host", "rack"),
        across=Aggregation(Function.SUM),
        tags=frozenset({"a", "b"}),
    )


@pytest.mark.parametrize("step", [60, "60", "60s", "1m"])
def test_a_step_may_be_a_number_of_seconds(step: object) -> None:
    assert payload_of({"step": step}).step_ms == 60_000


@pytest.mark.parametrize("names", [["host", "rack"], "host,rack", "(host|rack)", ["(host|rack)"]])
def test_labels_to_group_by_come_in_any_form_of_a_list(names: object) -> None:
    assert payload_of({"group_by": names}).group_by == ("host", "rack")


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "  ",
        {},
        "{}",
        {"aggregation": "", "step": "", "group_by": "", "across": "", "service": ""},
        {"aggregation": "raw", "step": "auto", "across": "none", "group_by": []},
        {"aggregation": None, "unknown": 1},
    ],
)
def test_an_empty_form_asks_for_nothing(given: object) -> None:
    assert payload_of(given) == Payload()


def test_a_payload_may_come_as_its_text() -> None:
    assert payload_of('{"aggregation": "max"}').aggregation == Aggregation(Function.MAX)


@pytest.mark.parametrize(
    "given",
    [
        [],
        5,
        "[1]",
        "{",
        "x" * 20_000,
        {"aggregation": "median"},
        {"aggregation": True},
        {"aggregation": []},
        {"step": "5 minutes"},
        {"step": 1.5},
        {"across": "first in line"},
        {"group_by": 5},
        {"group_by": [5]},
        {"service": 5},
        {"labels": 5},
        {"labels": {"host": 5}},
        {"labels": "host"},
    ],
)
def test_a_payload_that_cannot_be_read_is_refused(given: object) -> None:
    with pytest.raises(InvalidInputError):
        payload_of(given)

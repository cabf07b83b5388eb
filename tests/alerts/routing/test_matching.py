"""Matchers on the labels of an alert."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.matching import (
    Matcher,
    MatchOp,
    accepts,
    labels_of,
    selects,
    shared_matchers,
)

ALERT = {"service_name": "payment-service", "rule": "service_down", "severity": "critical"}
NAMES = st.sampled_from(["service_name", "rule", "host"])
VALUES = st.sampled_from(["", "a", "b", "ab"])
LABELS = st.dictionaries(NAMES, VALUES, max_size=3)
MATCHERS = st.lists(st.builds(Matcher, NAMES, st.sampled_from(MatchOp), VALUES), max_size=4)


@given(matchers=MATCHERS, labels=LABELS)
def test_a_set_mutes_exactly_what_each_of_its_matchers_accepts(
    matchers: list[Matcher], labels: dict[str, str]
) -> None:
    one_by_one = [matcher.accepts(labels.get(matcher.label, "")) for matcher in matchers]

    assert accepts(matchers, labels) is (False not in one_by_one)


@given(matchers=MATCHERS)
def test_what_selects_something_does_not_mute_an_alert_without_labels(
    matchers: list[Matcher],
) -> None:
    assert selects(matchers) is (not accepts(matchers, {}))


@pytest.mark.parametrize(
    ("label", "op", "value", "muted"),
    [
        ("service_name", "=", "payment-service", True),
        ("service_name", "=", "payment", False),
        ("service_name", "!=", "payment-service", False),
        ("service_name", "=~", "payment.*", True),
        ("service_name", "=~", "payment", False),
        ("service_name", "!~", "payment.*", False),
        ("severity", "=~", "critical|warning", True),
        ("host", "=", "", True),
        ("host", "!=", "", False),
        ("host", "!~", "a.*", True),
    ],
)
def test_each_operator(label: str, op: str, value: str, *, muted: bool) -> None:
    assert accepts([Matcher(label, MatchOp(op), value)], ALERT) is muted


def test_a_series_cannot_pose_as_another_rule_or_service() -> None:
    series = {"service_name": "x", "rule": "x", "severity": "x", "host": "a"}

    labels = labels_of(series, service="payment-service", rule="service_down", severity="critical")

    assert labels == {**ALERT, "host": "a"}


@given(sets=st.lists(LABELS, min_size=1, max_size=4))
def test_shared_matchers_accept_every_alert_they_were_made_of(sets: list[dict[str, str]]) -> None:
    matchers = shared_matchers(sets)

    assert all(accepts(matchers, labels) for labels in sets)
    assert all(matcher.value for matcher in matchers)


def test_what_alerts_have_in_common_leaves_their_severity_out() -> None:
    worse = {**ALERT, "host": "b"}

    matchers = shared_matchers([{**ALERT, "host": "a"}, worse])

    assert matchers == [
        Matcher("rule", MatchOp.EQUAL, "service_down"),
        Matcher("service_name", MatchOp.EQUAL, "payment-service"),
    ]


def test_no_alerts_have_nothing_in_common() -> None:
    assert shared_matchers([]) == []

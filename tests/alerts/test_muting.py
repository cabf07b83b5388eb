"""Why messages of alerts are held back: silences, windows, causes, read from the database."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, Silence
from alerts.muting import (
    Hidden,
    HiddenBy,
    count_hidden,
    labels_of_alert,
    why_hidden,
)
from tests.alerts.factories import NOON, AlertFactory
from tests.alerts.muting_rows import HOUR, TICK, down, hidden_by, matcher, need, silence, window

pytestmark = pytest.mark.django_db


def test_the_labels_of_an_alert_are_those_of_its_series_and_its_own() -> None:
    alert = AlertFactory.create(
        rule__rule_name="hot", labels={"host": "a", "rule": "posing"}, severity="critical"
    )

    assert labels_of_alert(alert) == {
        "host": "a",
        "rule": "hot",
        "service_name": "payment-service",
        "severity": "critical",
    }
    assert labels_of_alert(AlertFactory.create(rule=None))["rule"] == ""


@pytest.mark.parametrize(
    ("matchers", "muted"),
    [
        ([matcher("rule", "hot")], True),
        ([matcher("service_name", "payment.*", "=~")], True),
        ([matcher("rule", "hot"), matcher("host", "a")], True),
        ([matcher("rule", "hot"), matcher("host", "b")], False),
        ([matcher("severity", "critical")], False),
    ],
)
def test_a_silence_hides_what_all_its_matchers_accept(
    matchers: Sequence[dict[str, str]], *, muted: bool
) -> None:
    alert = AlertFactory.create(rule__rule_name="hot", labels={"host": "a"})
    row = silence(*matchers)

    assert hidden_by(alert) == (("silence", str(row.pk)) if muted else None)


@pytest.mark.parametrize(
    ("at", "muted"),
    [
        (NOON - HOUR - TICK, False),
        (NOON - HOUR, True),
        (NOON + HOUR - TICK, True),
        (NOON + HOUR, False),
    ],
)
def test_a_silence_holds_from_its_begin_until_before_its_end(at: Any, *, muted: bool) -> None:
    silence(matcher("service_name", "payment-service"))

    assert bool(hidden_by(AlertFactory.create(), at)) is muted


@pytest.mark.parametrize(
    ("at", "muted"), [(NOON - TICK, False), (NOON, True), (NOON + HOUR / 2, False)]
)
def test_a_window_hides_while_it_is_open(at: Any, *, muted: bool) -> None:
    row = window(matcher("service_name", "payment-service"))

    assert hidden_by(AlertFactory.create(), at) == (("window", str(row.pk)) if muted else None)


def test_a_window_that_is_switched_off_hides_nothing() -> None:
    window(matcher("service_name", "payment-service"), enabled=False)

    assert hidden_by(AlertFactory.create()) is None


@pytest.mark.parametrize("matchers", [[], {}, [{"label": "a"}], [matcher("a", "(", "=~")]])
def test_a_row_that_cannot_be_read_hides_nothing_and_harms_no_other(matchers: Any) -> None:
    Silence.objects.create(
        matchers=matchers, starts_at=NOON, ends_at=NOON + HOUR, owner="x", reason="x"
    )
    window(matcher("service_name", "payment-service"), recurrence="FREQ=SECONDLY")
    good = silence(matcher("service_name", "payment-service"))

    assert hidden_by(AlertFactory.create()) == ("silence", str(good.pk))


def test_a_finding_may_be_silenced_but_is_no_consequence_of_anything() -> None:
    need("payment-service", "api-gateway")
    down("api-gateway")
    finding = AlertFactory.create(rule=None, source=Alert.Source.FINDING)

    assert hidden_by(finding) is None
    silence(matcher("service_name", "payment-service"))
    assert hidden_by(finding) is not None


def test_the_canary_is_never_hidden() -> None:
    silence(matcher("service_name", "payment-service"))

    assert hidden_by(AlertFactory.create(rule=None, source=Alert.Source.CANARY)) is None


@pytest.mark.parametrize("number", [2, 40])
def test_the_number_of_queries_does_not_grow_with_the_alerts(number: int) -> None:
    need("payment-service", "api-gateway")
    down("api-gateway")
    silence(matcher("service_name", "nobody"))
    ids = [down("payment-service", is_cause=bool(each % 2)).pk for each in range(number)]
    alerts = list(Alert.objects.filter(pk__in=ids))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        hidden = why_hidden(alerts, at=NOON)

    assert len(hidden) == number
    assert len(queries) <= 5


def test_for_nothing_nothing_is_asked() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert why_hidden([], at=NOON) == {}
    assert len(queries) == 0


def test_what_is_hidden_is_counted_by_its_reason_once_that_is_committed(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    counted: list[Any] = []
    monkeypatch.setattr("alerts.muting.count", lambda *counting: counted.append(counting))
    hidden = Hidden(HiddenBy.WINDOW, "w", "backup", NOON)

    with django_capture_on_commit_callbacks(execute=True):
        count_hidden(hidden)
        assert counted == []

    assert counted == [("alerts_hidden_total", {"reason": "window"})]

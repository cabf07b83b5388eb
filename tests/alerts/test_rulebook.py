"""Rules are read once per process, and again where their rows have changed, whoever changed them."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from alerts.evaluation.reading import NoData
from alerts.models import AlertRule
from alerts.services import rulebook
from alerts.services.rulebook import CompiledRule, Rulebook, Source
from tests.alerts.factories import NOON
from tests.alerts.samples import rule_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    """Reads the rules and returns the names of those that had to be compiled for it."""
    rulebook.begin_anew()

    def names() -> list[str]:
        seen: list[str] = []

        def compile_rule(row: AlertRule) -> CompiledRule | None:
            seen.append(row.rule_name)
            try:
                return rulebook.compiled(row)
            except ValueError:
                return None

        book = rulebook.read(compile_rule)
        assert len(book.rules) == len(book.last_us) == len(book.since_us)
        return sorted(seen)

    yield names
    rulebook.begin_anew()


def book() -> Rulebook:
    return rulebook.read(rulebook.compiled)


def test_what_did_not_change_is_not_read_again(read: Callable[[], list[str]]) -> None:
    rule_on(rule_name="a")
    rule_on(rule_name="b")

    assert read() == ["a", "b"]
    assert read() == []


def test_a_rule_that_was_changed_in_any_way_is_read_again(read: Callable[[], list[str]]) -> None:
    """An edit in psql changes neither `version` nor `updated_at`."""
    rule_on(rule_name="a")
    rule_on(rule_name="b")
    read()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE alert_rules SET threshold = 99 WHERE rule_name = 'b'")

    assert read() == ["b"]
    assert sorted(rule.terms.threshold for rule in book().rules) == [80.0, 99.0]


@pytest.mark.parametrize("fields", [{"enabled": False}, {"deleted_at": NOON}])
def test_a_rule_out_of_use_is_not_in_the_book(
    read: Callable[[], list[str]], fields: dict[str, object]
) -> None:
    rule_on(rule_name="a")
    rule = rule_on(rule_name="b")
    read()
    AlertRule.with_deleted.filter(pk=rule.pk).update(**fields)

    assert read() == []
    assert [each.row.rule_name for each in book().rules] == ["a"]


def test_an_odd_rule_is_tried_each_time_and_the_others_are_not(
    read: Callable[[], list[str]],
) -> None:
    for name in "abc":
        rule_on(rule_name=name, last_evaluated_at=NOON if name == "c" else None)
    AlertRule.objects.filter(rule_name="b").update(no_data_policy="odd")

    assert read() == ["a", "b", "c"]
    assert read() == ["b"]
    assert read() == ["b"]
    now = rulebook.read(lambda _row: None)
    known = {
        rule.row.rule_name: last > now.last_us.min()
        for rule, last in zip(now.rules, now.last_us.tolist(), strict=True)
    }
    assert known == {"a": False, "c": True}


def test_settings_that_make_terms_are_looked_at_each_time(
    read: Callable[[], list[str]], settings: Settings
) -> None:
    rule_on(rule_name="a")
    read()
    settings.METRIC_STALENESS = timedelta(minutes=7)

    assert read() == ["a"]
    assert book().rules[0].terms.stale_after == timedelta(minutes=7)


def test_no_rules_are_an_empty_book(read: Callable[[], list[str]]) -> None:
    assert read() == []


def test_the_terms_are_those_of_the_row() -> None:
    rule_on(
        duration=300,
        keep_firing_for=60,
        cooldown_minutes=10,
        recovery_threshold=70,
        minimum_samples=3,
        aggregation="p95",
        window_seconds=600,
        no_data_policy="resolve",
    )

    (rule,) = book().rules

    assert rule.source == Source("p95", 600)
    terms = rule.terms
    assert (terms.threshold, terms.recovery_threshold, terms.minimum_samples) == (80, 70, 3)
    assert (terms.hold, terms.keep_firing_for) == (timedelta(seconds=299), timedelta(seconds=59))
    assert (terms.snooze, terms.flap_quiet) == (timedelta(minutes=10), timedelta(seconds=599))
    assert (terms.stale_after, terms.no_data) == (timedelta(minutes=10), NoData.RESOLVE)


def test_a_rule_without_cooldown_believes_a_person_for_the_general_limit(
    settings: Settings,
) -> None:
    rule_on()

    assert book().rules[0].terms.snooze == settings.ALERT_SNOOZE_LIMIT


@pytest.mark.parametrize(
    "fields",
    [
        {"no_data_policy": "odd"},
        {"aggregation": "odd"},
        {"aggregation": "avg"},
        {"threshold_overrides": [{"threshold": 1}]},
        {"metric_name": "", "expression": "a and"},
    ],
)
def test_an_odd_row_is_refused(fields: dict[str, object]) -> None:
    row = rule_on()
    for name, value in fields.items():
        setattr(row, name, value)

    with pytest.raises((ValueError, LookupError)):
        rulebook.compiled(row)

"""Rules made those of a file: all or none."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from alerts.errors import RuleChangedError, RuleInUseError
from alerts.models import Alert, AlertRule, EscalationPolicy, RuleVersion
from alerts.rule_changes import SetPlan
from alerts.rule_fields import without_defaults
from alerts.rules_file import parse, render
from alerts.serializers import RuleInput
from alerts.services import create_rule, update_rule
from alerts.services.rule_sets import apply_rules, plan_rules, present_fields
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON, AlertFactory

pytestmark = pytest.mark.django_db


def hot(**fields: Any) -> dict[str, Any]:
    return {"rule_name": "hot", "metric_name": "cpu", "condition": ">", "threshold": 80, **fields}


def composite(name: str, expression: str) -> dict[str, Any]:
    return {"rule_name": name, "expression": expression}


def applied(*wanted: dict[str, Any], prune: bool = False, shown: SetPlan | None = None) -> SetPlan:
    note = "applied from rules.yaml"
    return apply_rules(wanted, prune=prune, by="ana", at=NOON, note=note, shown=shown)


def names() -> list[str]:
    return list(AlertRule.objects.values_list("rule_name", flat=True))


def test_a_plan_writes_nothing() -> None:
    plan = plan_rules([hot()], prune=True)

    assert [change.name for change in plan.create] == ["hot"]
    assert not AlertRule.with_deleted.exists()


def test_rules_are_created_changed_and_deleted_at_once() -> None:
    applied(hot(), hot(rule_name="warm"), hot(rule_name="old"))

    plan = applied(hot(threshold=90), hot(rule_name="warm"), hot(rule_name="new"), prune=True)

    assert names() == ["hot", "new", "warm"]
    assert [(each.name, each.version) for each in plan.change] == [("hot", 1)]
    assert (plan.same, [each.name for each in plan.delete]) == (("warm",), ["old"])
    assert AlertRule.objects.get(rule_name="hot").threshold == 90


def test_rules_that_the_file_does_not_name_stay_unless_pruned() -> None:
    create_rule(hot(rule_name="by hand"), by="bo")

    assert applied(hot()).kept == ("by hand",)
    assert names() == ["by hand", "hot"]


def test_a_field_that_the_file_leaves_out_has_its_default_again() -> None:
    create_rule(hot(duration=60, is_cause=True), by="bo")

    applied(hot())

    rule = AlertRule.objects.get()
    assert (rule.duration, rule.is_cause) == (0, False)


def test_each_change_is_a_version_that_names_the_file() -> None:
    applied(hot(), hot(rule_name="old"))
    applied(hot(threshold=90), prune=True)

    rows = RuleVersion.objects.order_by("rule__rule_name", "version")
    assert list(rows.values_list("rule__rule_name", "version", "changed_by", "note")) == [
        ("hot", 1, "ana", "applied from rules.yaml"),
        ("hot", 2, "ana", "applied from rules.yaml"),
        ("old", 1, "ana", "applied from rules.yaml"),
        ("old", 2, "ana", "deleted: applied from rules.yaml"),
    ]


def test_a_changed_term_closes_alerts() -> None:
    rule = create_rule(hot(), by="bo")
    AlertFactory.create(rule=rule)

    applied(hot(threshold=90))

    assert Alert.objects.get().resolution_note == "The rule was changed: threshold."


def test_one_wrong_rule_stops_all_and_every_mistake_is_named() -> None:
    with pytest.raises(InvalidInputError) as caught:
        applied(
            hot(),
            hot(rule_name="a", aggregation="avg"),
            hot(rule_name="b", escalation_policy="gone"),
            composite("c", "hot and gone"),
            composite("d", "hot and ("),
        )

    problems = caught.value.details
    assert {name: list(fields) for name, fields in problems.items()} == {
        "a": ["window_seconds"],
        "b": ["escalation_policy"],
        "c": ["expression"],
        "d": ["expression"],
    }
    assert not AlertRule.objects.exists()


def test_composite_rules_may_stand_before_what_they_name() -> None:
    applied(composite("a", "b and hot"), composite("b", "hot"), hot())

    assert names() == ["a", "b", "hot"]


def test_composite_rules_may_change_places() -> None:
    applied(composite("a", "b"), composite("b", "hot"), hot())

    applied(composite("b", "a"), composite("a", "hot"), hot())

    found = dict(AlertRule.objects.values_list("rule_name", "expression"))
    assert (found["a"], found["b"]) == ("hot", "a")


def test_a_circle_within_the_file_is_named_for_each_rule_of_it() -> None:
    with pytest.raises(InvalidInputError) as caught:
        applied(composite("a", "b"), composite("b", "a"))

    assert caught.value.details == {
        "a": {"expression": ["it would watch itself: a > b > a"]},
        "b": {"expression": ["it would watch itself: b > a > b"]},
    }


def test_a_rule_goes_together_with_the_one_that_names_it() -> None:
    applied(composite("a", "hot"), hot())

    applied(prune=True)

    assert names() == []


def test_pruning_is_refused_where_a_rule_that_stays_names_one_that_goes() -> None:
    applied(composite("a", "hot"), hot())

    with pytest.raises(RuleInUseError, match="hot cannot be deleted: it is named by a"):
        plan_rules([composite("a", "hot")], prune=True)


def test_a_rule_that_stays_by_itself_keeps_what_it_names() -> None:
    applied(composite("a", "hot"), hot())

    with pytest.raises(InvalidInputError) as caught:
        applied(composite("a", "hot or gone"), hot())

    assert caught.value.details == {"a": {"expression": ["there is no rule named gone"]}}


def test_a_plan_that_somebody_agreed_to_must_still_be_the_plan() -> None:
    rule = create_rule(hot(), by="bo")
    shown = plan_rules([hot(threshold=90)], prune=False)
    update_rule(rule.pk, {"duration": 5}, by="cy", at=NOON)

    with pytest.raises(RuleChangedError):
        applied(hot(threshold=90), shown=shown)
    again = plan_rules([hot(threshold=90)], prune=False)

    assert applied(hot(threshold=90), shown=again) == again


def test_an_escalation_policy_is_the_same_by_name_and_by_id() -> None:
    policy = EscalationPolicy.objects.create(name="night")
    applied(hot(escalation_policy="night"))

    assert plan_rules([hot(escalation_policy=str(policy.pk))], prune=True).is_empty


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
LABELS = st.dictionaries(TEXT.map("x".__add__), TEXT, max_size=2)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-100, 100).map(float)
OVERRIDES = st.fixed_dictionaries(
    {"labels": st.dictionaries(st.just("host"), TEXT, min_size=1), "threshold": NUMBERS}
)
RULES = st.fixed_dictionaries(
    {
        "metric_name": st.from_regex(r"\A[a-z_:][a-z0-9_:.]{0,9}\Z"),
        "condition": st.sampled_from([">", ">=", "<", "<=", "==", "!="]),
        "threshold": NUMBERS,
    },
    optional={
        "label_matchers": LABELS,
        "annotations": LABELS,
        "duration": st.integers(0, 604_800),
        "keep_firing_for": st.integers(0, 604_800),
        "flap_firings": st.integers(0, 100),
        "severity": st.sampled_from(["info", "warning", "critical"]),
        "enabled": st.booleans(),
        "is_cause": st.booleans(),
        "no_data_policy": st.sampled_from(["keep", "fire", "resolve"]),
        "notification_channels": st.lists(st.sampled_from(["email", "slack"]), max_size=2),
        "combine": st.sampled_from(["", "sum", "count"]),
        "threshold_overrides": st.just([]) | st.tuples(OVERRIDES).map(list),
    },
)
RULE_NAMES = TEXT.map(lambda text: f"x{text}".strip())


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(st.dictionaries(RULE_NAMES, RULES, min_size=1, max_size=4))
def test_what_is_exported_and_applied_again_changes_nothing(
    rules: dict[str, dict[str, Any]],
) -> None:
    with transaction.atomic():
        for name, fields in rules.items():
            if fields.get("combine"):
                fields["threshold_overrides"] = []
            create_rule({"rule_name": name, **fields}, by="ana")

        text = render([without_defaults(fields) for fields in present_fields()])
        wanted = []
        for rule in parse(text):
            body = RuleInput(data=rule.fields)
            assert body.is_valid(), body.errors
            wanted.append(body.validated_data)

        assert plan_rules(wanted, prune=True).is_empty
        assert applied(*wanted, prune=True).same == tuple(sorted(rules))
        assert {rule.version for rule in AlertRule.objects.all()} == {1}
        transaction.set_rollback(True)

"""Rules that name other rules: what an expression names must be there, and what is named must stay."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from alerts.composites import Graph, fault_of, users_of
from alerts.errors import RuleInUseError
from alerts.evaluation.expression import ExpressionError, parse
from alerts.models import AlertRule
from monitoring.errors import InvalidInputError

# Any number that nobody else uses in this database (see alerts.services.evaluation_lock).
_WRITER = 7_303_014_103


def be_the_only_writer() -> None:
    """Wait for other changes of rules: two that are right by themselves may make a circle together.

    To be called after `hold_still` and before a row is locked; lasts until the caller's transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER])


def refuse_broken_expression(rule: AlertRule) -> None:
    """Raise InvalidInputError if the rule's expression cannot be read, names what is not there, or makes a circle."""
    if rule.expression and (faults := broken_expressions([rule])):
        raise InvalidInputError("Invalid rule", details={"expression": list(faults.values())})


def broken_expressions(
    rules: Collection[AlertRule], *, gone: Collection[UUID] = ()
) -> dict[str, str]:
    """Return by name why expressions of `rules`, stored or not yet, could not stand once all of them are stored.

    `gone` are rules that are to be deleted. Raises RuleInUseError if a rule that stays names one of those.
    """
    replaced = {rule.pk for rule in rules} | set(gone)
    composites = AlertRule.objects.exclude(pk__in=replaced).exclude(expression="")
    graph = {name: _names_in(text) for name, text in _texts(composites)}
    faults: dict[str, str] = {}
    written: dict[str, frozenset[str]] = {}
    for rule in rules:
        if rule.expression:
            try:
                written[rule.rule_name] = parse(rule.expression).names()
            except ExpressionError as error:
                faults[rule.rule_name] = str(error)
    graph.update(written)
    kept = {rule.rule_name for rule in rules}
    for name in sorted(_names_of(gone) - kept):
        _refuse_users(graph, name, "deleted")
    known = kept | _existing(frozenset().union(*written.values()), replaced)
    found = {name: fault_of(graph, name, known) for name in written}
    return faults | {name: fault for name, fault in found.items() if fault}


def refuse_if_used(rule_name: str, *, doing: str) -> None:
    """Raise RuleInUseError if the expression of another rule names this one; `doing` is such as "deleted"."""
    others = AlertRule.objects.exclude(expression="").exclude(rule_name=rule_name)
    _refuse_users({name: _names_in(text) for name, text in _texts(others)}, rule_name, doing)


def _refuse_users(graph: Graph, rule_name: str, doing: str) -> None:
    users = users_of(graph, [rule_name])
    if users:
        raise RuleInUseError(
            f"{rule_name} cannot be {doing}: it is named by {', '.join(users)}",
            details={"rule_name": rule_name, "used_by": users},
        )


def _names_of(ids: Collection[UUID]) -> set[str]:
    if not ids:
        return set()
    return set(AlertRule.objects.filter(pk__in=ids).values_list("rule_name", flat=True))


def _texts(rules: QuerySet[AlertRule]) -> Iterable[tuple[str, str]]:
    return rules.values_list("rule_name", "expression")


def _names_in(expression: str) -> frozenset[str]:
    """Return what a stored expression names; one that cannot be read any more names nothing."""
    try:
        return parse(expression).names()
    except ExpressionError:
        return frozenset()


def _existing(names: Collection[str], without: Collection[UUID]) -> set[str]:
    rules = AlertRule.objects.filter(rule_name__in=names).exclude(pk__in=without)
    return set(rules.values_list("rule_name", flat=True))

"""Matchers on the labels of an alert: those of its series, and its service, rule and severity beside them."""

from collections.abc import Iterable, Mapping, Sequence

from monitoring.query.matchers import Matcher, MatchOp, equalities

RULE_LABEL = "rule"
SERVICE_LABEL = "service_name"
SEVERITY_LABEL = "severity"


def labels_of(
    series_labels: Mapping[str, str], *, service: str, rule: str, severity: str
) -> dict[str, str]:
    """Return all labels by which an alert is matched and grouped; a series cannot pose as another rule or service."""
    own = {SERVICE_LABEL: service, RULE_LABEL: rule, SEVERITY_LABEL: severity}
    return {**series_labels, **own}


def accepts(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Tell whether every matcher accepts its label; a label that is not there counts as the empty text."""
    return all(matcher.accepts(labels.get(matcher.label, "")) for matcher in matchers)


def selects(matchers: Sequence[Matcher]) -> bool:
    """Tell whether the matchers choose something: at least one of them refuses an alert without any label."""
    return any(not matcher.accepts("") for matcher in matchers)


def shared_matchers(label_sets: Iterable[Mapping[str, str]]) -> list[Matcher]:
    """Return the matchers that accept all these alerts and name what they have in common, severity left out.

    Severity does not tell what is broken: a silence must not end because the same series got worse.
    """
    common: set[tuple[str, str]] | None = None
    for labels in label_sets:
        pairs = {(name, value) for name, value in labels.items() if value}
        common = pairs if common is None else common & pairs
    return equalities({name: value for name, value in common or () if name != SEVERITY_LABEL})


__all__ = [
    "RULE_LABEL",
    "SERVICE_LABEL",
    "SEVERITY_LABEL",
    "MatchOp",
    "Matcher",
    "accepts",
    "labels_of",
    "selects",
    "shared_matchers",
]

"""Conditions on one label of a series, with the meaning that Prometheus gives them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitoring.query.regex import Pattern, compile_pattern

METRIC_LABEL = "__name__"
SERVICE_LABEL = "service_name"


class MatchOp(StrEnum):
    """How a label's value is compared; a pattern has to match all of it."""

    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition. A label that a series does not have counts as the empty text.

    `__name__` is the metric and `service_name` the service. Making one raises InvalidInputError for a
    pattern that cannot be used (see monitoring.query.regex).
    """

    label: str
    op: MatchOp
    value: str

    def __post_init__(self) -> None:
        if self.is_pattern:
            compile_pattern(self.value)

    @property
    def is_pattern(self) -> bool:
        """Tell whether the value is a regular expression."""
        return self.op in {MatchOp.MATCHES, MatchOp.NOT_MATCHES}

    def accepts(self, text: str) -> bool:
        """Tell whether a label of that value fulfils the condition."""
        if self.op is MatchOp.EQUAL:
            return text == self.value
        if self.op is MatchOp.NOT_EQUAL:
            return text != self.value
        return self.pattern.accepts(text) is (self.op is MatchOp.MATCHES)

    @property
    def pattern(self) -> Pattern:
        """Return the compiled expression of =~ and !~."""
        return compile_pattern(self.value)


def equalities(labels: Mapping[str, str]) -> list[Matcher]:
    """Return the conditions that each of the labels has just that value, in the order of the labels."""
    return [Matcher(label, MatchOp.EQUAL, value) for label, value in sorted(labels.items())]


def as_matchers(asked: Mapping[str, str] | Sequence[Matcher] | None) -> list[Matcher]:
    """Return conditions as a list, however they were given; nothing asked is an empty list."""
    if asked is None:
        return []
    return equalities(asked) if isinstance(asked, Mapping) else list(asked)

"""What a reader asks of the metrics endpoints, as the query string says it. No clock, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict

from monitoring.api.query import before, instant_of
from monitoring.errors import InvalidInputError
from monitoring.metrics_api.names import names_of_service
from monitoring.metrics_api.span import Span
from monitoring.query.aggregation import Question
from monitoring.query.matchers import Matcher, equalities
from monitoring.query.resolution import aggregation_of, longest_span, step_of
from monitoring.query.selector import Selector, selector_of
from monitoring.query.steps import Aggregation, Function

_DEFAULT_SPAN = timedelta(hours=1)
_LABEL = "label."
_ONLY_WITH_STEP = ("aggregation", "percentile", "group_by", "across")
_MOST_LABELS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which series: every condition must hold; `services` are the names of one service."""

    metric: str | None = None
    services: tuple[str, ...] | None = None
    matchers: tuple[Matcher, ...] = ()


def wanted_of(query: QueryDict) -> Wanted:
    """Return which series are asked for, by `metric_name`, `service`, `label.*` and `match`.

    Raises InvalidInputError for a selector that cannot be read, or one that contradicts `metric_name`.
    """
    metric, service = query.get("metric_name"), query.get("service")
    labels = {
        name.removeprefix(_LABEL): str(query[name]) for name in query if name.startswith(_LABEL)
    }
    selector = selector_of(str(query["match"])) if "match" in query else Selector(None, ())
    if metric is not None and selector.metric not in (None, metric):
        raise InvalidInputError("metric_name and match name different metrics")
    return Wanted(
        metric=metric if metric is not None else selector.metric,
        services=names_of_service(service) if service else None,
        matchers=(*equalities(labels), *selector.matchers),
    )


def span_of(query: Mapping[str, str], *, at: datetime, longest: timedelta | None = None) -> Span:
    """Return the range asked for: the hour before `end_time`, and that is `at`, unless said.

    Raises InvalidInputError if it is empty or longer than `longest`.
    """
    end = instant_of(query, "end_time", None) or at
    start = instant_of(query, "start_time", None) or before(end, _DEFAULT_SPAN, "end_time")
    return Span(start, end) if longest is None else Span(start, end, longest)


def question_of(query: Mapping[str, str]) -> Question | None:
    """Return what to make of the samples, None if they are asked for as they are.

    Raises InvalidInputError naming the parameter that is wrong.
    """
    if "step" not in query:
        for name in _ONLY_WITH_STEP:
            if name in query:
                raise InvalidInputError(f"{name} needs a step, such as step=5m", details={name: []})
        return None
    return Question(
        step_ms=step_of(query["step"]),
        how=_aggregation(query),
        group_by=_labels(query["group_by"]) if "group_by" in query else None,
        across=aggregation_of(query["across"], "across") if "across" in query else None,
    )


def longest_for(question: Question) -> timedelta:
    """Return how long a range may be for the question."""
    return longest_span(question.step_ms, question.how)


def _aggregation(query: Mapping[str, str]) -> Aggregation:
    named = query.get("aggregation")
    if "percentile" not in query:
        if named == Function.PERCENTILE:
            raise InvalidInputError("aggregation=percentile needs a percentile, such as 95")
        return aggregation_of(named if named is not None else Function.AVG)
    if named not in (None, Function.PERCENTILE):
        raise InvalidInputError(f"percentile and aggregation={named} contradict each other")
    return aggregation_of(f"p{query['percentile']}", "percentile")


def _labels(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if len(names) > _MOST_LABELS:
        raise InvalidInputError(f"group_by names at most {_MOST_LABELS} labels")
    return names

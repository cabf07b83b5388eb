"""Which series a question is about."""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import orjson
from django.db import connection
from numpy.typing import NDArray

from monitoring.query.catalogue import CATALOGUE
from monitoring.query.matchers import (
    METRIC_LABEL,
    SERVICE_LABEL,
    Matcher,
    MatchOp,
    as_matchers,
)
from monitoring.storage import unsealed
from monitoring.storage.unsealed import View
from monitoring.types import SeriesRef

__all__ = ["SERVICE_LABEL", "ids_in", "ids_of_metrics", "matching_series", "series_in"]

_COLUMNS = {METRIC_LABEL: "metric", SERVICE_LABEL: "service"}
_FIND = "SELECT id FROM series WHERE {} ORDER BY metric, service, labels"  # columns are named here, values are not


def matching_series(
    *,
    metric: str | None = None,
    service: str | None = None,
    matchers: Mapping[str, str] | Sequence[Matcher] | None = None,
) -> list[SeriesRef]:
    """Return the series with that metric and service that fulfil all conditions.

    Ordered by metric, service and labels. A label that a series does not have counts as the empty text, as
    in Prometheus; a mapping asks for equal values. The labels `__name__` and `service_name` are the
    series' metric and service.
    """
    return series_in(unsealed.view(), metric=metric, service=service, matchers=matchers)


def series_in(
    view: View,
    *,
    metric: str | None = None,
    service: str | None = None,
    matchers: Mapping[str, str] | Sequence[Matcher] | None = None,
) -> list[SeriesRef]:
    """Return the same as `matching_series` to a caller that has a view already."""
    wanted = as_matchers(matchers)
    for label, value in ((METRIC_LABEL, metric), (SERVICE_LABEL, service)):
        if value is not None:
            wanted.append(Matcher(label, MatchOp.EQUAL, value))
    ids = ids_in(view, wanted).tolist()
    known = CATALOGUE.series(view.catalogue, ids)
    return [known[number] for number in ids if number in known]


def ids_in(view: View, matchers: Sequence[Matcher]) -> NDArray[np.int32]:
    """Return the numbers of the series that fulfil all conditions, in the order of `matching_series`."""
    asked = frozenset(matchers)
    return CATALOGUE.select(view.catalogue, asked, lambda: _find(view, list(asked)))


def ids_of_metrics(view: View, metrics: Collection[str], service: str | None) -> NDArray[np.int32]:
    """Return the numbers of the series of some metrics, in the order of `matching_series`."""
    names = frozenset(metrics)
    where = "metric = ANY(%s) AND service = %s" if service is not None else "metric = ANY(%s)"
    values: list[str | list[str]] = [list(names), *([] if service is None else [service])]
    return CATALOGUE.select(view.catalogue, (names, service), lambda: _ordered(where, values))


def _find(view: View, matchers: Sequence[Matcher]) -> NDArray[np.int32]:
    """Let the database's indexes answer what they can, and look at each of what is left."""
    equal = [each for each in matchers if each.op is MatchOp.EQUAL and each.value]
    others = [each for each in matchers if each not in equal]
    found = _having(equal)
    if not others:
        return found
    known = CATALOGUE.series(view.catalogue, found.tolist())
    tests = [(_reader(each.label), each.accepts) for each in others]
    kept = [
        number
        for number in found.tolist()
        if number in known and all(accepts(read(known[number])) for read, accepts in tests)
    ]
    return np.array(kept, np.int32)


def _having(equal: Sequence[Matcher]) -> NDArray[np.int32]:
    conditions = ["true"]
    values: list[str | list[str]] = []
    labels: dict[str, str] = {}
    for each in equal:
        if each.label in _COLUMNS:
            conditions.append(f"{_COLUMNS[each.label]} = %s")
            values.append(each.value)
        elif labels.setdefault(each.label, each.value) != each.value:
            return np.empty(0, np.int32)
    if labels:
        conditions.append("labels @> %s::jsonb")
        values.append(orjson.dumps(labels).decode())
    return _ordered(" AND ".join(conditions), values)


def _ordered(where: str, values: Sequence[str | list[str]]) -> NDArray[np.int32]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(where), values)
        return np.array([number for (number,) in cursor.fetchall()], np.int32)


def _reader(label: str) -> Callable[[SeriesRef], str]:
    if label == METRIC_LABEL:
        return lambda series: series.metric
    if label == SERVICE_LABEL:
        return lambda series: series.service
    return lambda series: series.labels.get(label, "")

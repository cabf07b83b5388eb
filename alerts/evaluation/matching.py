"""Which series a rule watches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.evaluation.fingerprint import fingerprint
from monitoring.types import LatestValue

# The service is a column of a series, not one of its labels, yet people match it like one.
SERVICE = "service_name"


@dataclass(frozen=True, slots=True)
class Watched:
    """The newest value of one series, and the name of the series within a rule."""

    fingerprint: str
    latest: LatestValue


class SeriesIndex:
    """Finds the series of a metric, and of one service within it, without looking at the others.

    The cost of a rule is the series it matches: hundreds of rules that each watch one service of a metric
    must not each walk through all of its series.
    """

    def __init__(self, values: Iterable[LatestValue]) -> None:
        self._by_metric: dict[str, list[Watched]] = defaultdict(list)
        self._by_service: dict[tuple[str, str], list[Watched]] = defaultdict(list)
        for value in values:
            series = value.series
            watched = Watched(fingerprint(series.service, series.labels), value)
            self._by_metric[series.metric].append(watched)
            self._by_service[series.metric, series.service].append(watched)

    def matching(self, metric: str, matchers: Mapping[str, str]) -> list[Watched]:
        """Return the series of `metric` that carry each label of `matchers` with exactly its value.

        An empty value asks for series without that label, as everywhere in queries.
        """
        labels = {name: value for name, value in matchers.items() if name != SERVICE}
        if SERVICE in matchers:
            found: Sequence[Watched] = self._by_service.get((metric, matchers[SERVICE]), ())
        else:
            found = self._by_metric.get(metric, ())
        return [watched for watched in found if _carries(watched.latest.series.labels, labels)]


def _carries(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(labels.get(name, "") == value for name, value in wanted.items())

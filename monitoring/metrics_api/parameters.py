"""The query parameters of the metrics endpoints as the OpenAPI schema shows them; `questions.py` reads them."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from monitoring.api.pagination import OFFSET

__all__ = ["EXPORT", "LIMIT", "OFFSET", "STEPS", "WANTED"]

LIMIT = OpenApiParameter("limit", int, description="rows of the page")

WANTED = [
    OpenApiParameter("service", str, description="`payment` and `payment-service` mean the same"),
    OpenApiParameter("metric_name", str),
    OpenApiParameter("start_time", OpenApiTypes.DATETIME, description="an hour before the end"),
    OpenApiParameter("end_time", OpenApiTypes.DATETIME, description="now"),
    OpenApiParameter(
        "label.*", str, description="label.hostname=server1 keeps series with that label"
    ),
    OpenApiParameter(
        "match",
        str,
        description='a selector: metric{label="x",other=~"a|b"} with =, !=, =~ and !~',
    ),
]
STEPS = [
    OpenApiParameter(
        "step",
        str,
        description="one value for each 60s, 5m, 1h, 1d or 60 (seconds); the range is widened to whole "
        "steps, and spans at most 31 days, 90 where the step is of whole 5 minutes and 400 where it is of "
        "whole hours and the aggregation one of avg, min, max, sum, count, last",
    ),
    OpenApiParameter(
        "aggregation",
        str,
        description="avg (unless said), min, max, sum, count, first, last, p50 to p99.9, and for counters "
        "rate (a second) and increase",
    ),
    OpenApiParameter("percentile", float, description="95 is aggregation=p95"),
    OpenApiParameter(
        "group_by",
        str,
        description="labels, separated by commas: one row for all series of a metric that share their "
        "values; service_name is one of them, and no label at all makes one group of each metric",
    ),
    OpenApiParameter(
        "across",
        str,
        description="sum, avg, min, max, count or p95 of the series of a group, each aggregated by "
        "itself; without it all samples of a group count as those of one series",
    ),
]
EXPORT = [
    OpenApiParameter("format", str, enum=["csv", "json", "ndjson"], description="csv unless said"),
]

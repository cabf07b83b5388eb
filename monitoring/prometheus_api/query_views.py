"""Queries: one instant, or a range in steps."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from monitoring.prometheus_api import answers
from monitoring.prometheus_api.base import PrometheusView, limits_of, source_for, succeeded
from monitoring.prometheus_api.schema import INSTANT, RANGE, operation
from monitoring.promql.engine import Result, instant_query, range_query
from monitoring.promql.errors import BadQueryError, ExecutionError
from monitoring.promql.model import Steps, Vector
from monitoring.storage.instants import to_ms


class InstantQuery(PrometheusView):
    """GET or POST /api/v1/monitoring/prometheus/api/v1/query"""

    @extend_schema(**operation("query", INSTANT))
    def get(self, request: Request) -> HttpResponse:
        """Return the value of a PromQL expression at one instant, now unless it is given."""
        asked = self.parameters(request)
        at_ms = asked.instant_ms("time", to_ms(timezone.now()))
        limits = limits_of(asked.timeout(settings.QUERY_TIMEOUT))
        try:
            result = instant_query(
                asked.query(), source=source_for(request), at_ms=at_ms, limits=limits
            )
        except BadQueryError as error:
            raise BadQueryError(f'invalid parameter "query": {error.message}') from None
        _refuse_too_many(result)
        return succeeded(answers.instant_answer(result, at_ms))

    @extend_schema(**operation("query_form", INSTANT))
    def post(self, request: Request) -> HttpResponse:
        """Return the same for parameters in a form."""
        return self.get(request)


class RangeQuery(PrometheusView):
    """GET or POST /api/v1/monitoring/prometheus/api/v1/query_range"""

    @extend_schema(**operation("query_range", RANGE))
    def get(self, request: Request) -> HttpResponse:
        """Return the values of a PromQL expression from start to end, both included, in steps."""
        asked = self.parameters(request)
        start_ms, end_ms = asked.instant_ms("start"), asked.instant_ms("end")
        if end_ms < start_ms:
            raise BadQueryError(
                'invalid parameter "end": end timestamp must not be before start time'
            )
        steps = Steps(start_ms, end_ms, asked.step_ms())
        limits = limits_of(asked.timeout(settings.QUERY_TIMEOUT))
        result = range_query(asked.query(), source=source_for(request), steps=steps, limits=limits)
        _refuse_too_many(result)
        return succeeded(answers.range_answer(result, steps.times_ms()))

    @extend_schema(**operation("query_range_form", RANGE))
    def post(self, request: Request) -> HttpResponse:
        """Return the same for parameters in a form."""
        return self.get(request)


def _refuse_too_many(result: Result) -> None:
    series = len(result.labels) if isinstance(result, Vector) else 0
    if series > settings.MAX_PROMQL_SERIES:
        raise ExecutionError(
            f"the query returns {series} series, more than {settings.MAX_PROMQL_SERIES}:"
            " aggregate, or ask for fewer by their labels"
        )

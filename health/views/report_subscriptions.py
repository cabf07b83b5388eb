"""Who gets which report, over HTTP; and the page of the link that leads out."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.views.actor import actor_of
from health.models import ReportSubscription
from health.reports.errors import SubscriptionNotFoundError, UnsubscribeLinkInvalidError
from health.reports.links import subscription_of
from health.serializers import reports as serializers
from health.services import report_subscriptions as subscriptions
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import Access, Role, only
from monitoring.api.views import ApiView

# Addresses are personal: who may not change them has no need to read them.
KEEPERS = only(Role.ADMIN, Role.OPERATOR, permission="reports:write")


class Subscriptions(ApiView):
    """GET and POST /api/v1/monitoring/report-subscriptions"""

    access: ClassVar[Mapping[str, Access]] = {"GET": KEEPERS, "POST": KEEPERS}

    @extend_schema(
        operation_id="report_subscriptions_list",
        parameters=[
            LIMIT,
            OFFSET,
        ],
        responses=serializers.Subscription(many=True),
    )
    def get(self, request: Request) -> Response:
        """List who gets which report."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        found = ReportSubscription.objects.order_by("email", "kind", "period", "id")
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.Subscription(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())

    @extend_schema(
        operation_id="report_subscriptions_add",
        request=serializers.SubscriptionInput,
        responses={201: serializers.Subscription},
    )
    def post(self, request: Request) -> Response:
        """Subscribe an address to a report."""
        body = serializers.SubscriptionInput(data=request.data)
        body.is_valid(raise_exception=True)
        added = subscriptions.add_subscription(body.validated_data, by=actor_of(request).id)
        return Response(serializers.Subscription(added).data, status=201)


class OneSubscription(ApiView):
    """GET, PATCH and DELETE /api/v1/monitoring/report-subscriptions/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": KEEPERS, "PATCH": KEEPERS, "DELETE": KEEPERS}

    @extend_schema(operation_id="report_subscriptions_one", responses=serializers.Subscription)
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """Return one subscription."""
        found = subscriptions.subscription_by_id(subscription_id)
        return Response(serializers.Subscription(found).data)

    @extend_schema(
        operation_id="report_subscriptions_change",
        request=serializers.SubscriptionInput(partial=True),
        responses=serializers.Subscription,
    )
    def patch(self, request: Request, subscription_id: UUID) -> Response:
        """Change what is named of a subscription."""
        body = serializers.SubscriptionInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changed = subscriptions.change_subscription(
            subscription_id, body.validated_data, by=actor_of(request).id
        )
        return Response(serializers.Subscription(changed).data)

    @extend_schema(operation_id="report_subscriptions_remove", responses={204: None})
    def delete(self, request: Request, subscription_id: UUID) -> Response:
        """Forget a subscription."""
        subscriptions.remove_subscription(subscription_id, by=actor_of(request).id)
        return Response(status=204)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop a report, or stop it: mail scanners open links, so opening one changes nothing.

    The signature in the URL is the only authority; no cookie is read, so no token against forgery is needed.
    """
    try:
        subscription_id = subscription_of(token)
        if request.method == "POST":
            state, found = "done", subscriptions.unsubscribe(subscription_id)
        else:
            found = subscriptions.subscription_by_id(subscription_id)
            state = "ask" if found.enabled else "done"
    except (UnsubscribeLinkInvalidError, SubscriptionNotFoundError) as error:
        return _page({"state": "invalid", "reason": error.message}, status=404)
    return _page({"state": state, "subscription": found})


def _page(context: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    # Without the request: what templates are given about sessions and users has no place here.
    response = HttpResponse(
        render_to_string("reports/unsubscribe.html", dict(context)), status=status
    )
    # The address of the page is a key: it goes into no Referer and no index.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response

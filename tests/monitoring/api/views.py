"""Small views that show what the API kit does to every view; the paths of a service made for the tests."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.permissions import ANY_ROLE, ANYONE, SCRAPER, Access, Role, holder_of, only
from monitoring.api.views import ApiView
from monitoring.errors import ConflictError, DatabaseUnavailableError
from monitoring.models import Metric


class WhoAmI(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": ANY_ROLE}

    def get(self, request: Request) -> Response:
        holder = holder_of(request)
        assert holder is not None
        return Response(
            {
                "id": holder.id,
                "role": holder.role,
                "permissions": sorted(holder.permissions),
                "service": holder.service,
            }
        )


class Open(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}

    def get(self, request: Request, name: str = "") -> Response:
        return Response({"name": name})


class Scraped(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": SCRAPER}

    def get(self, request: Request) -> Response:
        return Response({"scraped": True})


class AdminOnly(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": only(Role.ADMIN, permission="rules:write")}

    def post(self, request: Request) -> Response:
        return Response({"done": True})


class Narrowed(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": ANY_ROLE.strictly(Role.OPERATOR, Role.ADMIN)}

    def get(self, request: Request) -> Response:
        return Response({"revenue": 1})


class Undeclared(ApiView):
    def get(self, request: Request) -> Response:
        return Response({"leak": True})


class Echo(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": ANYONE}

    def post(self, request: Request) -> Response:
        return Response({"got": request.data})


class Bulk(Echo):
    max_body_bytes = 2_000_000


class _Named(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=5)
    count = serializers.IntegerField()


class Strict(ApiView):
    access: ClassVar[dict[str, Access]] = {"POST": ANYONE}

    def post(self, request: Request) -> Response:
        body = _Named(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(body.validated_data)


class Failing(ApiView):
    """Raises what the path names."""

    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}
    failures: ClassVar[dict[str, Exception]] = {
        "bug": RuntimeError("postgres://root:hunter22@db/x is not for clients"),
        "conflict": ConflictError("a rule of that name exists", details={"rule_name": "cpu"}),
        "away": DatabaseUnavailableError("The database is away", retry_after_seconds=7),
        "driver": OperationalError("connection to server at 10.1.2.3 failed: password=hunter22"),
        "absent": Http404("alert 7 of tenant 3"),
    }

    def get(self, request: Request, name: str) -> Response:
        raise self.failures[name]


class Counted(ApiView):
    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}

    def get(self, request: Request) -> Response:
        return Response({"metrics": Metric.objects.count()})


def forbidden(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def large(_request: HttpRequest) -> HttpResponse:
    raise RequestDataTooBig


@require_GET
def only_get(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page")


urlpatterns = [
    path("forbidden", forbidden),
    path("large", large),
    path("only-get", only_get),
    path("api/v1/counted", Counted.as_view()),
    path("api/v1/me", WhoAmI.as_view()),
    path("api/v1/open", Open.as_view()),
    path("api/v1/open/<str:name>", Open.as_view()),
    path("api/v1/scraped", Scraped.as_view()),
    path("api/v1/admin-only", AdminOnly.as_view()),
    path("api/v1/narrowed", Narrowed.as_view()),
    path("api/v1/undeclared", Undeclared.as_view()),
    path("api/v1/echo", Echo.as_view()),
    path("api/v1/bulk", Bulk.as_view()),
    path("api/v1/strict", Strict.as_view()),
    path("api/v1/failing/<str:name>", Failing.as_view()),
]
handler400 = "monitoring.api.errors.bad_request"
handler403 = "monitoring.api.errors.permission_denied"
handler404 = "monitoring.api.errors.not_found"
handler500 = "monitoring.api.errors.server_error"

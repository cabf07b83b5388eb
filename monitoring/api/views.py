"""The base of every view of the API: declared access, counted requests, strict input."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.views import APIView

from monitoring.api.parsers import announce_body
from monitoring.api.permissions import Access
from monitoring.errors import InvalidInputError


class ApiView(APIView):
    """One path. A method without declared access is denied to everybody."""

    access: ClassVar[Mapping[str, Access]] = {}
    rate_scope: ClassVar[str] = "default"
    max_body_bytes: ClassVar[int | None] = None  # None: MAX_BODY_BYTES
    # OPTIONS would describe the view to anybody; CORS preflights are answered before they come this far.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Take a body for JSON also where the client forgot to say so."""
        announce_body(request.META)
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a method that is not there before anybody is asked for a token, and text that cannot be stored."""
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)
        _refuse_nul(request, kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate and count the request, also one with a bad token: guessing has its limit."""
        try:
            super().perform_authentication(request)
        finally:
            super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """Do nothing: the request was counted before it was refused or let through."""


def _refuse_nul(request: Request, kwargs: Mapping[str, Any]) -> None:
    asked = [text for name, values in request.query_params.lists() for text in (name, *values)]
    if any("\0" in str(text) for text in (*asked, *kwargs.values())):
        raise InvalidInputError("The URL holds a NUL character")

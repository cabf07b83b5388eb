"""A middleware that meets a database that is away, as sessions and authentication do."""

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse


class DatabaseAway:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raise OperationalError("connection to server at 10.1.2.3 failed: password=hunter22")

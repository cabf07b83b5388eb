"""The limit for single requests: a view behind the same server and middleware that checks the token and does nothing.

Served by `gunicorn bench.bare:application`.
"""

import os
from collections.abc import Mapping
from typing import ClassVar

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.service")

from django.conf import settings
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from config.wsgi import application as _application
from monitoring.api.permissions import ANYONE, Access, Role, only
from monitoring.api.views import ApiView


class Nothing(ApiView):
    """POST /nothing"""

    access: ClassVar[Mapping[str, Access]] = {"POST": only(Role.ADMIN)}

    def post(self, request: Request) -> Response:
        """Answer that all went well."""
        return Response({"success": True})


class Ready(ApiView):
    """GET /ready"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANYONE}

    def get(self, request: Request) -> Response:
        """Answer that the server is up."""
        return Response({})


urlpatterns = [path("nothing", Nothing.as_view()), path("ready", Ready.as_view())]
settings.ROOT_URLCONF = __name__
application = _application

"""The paths of the service as Django resolves them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from monitoring.api.views import ApiView

_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One path and the view behind it; `view` is None for a plain function or a page of the admin."""

    path: str
    view: type[APIView] | None

    @property
    def is_api(self) -> bool:
        return self.view is not None and issubclass(self.view, ApiView)

    @property
    def methods(self) -> list[str]:
        """The methods that the view implements itself; HEAD comes with GET."""
        if self.view is None:
            return []
        return [
            name.upper()
            for name in self.view.http_method_names
            if name != "head" and hasattr(self.view, name)
        ]


def routes() -> list[Route]:
    """Every route, in the order in which it is tried."""
    return list(_walk(get_resolver(), "/"))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = prefix + _CONVERTER.sub(r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield Route(path, getattr(pattern.callback, "cls", None))

"""What all views of the status page share: open to anybody, cacheable, and pages where a person asked for one."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from health.public.document import document_at
from health.public.edition import Body, Edition
from health.public.memory import Remembered, memory
from monitoring.api.content_coding import takes_gzip
from monitoring.api.errors import wants_json
from monitoring.api.permissions import ANYONE, Access
from monitoring.api.views import ApiView
from monitoring.errors import NotFoundError

# How long a cache in front may go on showing what it has while this service does not answer.
_STALE_IF_ERROR_SECONDS = 86_400
_PAGES_OF_REFUSALS = {404, 503}


class PublicView(ApiView):
    """Base of the outputs of the status page; switched off, they are not there."""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANYONE}
    rate_scope = "health"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise NotFoundError where STATUS_PAGE is off."""
        super().initial(request, *args, **kwargs)
        if not settings.STATUS_PAGE:
            raise NotFoundError("No such path")

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001 - DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """Refuse no Accept header: the path says the format, and errors are JSON."""
        return super().perform_content_negotiation(request, force=True)


class PublicPage(PublicView):
    """Base of those outputs that are pages."""

    def handle_exception(self, exc: Exception) -> Response:
        """Tell a browser in a page what it cannot have; programs get the one shape of errors."""
        response = super().handle_exception(exc)
        request = self.request._request  # noqa: SLF001 - Django's request, for its Accept header
        if response.status_code not in _PAGES_OF_REFUSALS or wants_json(request):
            return response
        page = rendered("refusal.html", status=response.status_code)
        headers = {name: response[name] for name in ("Retry-After",) if name in response}
        # DRF passes any answer of Django on, whatever its annotation says.
        return HttpResponse(page, status=response.status_code, headers=headers)  # type: ignore[return-value]


def edition() -> Remembered[Edition]:
    """Return the page as it is now, or as it was known last. Raises DatabaseUnavailableError."""
    return memory.get(
        "page", lambda: Edition(document_at(timezone.now())), keep=settings.STATUS_PAGE_CACHE
    )


def rendered(template: str, **context: Any) -> str:
    """Return a page; without the request, since nothing of who asks has a place in what all share."""
    known = {"page_title": settings.STATUS_PAGE_TITLE, **context}
    return render_to_string(f"status/{template}", known)


def answer(request: Request, body: Body, media_type: str) -> HttpResponseBase:
    """Return the body, or 304 to who has it already."""
    is_packed = takes_gzip(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(body.compressed if is_packed else body.content, content_type=media_type)
    if is_packed:
        response["Content-Encoding"] = "gzip"
    response["ETag"] = f'"{body.tag}-gzip"' if is_packed else f'"{body.tag}"'
    seconds = round(settings.STATUS_PAGE_CACHE.total_seconds())
    response["Cache-Control"] = (
        f"public, max-age={seconds}, stale-if-error={_STALE_IF_ERROR_SECONDS}"
    )
    patch_vary_headers(response, ["Accept-Encoding"])
    asked = request._request  # noqa: SLF001 - Django's function takes Django's request
    return get_conditional_response(asked, etag=response["ETag"], response=response) or response


def answer_from_edition(
    request: Request,
    kind: str,
    media_type: str,
    render: Callable[[Remembered[Edition]], str | bytes],
) -> HttpResponseBase:
    """Return a rendering of the page, made at most once for each edition."""
    known = edition()
    body = known.value.body((kind, known.is_stale), lambda: render(known))
    return answer(request, body, media_type)

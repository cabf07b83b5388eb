"""The page of a signed link: it asks first, since mail scanners open links, and acts when its button is pressed.

The signature in the URL is the only authority. No cookie is read or set, so that there is nothing that another
site could borrow, and no token against forgery is needed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alerts.errors import AlertClosedError, LinkInvalidError, LinkSpentError
from alerts.links import Action
from alerts.services.links import Offer, offer_of, use_link

TEMPLATE = "alerts/link.html"
_GONE, _CONFLICT, _NOT_FOUND = 410, 409, 404


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link would do, or do it."""
    at = timezone.now()
    answer: Callable[[str, datetime], HttpResponse] = _use if request.method == "POST" else _show
    try:
        response = answer(token, at)
    except LinkInvalidError as error:
        response = _page("invalid", None, status=_NOT_FOUND, reason=error.message)
    # The address of the page is a key: it goes into no Referer and no index.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _show(token: str, at: datetime) -> HttpResponse:
    offer = offer_of(token)
    if offer.use is not None:
        return _page("used", offer, status=_CONFLICT)
    if offer.is_over:
        return _page("over", offer)
    if at >= offer.expires_at:
        return _page("expired", offer, status=_GONE)
    return _page("ask", offer)


def _use(token: str, at: datetime) -> HttpResponse:
    try:
        return _page("done", use_link(token, at=at))
    except AlertClosedError:
        return _page("over", offer_of(token))
    except LinkSpentError:
        offer = offer_of(token)
        if offer.use is None:
            return _page("expired", offer, status=_GONE)
        return _page("used", offer, status=_CONFLICT)


def _page(state: str, offer: Offer | None, *, status: int = 200, reason: str = "") -> HttpResponse:
    context: dict[str, Any] = {"state": state, "offer": offer, "reason": reason}
    if offer is not None:
        context["resolves"] = offer.permit.action is Action.RESOLVE
        context["verb"] = "Resolve" if context["resolves"] else "Acknowledge"
    # Without the request: what templates are given about sessions and users has no place here.
    return HttpResponse(render_to_string(TEMPLATE, context), status=status)

"""The page that shows what a rule would send to whom; nothing is sent and nothing is written."""

import json
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from alerts.errors import AlertNotFoundError
from alerts.ledger.listing import shown_recipient
from alerts.models import Alert, AlertRule
from alerts.services.simulation import SimulatedMessage, simulate

_TO_CHOOSE_FROM = 10


def simulation_page(request: HttpRequest, site: admin.AdminSite, rule: AlertRule) -> HttpResponse:
    """Show the route and each message of the rule's newest alert, or of `?alert=<id>`."""
    try:
        found = simulate(rule.pk, alert_id=_asked_for(request), at=timezone.now())
    except (AlertNotFoundError, ValueError) as error:
        raise Http404(str(error)) from error
    context = {
        **site.each_context(request),
        "title": f"What {rule} would send",
        "rule": rule,
        "route": found.route,
        "messages_shown": [_shown(message) for message in found.messages],
        "chosen": found.alert_id,
        "alerts": Alert.objects.filter(rule=rule)
        .exclude(fired_at=None)
        .order_by("-fired_at")[:_TO_CHOOSE_FROM],
    }
    return render(request, "admin/alerts/alertrule/simulation.html", context)


def _asked_for(request: HttpRequest) -> UUID | None:
    raw = request.GET.get("alert", "")
    return UUID(raw) if raw else None


def _shown(message: SimulatedMessage) -> dict[str, Any]:
    return {
        "channel": message.channel,
        "recipients": [shown_recipient(recipient) for recipient in message.recipients],
        "problem": message.problem,
        "problems": message.problems,
        "parts": [(name, _as_text(part)) for name, part in message.parts.items()],
    }


def _as_text(part: Any) -> str:
    """Return a part to be read: HTML as its source, what programs read as indented JSON."""
    if isinstance(part, str):
        return part
    return json.dumps(part, indent=2, ensure_ascii=False, default=str)

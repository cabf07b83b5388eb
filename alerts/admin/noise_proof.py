"""The button beside a piece of advice: try it on the past before anybody follows it."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from alerts.reports.advice import AdviceKind
from alerts.services.proofs import Question, ask_proof
from alerts.tasks.backtests import ring_backtests
from monitoring.errors import DomainError

_MOST_WEEKS = 26


def may_prove(request: HttpRequest) -> bool:
    """Tell whether the person may ask: who may change rules may."""
    return request.user.has_perm("alerts.change_alertrule")


def prove_advice(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Ask a backtest of one piece of advice, and return to the report, which says what came of it."""
    if not may_prove(request):
        raise PermissionDenied
    weeks = _weeks(request.POST.get("weeks", ""))
    kind = request.POST.get("kind", "")
    question = Question(rule_id, weeks, kind if kind in set(AdviceKind) else "")
    try:
        backtest = ask_proof(question, by=request.user.get_username(), at=timezone.now())
    except DomainError as error:
        messages.error(request, f"Not tried: {error.message}.")
    else:
        ring_backtests([backtest.pk])
    return redirect(f"{reverse('admin:alerts_noise')}?{urlencode({'weeks': weeks})}")


def _weeks(raw: str) -> int:
    weeks = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= len(str(_MOST_WEEKS)) else 0
    return weeks if 1 <= weeks <= _MOST_WEEKS else 4

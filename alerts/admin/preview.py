"""The page that says what would have been muted, for the forms of silences and of maintenance windows."""

from collections.abc import Mapping, Sequence

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alerts.muting_preview import Preview

_TEMPLATE = "admin/alerts/muting/preview.html"
_TITLE = "What would have been muted"


def preview_page(request: HttpRequest, site: admin.AdminSite, made: Preview) -> HttpResponse:
    """Show how many alerts of the last days match, and the newest of them."""
    more = made.would_have_muted - len(made.alerts)
    context = {**site.each_context(request), "title": _TITLE, "preview": made, "more": more}
    return render(request, _TEMPLATE, context)


def problem_page(
    request: HttpRequest, site: admin.AdminSite, problems: Mapping[str, Sequence[str]]
) -> HttpResponse:
    """Show why nothing can be said yet: what was typed into which field cannot be used."""
    context = {**site.each_context(request), "title": _TITLE, "problems": dict(problems)}
    return render(request, _TEMPLATE, context, status=400)

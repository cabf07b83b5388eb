"""The panels of all apps, made and drawn; one that cannot be made says so in its place."""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from monitoring.console.panel import Panel, PanelMaker
from monitoring.errors import DomainError
from monitoring.registry import offered

logger = logging.getLogger(__name__)


def panels_at(at: datetime) -> list[Panel]:
    """Return the panels that the apps offer, in the order of the page."""
    return sorted(
        (_made(make, app, at) for app, make in _makers()),
        key=lambda panel: (panel.order, panel.title),
    )


def drawn(panel: Panel, request: HttpRequest) -> SafeString:
    """Return a panel's HTML; its template sees the panel's context and nothing else of the page."""
    return render_to_string(panel.template, dict(panel.context), request)


def _makers() -> Iterator[tuple[str, PanelMaker]]:
    for module in offered("panels"):
        for make in module.PANELS:
            yield module.__name__.partition(".")[0], make


def _made(make: PanelMaker, app: str, at: datetime) -> Panel:
    """Return the panel, or its excuse: one app's trouble must not take the page from the others."""
    try:
        return make(at)
    except (DatabaseError, DomainError) as error:
        logger.warning("panel not available", extra={"app": app, "reason": type(error).__name__})
        reason = "Its data could not be read; the log says why."
        return Panel(app.capitalize(), 0, "console/unavailable.html", {"reason": reason})

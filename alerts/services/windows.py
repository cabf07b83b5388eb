"""Writes of maintenance windows: silences that come again, until they expire."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from alerts.errors import WindowNotFoundError
from alerts.models import MaintenanceWindow
from alerts.muting import schedule_of
from alerts.routing import matcher_format, recurrence
from alerts.routing.recurrence_rule import parse
from alerts.services.muting_words import limited_end, required_text
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

_TEXTS = {"name": 255, "owner": 255, "reason": 2_000}


def create_window(fields: Mapping[str, Any], *, by: str, at: datetime) -> MaintenanceWindow:
    """Create a maintenance window from its column values.

    Raises InvalidInputError naming what cannot be used: matchers, a recurrence finer than a day or one that does not
    name the first begin, a missing owner or reason, an expiry further away than WINDOW_LONGEST_LIFE.
    """
    window = MaintenanceWindow(**fields)
    check_window(window, at=at)
    window.save(force_insert=True)
    logger.info("maintenance window created", extra={"window": str(window.pk), "by": by})
    return window


def update_window(
    window_id: UUID, changes: Mapping[str, Any], *, by: str, at: datetime
) -> MaintenanceWindow:
    """Change the columns that `changes` names; one that has expired needs a new expiry.

    Raises WindowNotFoundError or InvalidInputError.
    """
    with transaction.atomic():
        window = _hold(window_id)
        for name, value in changes.items():
            setattr(window, name, value)
        check_window(window, at=at)
        window.save()
    facts = {"window": str(window_id), "by": by, "fields": sorted(changes)}
    logger.info("maintenance window changed", extra=facts)
    return window


def end_window(window_id: UUID, *, by: str, at: datetime) -> MaintenanceWindow:
    """Close the window and let it come no more; it stays as history. A repeat changes nothing.

    Raises WindowNotFoundError.
    """
    with transaction.atomic():
        window = _hold(window_id)
        window.enabled, window.expires_at = False, min(window.expires_at, at)
        window.save(update_fields=["enabled", "expires_at"])
    logger.info("maintenance window ended", extra={"window": str(window_id), "by": by})
    return window


def check_window(window: MaintenanceWindow, *, at: datetime) -> None:
    """Bring the fields into the form in which they are kept. Raises InvalidInputError as create_window does."""
    for name, longest in _TEXTS.items():
        setattr(window, name, required_text(name, getattr(window, name) or "", longest))
    window.matchers = matcher_format.to_json(matcher_format.from_json(window.matchers))
    window.recurrence = str(parse(window.recurrence))
    try:
        window.full_clean()
    except ValidationError as error:
        raise InvalidInputError("Invalid maintenance window", details=error.message_dict) from error
    window.first_start = window.first_start.replace(microsecond=0)
    limited_end("expires_at", window.expires_at, at, settings.WINDOW_LONGEST_LIFE)
    if window.expires_at < window.first_start:
        message = "must not be before the first begin"
        raise InvalidInputError(f"expires_at {message}", details={"expires_at": [message]})
    recurrence.check(schedule_of(window))


def _hold(window_id: UUID) -> MaintenanceWindow:
    window = MaintenanceWindow.objects.select_for_update().filter(pk=window_id).first()
    if window is None:
        raise WindowNotFoundError(f"no maintenance window {window_id}")
    return window

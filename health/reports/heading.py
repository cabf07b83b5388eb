"""What the heads of both kinds of report and the labels of their charts say; pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from health.reports import wording


def subtitle(data: Mapping[str, Any]) -> str:
    """Return the period, and that something may still change where it may."""
    when = wording.period(data["start"], data["end"])
    if data["settled"]:
        return when
    return f"{when}. Provisional: made at {wording.instant(data['made_at'])} UTC, before the end had settled."


def slice_label(start: str, width: timedelta) -> str:
    """Return the label of a bar: its hour, or its day."""
    at = datetime.fromisoformat(start)
    return f"{at:%H:%M}" if width < timedelta(days=1) else f"{at:%m-%d}"

"""How severities, states and spans of time look in the admin: words with a class, since styles inline are refused."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alerts.wording import span

STYLES = {"all": ["alerts/admin.css"]}


def badge(word: str) -> SafeString:
    """Return a severity, state or status as a coloured word."""
    return format_html('<span class="alert-badge alert-{}">{}</span>', word, word)


def age(start: datetime, end: datetime | None, *, at: datetime) -> str:
    """Return how long something has lasted or did last, such as `2 h 5 min`."""
    return span((end or at) - start)


def lines(said: Mapping[str, Any], *, without: Iterable[str] = ()) -> SafeString:
    """Return what stands in a JSON column as lines `name: value`, without what is empty."""
    known = [
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in said.items()
        if value not in ("", None, [], {}) and name not in set(without)
    ]
    return format_html_join("", "<div>{}: {}</div>", known)

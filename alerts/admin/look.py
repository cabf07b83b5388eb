"""How severities, states and spans of time look in the admin: words with a class, since styles inline are refused."""

from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts.wording import span

STYLES = {"all": ["alerts/admin.css"]}


def badge(word: str) -> SafeString:
    """Return a severity, state or status as a coloured word."""
    return format_html('<span class="alert-badge alert-{}">{}</span>', word, word)


def age(start: datetime, end: datetime | None, *, at: datetime) -> str:
    """Return how long something has lasted or did last, such as `2 h 5 min`."""
    return span((end or at) - start)

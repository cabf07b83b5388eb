"""Fills the HTML templates of this folder; every value is escaped unless it is Html already."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).parent


class Html(str):
    """Markup that is safe to put into a page as it stands: only `render` and `join` make it."""

    __slots__ = ()


def render(template: str, /, **values: object) -> Html:
    """Return the template file with its `$names` replaced; raises KeyError if one is missing."""
    shown = {
        name: value if isinstance(value, Html) else escape(str(value))
        for name, value in values.items()
    }
    return Html(_template(template).substitute(shown))


def join(parts: Iterable[Html]) -> Html:
    """Return the parts one after the other."""
    return Html("".join(parts))


@cache
def stylesheet() -> str:
    """Return the one style sheet of all pages."""
    return (_FOLDER / "style.css").read_text(encoding="utf-8")


def span_in_words(span: timedelta) -> str:
    """Return a span as people say it: `45 s`, `3 min 20 s`, `2 h 5 min`, `4 days`."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min {seconds % 60} s"
    if seconds < 172_800:
        return f"{seconds // 3_600} h {seconds % 3_600 // 60} min"
    return f"{seconds // 86_400} days"


def age_in_words(instant: datetime, at: datetime) -> str:
    """Return how long ago an instant was."""
    return f"{span_in_words(at - instant)} ago"


@cache
def _template(name: str) -> Template:
    return Template((_FOLDER / name).read_text(encoding="utf-8"))

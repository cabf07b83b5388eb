"""Keeps secrets out of what is logged: by the name of a field, by their look, and by their very value."""

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote

from django.conf import settings

MASK = "***"
_LONGEST = 16_384  # characters of one text: a log line is no archive of request bodies
_DEEPEST = 6
_LARGEST = 2**63  # what JSON readers, ours among them, can hold
_SHORTEST_SECRET = 8  # a shorter one, such as "test", is also an ordinary word

_WORDS = (
    "passw(?:or)?d|passwd|secret|token|api[-_]?key|authorization|credential|private[-_]?key|cookie"
)
_SECRET_SETTING = re.compile(r"(?:^|_)(?:SECRET|SECRET_KEY|PASSWORD|PASS)$")
_SECRET_NAME = re.compile(_WORDS, re.IGNORECASE)
_LOOKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
        MASK,
    ),
    (re.compile(r"\beyJ[\w-]{4,}\.[\w-]*(?:\.[\w-]*)?"), MASK),
    (re.compile(r"\bxox[a-z]-[\w-]+"), MASK),
    (re.compile(r"\b(bearer|basic)\s+(?!realm=)[\w+/=.~-]{6,}", re.IGNORECASE), rf"\1 {MASK}"),
    # The user and password of a URL; greedy, since a password may itself hold "@" or "/".
    (re.compile(r"""(\w://[^\s:/@"']{0,128}):[^\s"'<>]+@"""), rf"\1:{MASK}@"),
    (
        re.compile(
            rf"""((?:{_WORDS})[\w-]{{0,32}}["']?\s{{0,3}}[=:]\s{{0,3}})("[^"]*"|'[^']*'|[^\s"',;&)}}\]]+)""",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
)


def redacted(text: str) -> str:
    """Return the text without anything that is, or looks like, a secret; a very long text is cut."""
    text = text.encode("utf-8", "backslashreplace").decode()  # a lone surrogate cannot be written
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}... ({len(text) - _LONGEST} characters more)"
    for secret in _configured_secrets():
        text = text.replace(secret, MASK)
    for look, mask in _LOOKS:
        text = look.sub(mask, text)
    return text


def redacted_value(value: object, *, name: str = "", depth: int = 0) -> object:
    """Return a value fit for a log line: numbers as they are, texts redacted, anything else as its text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else str(value)
    if _SECRET_NAME.search(name) or depth > _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {
            redacted(str(key)): redacted_value(item, name=str(key), depth=depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted_value(item, depth=depth + 1) for item in value]
    return redacted(str(value))


@cache
def _configured_secrets() -> tuple[str, ...]:
    """Return the secrets of the settings, also as they stand in a URL, the longest first."""
    named = (getattr(settings, name) for name in dir(settings) if _SECRET_SETTING.search(name))
    databases = (database.get("PASSWORD", "") for database in settings.DATABASES.values())
    secrets = {text for text in (*named, *databases) if len(text) >= _SHORTEST_SECRET}
    in_urls = {quote(secret, safe="") for secret in secrets}
    return tuple(sorted(secrets | in_urls, key=len, reverse=True))

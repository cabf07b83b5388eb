"""What silences and maintenance windows have in common: somebody answers for them, and they end."""

from datetime import datetime, timedelta

from monitoring.errors import InvalidInputError


def required_text(name: str, value: str, longest: int) -> str:
    """Return the text without blanks around it. Raises InvalidInputError if nothing is left, or too much."""
    text = value.strip()
    if not text or len(text) > longest or "\x00" in text:
        message = f"must be a text of 1 to {longest} characters"
        raise InvalidInputError(f"{name} {message}", details={name: [message]})
    return text


def limited_end(name: str, end: datetime, start: datetime, longest: timedelta) -> datetime:
    """Return the end. Raises InvalidInputError if it is not after the start, or later than allowed."""
    if end <= start:
        message = f"must be after {start.isoformat()}"
    elif end > start + longest:
        message = (
            f"must be at most {longest.total_seconds() / 86_400:g} days after {start.isoformat()}"
        )
    else:
        return end
    raise InvalidInputError(f"{name} {message}", details={name: [message]})

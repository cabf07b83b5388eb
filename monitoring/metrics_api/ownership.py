"""Who a pushed sample is from: body, header and token must not contradict each other.

Pure: no Django, no clock, no database.
"""

from collections.abc import Iterable, Sequence

from monitoring.errors import ForbiddenError
from monitoring.metrics_api.names import same_service
from monitoring.types import ItemError

FIELD = "service_name"


def writer_of(*, header: str | None, token: str | None) -> str | None:
    """Return the service that the request itself speaks for, None if it names none.

    Raises ForbiddenError if the header names another service than the token: the token is signed,
    the header is not.
    """
    if header and token and not same_service(header, token):
        raise ForbiddenError(f"this token may write for {token} only, not for {header}")
    return token or header or None


def foreign_items(items: Sequence[object], writer: str | None) -> list[ItemError]:
    """Return an error for each item that names another service than the request speaks for.

    Without a writer every service may be named: the token alone decides who may push at all.
    """
    if writer is None:
        return []
    return [
        ItemError(index, f"this request speaks for {writer}, not for {named}", FIELD)
        for index, named in enumerate(map(_named_by, items))
        if named and not same_service(named, writer)
    ]


def has_foreign(services: Iterable[str], writer: str | None) -> bool:
    """Tell whether one of the services is another one than the request speaks for."""
    if writer is None:
        return False
    return any(named and not same_service(named, writer) for named in services)


def _named_by(item: object) -> str:
    named = item.get(FIELD) if isinstance(item, dict) else None
    return named if isinstance(named, str) else ""  # another type is for the validation to name

"""Metrics that tell about fraud and money: under STRICT_ROLES nobody reads them without a token."""

from django.conf import settings
from rest_framework.request import Request

from monitoring.api.permissions import Role, holder_of

_PREFIXES = ("fraud_", "revenue_")
_READERS = frozenset({Role.ADMIN, Role.OPERATOR, Role.MONITORING})


def is_restricted(metric: str) -> bool:
    """Return whether a metric is of the kind that STRICT_ROLES protects."""
    return metric.startswith(_PREFIXES)


def sees_restricted(request: Request) -> bool:
    """Return whether whoever scrapes or draws may read restricted metrics.

    A trusted address is enough by default, as the specification's open endpoints have it; under
    STRICT_ROLES it takes a token, and one of more than an ordinary user.
    """
    if not settings.STRICT_ROLES:
        return True
    holder = holder_of(request)
    return holder is not None and holder.role in _READERS

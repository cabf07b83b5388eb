"""Who asks, for the record."""

from rest_framework.request import Request

from monitoring.api.claims import TokenUser
from monitoring.api.permissions import holder_of
from monitoring.api.roles import Role
from monitoring.errors import AuthenticationRequiredError


def actor_of(request: Request) -> TokenUser:
    """Return whom the token speaks for. Raises AuthenticationRequiredError where a view let in somebody without."""
    holder = holder_of(request)
    if holder is None:
        raise AuthenticationRequiredError("Authentication required")
    return holder


def shown_name(actor: TokenUser, claimed: str | None) -> str:
    """Return the name to show: the body's only from an administrator or a service, who speak for others."""
    speaks_for_others = actor.role is Role.ADMIN or actor.service is not None
    return claimed if claimed and speaks_for_others else actor.id

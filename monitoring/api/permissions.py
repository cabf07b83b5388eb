"""Who may call what: each view declares its access for each method, and what is not declared is denied."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from monitoring.api.addresses import scrapes_from_inside
from monitoring.api.claims import TokenUser
from monitoring.api.roles import Role
from monitoring.errors import AuthenticationRequiredError, ForbiddenError

if TYPE_CHECKING:
    # The framework imports this module while it builds APIView.
    from rest_framework.views import APIView

__all__ = [
    "ANYONE",
    "ANY_ROLE",
    "SCRAPER",
    "Access",
    "DeclaredAccess",
    "Role",
    "declared_access",
    "holder_of",
    "only",
]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use one method of one path.

    `roles` are the specification's; `strict` narrows them where STRICT_ROLES is on. A token whose `permissions`
    claim names `permission` passes whatever its role. `public` needs no token; `scrapers` none from a trusted
    address. `schemes` are the ways to send a token: Basic has it as its password, which Prometheus and Grafana can
    send, and Token is what clients of InfluxDB 2 send.
    """

    roles: frozenset[Role] = frozenset()
    permission: str = ""
    strict: frozenset[Role] | None = None
    public: bool = False
    scrapers: bool = False
    schemes: frozenset[str] = frozenset({"bearer"})

    def sent_as(self, *schemes: str) -> "Access":
        """Return the same access where the token may also be sent by these schemes."""
        return replace(self, schemes=self.schemes.union(schemes))

    def strictly(self, *roles: Role) -> "Access":
        """Return the same access with other roles where STRICT_ROLES is on."""
        return replace(self, strict=frozenset(roles))

    def roles_now(self, *, strict: bool) -> frozenset[Role]:
        """Return the roles that hold under the profile."""
        return self.strict if strict and self.strict is not None else self.roles

    def allows(self, holder: TokenUser, *, strict: bool) -> bool:
        """Say whether the holder of a valid token passes."""
        if holder.role is None:
            return self.public
        named = bool(self.permission) and self.permission in holder.permissions
        return self.public or named or holder.role in self.roles_now(strict=strict)


def only(*roles: Role, permission: str = "") -> Access:
    """Return access for these roles, and for a token that names the permission."""
    return Access(roles=frozenset(roles), permission=permission)


ANYONE = Access(public=True)
ANY_ROLE = only(*Role)
SCRAPER = Access(roles=frozenset(Role), scrapers=True).sent_as("basic")


def holder_of(request: Request) -> TokenUser | None:
    """Return who the request's token speaks for, or None without a token."""
    return cast("TokenUser | None", request.user)


def declared_access(view: object, method: str | None) -> Access | None:
    """Return what the view declares for the method; HEAD is GET without its body."""
    declared: Mapping[str, Access] = getattr(view, "access", {})
    return declared.get("GET" if method == "HEAD" else method or "")


class DeclaredAccess(BasePermission):
    """Let through what the view declares, and nothing else."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raise AuthenticationRequiredError or ForbiddenError with what is missing."""
        access = declared_access(view, request.method)
        if access is None:
            raise ForbiddenError("this method declares no access, so nobody has it")
        if access.public or (access.scrapers and scrapes_from_inside(request)):
            return True
        holder = holder_of(request)
        if holder is None:
            raise AuthenticationRequiredError("Authentication required")
        if not access.allows(holder, strict=settings.STRICT_ROLES):
            raise ForbiddenError(_refusal(access, holder))
        return True


def _refusal(access: Access, holder: TokenUser) -> str:
    if holder.role is None:
        return f"Insufficient permissions: the role {holder.claimed_role[:64]!r} is not known here"
    needed = " or ".join(sorted(access.roles_now(strict=settings.STRICT_ROLES)))
    return f"Insufficient permissions: this needs the role {needed}"

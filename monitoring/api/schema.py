"""The OpenAPI schema: roles, security and errors come from what a view declares, so they cannot drift from it."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.utils import Direction
from rest_framework import serializers

from monitoring.api.permissions import Access, declared_access
from monitoring.api.roles import Role

_NOBODY: dict[str, list[str]] = {}
_ERRORS = {
    "400": "The request is wrong; `details` says where.",
    "401": "No token, or one that is not valid (any more).",
    "403": "The token's role does not allow this.",
    "404": "What the path names does not exist.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "A store that this needs does not answer; try again after `Retry-After` seconds.",
}
_DIRECTION: Direction = "response"


class ErrorEnvelope(serializers.Serializer[Any]):
    """What every error looks like. Source: section "Error Response Format", service specification."""

    error = serializers.CharField(help_text="what went wrong, for people")
    code = serializers.CharField(help_text="what went wrong, for programs: RULE_NOT_FOUND, ...")
    timestamp = serializers.DateTimeField()
    path = serializers.CharField()
    details = serializers.DictField(help_text="what went wrong where, by field")


class DeclaredSchema(AutoSchema):
    """Adds to each operation who may call it and which errors it may answer."""

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular's own AutoSchema has it
        """Return the method's docstring and the roles it is for."""
        access = declared_access(self.view, self.method)
        who = "Access: nobody." if access is None else f"Access: {in_words(access)}."
        return f"{super().get_description()}\n\n{who}".strip()

    def get_operation_id(self) -> str:
        """Return method and path as words: unique, since paths are."""
        path = self.path.removeprefix(f"/{settings.API_PREFIX}")
        words = path.replace("{", "by_").replace("}", "").replace("-", "_").strip("/").split("/")
        return "_".join([self.method.lower(), *words])

    def get_tags(self) -> list[str]:
        """Return the app that owns the view."""
        return [type(self.view).__module__.partition(".")[0]]

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        """Return the operation with its errors."""
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        envelope = self.resolve_serializer(ErrorEnvelope, _DIRECTION).ref
        for status, meaning in self._errors(path).items():
            operation["responses"].setdefault(
                status,
                {"description": meaning, "content": {"application/json": {"schema": envelope}}},
            )
        return operation

    def _errors(self, path: str) -> dict[str, str]:
        access = declared_access(self.view, self.method)
        left_out = set()
        if access is not None and access.public:
            left_out.add("403")
        if "{" not in path:
            left_out.add("404")
        return {status: meaning for status, meaning in _ERRORS.items() if status not in left_out}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """Bearer tokens; where a view says so, other ways to send them, or nothing from a trusted address."""

    target_class = "monitoring.api.auth.TokenAuthentication"
    name = ["bearer", "basic", "token"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        """Return the alternatives for the operation."""
        access = declared_access(auto_schema.view, auto_schema.method)
        if access is not None and access.public:
            return [_NOBODY]
        schemes = frozenset({"bearer"}) if access is None else access.schemes
        nobody = [_NOBODY] if access is not None and access.scrapers else []
        return nobody + [{scheme: []} for scheme in self.name if scheme in schemes]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        """Return the schemes in the order of `name`."""
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {
                "type": "http",
                "scheme": "basic",
                "description": "Any user name; the password is the token.",
            },
            {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`Token`, a blank and the token, as clients of InfluxDB 2 send it.",
            },
        ]


def in_words(access: Access) -> str:
    """Return who has the access, for the documentation."""
    if access.public:
        return "anybody"
    words = _roles(access.roles)
    if access.scrapers:
        words = f"trusted addresses, else {words}"
    if access.permission:
        words += f", or the permission `{access.permission}`"
    if access.strict is not None:
        words += f"; with STRICT_ROLES only {_roles(access.strict)}"
    return words


def _roles(roles: frozenset[Role]) -> str:
    return "any valid token" if roles == frozenset(Role) else " or ".join(sorted(roles))

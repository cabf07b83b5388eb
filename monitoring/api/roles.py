"""The four roles that a token may carry."""

from enum import StrEnum


class Role(StrEnum):
    """What a token's holder may do. Source: section "Authorization (Role-Based)", service specification."""

    ADMIN = "admin"
    OPERATOR = "operator"
    MONITORING = "monitoring"
    USER = "user"

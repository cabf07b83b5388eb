"""What can be wrong with a request about alerts. Source: section "Error Codes", service specification."""

from monitoring.errors import ConflictError, NotFoundError


class AlertNotFoundError(NotFoundError):
    code = "ALERT_NOT_FOUND"


class RuleNotFoundError(NotFoundError):
    code = "RULE_NOT_FOUND"


class IncidentNotFoundError(NotFoundError):
    """No incident of that id."""


class AlertClosedError(ConflictError):
    """The alert is resolved: nothing more can be done about it."""


class RuleNameTakenError(ConflictError):
    """Another rule has that name."""


class IncidentClosedError(ConflictError):
    """The incident is closed, or the step would lead backwards."""

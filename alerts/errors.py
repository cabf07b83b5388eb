"""What can be wrong with a request about alerts. Source: section "Error Codes", service specification."""

from monitoring.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ServiceUnavailableError,
)


class AlertNotFoundError(NotFoundError):
    code = "ALERT_NOT_FOUND"


class RuleNotFoundError(NotFoundError):
    code = "RULE_NOT_FOUND"


class NotificationNotFoundError(NotFoundError):
    """No message of that id."""


class IncidentNotFoundError(NotFoundError):
    """No incident of that id."""


class AlertClosedError(ConflictError):
    """The alert is resolved: nothing more can be done about it."""


class RuleNameTakenError(ConflictError):
    """Another rule has that name."""


class RuleInUseError(ConflictError):
    """The expression of another rule names it: that one goes, or is changed, first."""


class RuleChangedError(ConflictError):
    """Somebody else changed the rule since the caller looked at it."""


class RuleVersionNotFoundError(NotFoundError):
    """The rule never had that version, or it was not recorded."""


class IncidentClosedError(ConflictError):
    """The incident is closed, or the step would lead backwards."""


class LinkInvalidError(NotFoundError):
    """The link was not made here, was changed, or the message that it came with is gone."""


class LinkSpentError(ConflictError):
    """The link has expired or was used already."""


class PolicyNotFoundError(NotFoundError):
    """No escalation policy of that id."""


class RotationNotFoundError(NotFoundError):
    """No on-call rotation of that id."""


class ContactNotFoundError(NotFoundError):
    """No contact of that id."""


class NameTakenError(ConflictError):
    """Another row of the same kind has that name."""


class StillUsedError(ConflictError):
    """Something else refers to it, which has to change first."""


class SilenceNotFoundError(NotFoundError):
    """No silence of that id."""


class SilenceEndedError(ConflictError):
    """The silence is over: it stays as history."""


class WindowNotFoundError(NotFoundError):
    """No maintenance window of that id."""


class DependencyNotFoundError(NotFoundError):
    """No dependency of that id."""


class DependencyKnownError(ConflictError):
    """That dependency exists already."""


class ChannelNotFoundError(NotFoundError):
    """There is no channel of that name."""


class ChannelNotConfiguredError(ConflictError):
    """The channel lacks settings, so that nothing can be sent by it."""


class ChannelFailedError(ServiceUnavailableError):
    """The channel's other side did not take the message; the text says what it said."""

    code = "CHANNEL_FAILED"
    status = 502


class SignatureInvalidError(ForbiddenError):
    """The request was not signed by whom it says it is from, or too long ago."""


class ButtonSpentError(ConflictError):
    """This press of a button was taken already."""


class BacktestNotFoundError(NotFoundError):
    """No backtest of that id."""

"""What can be wrong with a request about reports."""

from monitoring.errors import ConflictError, NotFoundError


class ReportNotFoundError(NotFoundError):
    """No report of that id."""


class ReportNotReadyError(ConflictError):
    """The report has no files yet, or will never have any: its row says why."""


class SubscriptionNotFoundError(NotFoundError):
    """No subscription of that id."""


class SubscriptionKnownError(ConflictError):
    """That address gets this report already."""


class UnsubscribeLinkInvalidError(NotFoundError):
    """The link was not made here, or was changed on its way."""

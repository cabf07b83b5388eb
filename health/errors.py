"""Errors of health beside those of its names."""

from monitoring.errors import NotFoundError


class SloNotFoundError(NotFoundError):
    """There is no such objective."""

    code = "SLO_NOT_FOUND"

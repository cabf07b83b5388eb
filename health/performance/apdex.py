"""Apdex: one number from 0 to 1 for how content those who waited can be. Pure."""

from enum import StrEnum

# Source: Application Performance Index, technical specification 1.1: tolerated is up to four times the threshold.
TOLERATED_TIMES = 4


class Contentment(StrEnum):
    """How somebody felt about one answer."""

    SATISFIED = "satisfied"
    TOLERATING = "tolerating"
    FRUSTRATED = "frustrated"


def contentment(response_time_ms: float, status_code: int, *, threshold_ms: float) -> Contentment:
    """Return how one answer was felt; an answer that the server failed at (5xx) pleases nobody, however fast."""
    if status_code >= 500 or response_time_ms > TOLERATED_TIMES * threshold_ms:
        return Contentment.FRUSTRATED
    if response_time_ms > threshold_ms:
        return Contentment.TOLERATING
    return Contentment.SATISFIED


def apdex(satisfied: int, tolerating: int, requests: int) -> float | None:
    """Return (satisfied + tolerating / 2) / requests, from 0 to 1; None without requests."""
    return (satisfied + tolerating / 2) / requests if requests else None

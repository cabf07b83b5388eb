"""Requests to addresses that people type in: webhooks, probes. They reach no further than they may."""

from monitoring.outbound.deadline import Deadline
from monitoring.outbound.errors import (
    ForbiddenTargetError,
    NoAnswerError,
    OutboundError,
    UnreachableError,
)
from monitoring.outbound.http import Answer, request
from monitoring.outbound.targets import Target, parse_target, resolve

__all__ = [
    "Answer",
    "Deadline",
    "ForbiddenTargetError",
    "NoAnswerError",
    "OutboundError",
    "Target",
    "UnreachableError",
    "parse_target",
    "request",
    "resolve",
]

"""Why a request to the outside did not bring an answer."""


class OutboundError(Exception):
    """Base of the three below; the message names the reason and no secret."""


class ForbiddenTargetError(OutboundError):
    """The rules do not let a request go there; nothing was sent."""


class UnreachableError(OutboundError):
    """No connection came about (name, route, TLS); nothing was sent."""


class NoAnswerError(OutboundError):
    """The request may have arrived, but no answer that can be read came back."""

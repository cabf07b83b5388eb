"""Bodies that a provider signed byte by byte, so that they are read as they came."""

from rest_framework.request import Request

from monitoring.errors import PayloadTooLargeError

LARGEST_BYTES = 262_144  # a pressed button comes with the message that it stands in


def body_of(request: Request) -> bytes:
    """Return the body as it was signed. Raises PayloadTooLargeError."""
    body: bytes = request.body
    if len(body) > LARGEST_BYTES:
        raise PayloadTooLargeError(f"The request body is larger than {LARGEST_BYTES} bytes")
    return body

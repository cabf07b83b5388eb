"""Bodies of the push doors: their media type, their coding, and an end to what unpacks."""

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.formats.compression import unpack_gzip


def media_type_of(request: Request) -> tuple[str, str]:
    """Return the media type of the body and its parameters, in lower case."""
    name, _, parameters = (request.content_type or "").lower().partition(";")
    return name.strip(), parameters.replace(" ", "")


def coding_of(request: Request) -> str:
    """Return the body's Content-Encoding in lower case, empty for none."""
    coding = str(request.headers.get("Content-Encoding", "")).strip().lower()
    return "" if coding == "identity" else coding


def read(request: Request) -> bytes:
    """Return the body as it came. Raises PayloadTooLargeError."""
    body: bytes = request.body
    if len(body) > settings.MAX_BULK_BODY_BYTES:
        raise PayloadTooLargeError(
            f"The request body is larger than {settings.MAX_BULK_BODY_BYTES} bytes"
        )
    return body


def read_plain_or_gzip(request: Request) -> bytes:
    """Return the body, unpacked if it came as gzip.

    Raises PayloadTooLargeError, also for what it unpacks to, MalformedBodyError, UnsupportedMediaType.
    """
    coding = coding_of(request)
    if coding not in {"", "gzip"}:
        raise UnsupportedMediaType(coding, "Content-Encoding must be gzip or none")
    body = read(request)
    return unpack_gzip(body, most_bytes=settings.MAX_BULK_BODY_BYTES) if coding else body

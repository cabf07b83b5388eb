"""Compressed bodies, unpacked within a limit: a few kilobytes may claim to be gigabytes. Pure."""

import zlib

import cramjam

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.formats.malformed import MalformedBodyError
from monitoring.ingest.formats.protobuf_scan import varint

_GZIP = zlib.MAX_WBITS | 16


def unpack_snappy(body: bytes, *, most_bytes: int) -> bytes:
    """Return the content of a Snappy block, the format without frames.

    The block begins with the size of its content, which is compared with the limit before anything is
    unpacked. Raises PayloadTooLargeError or MalformedBodyError.
    """
    size, _ = varint(body, 0, len(body))
    if size > most_bytes:
        raise _too_large(most_bytes)
    try:
        return bytes(cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError:
        raise MalformedBodyError(0, "this is not a Snappy block") from None


def unpack_gzip(body: bytes, *, most_bytes: int) -> bytes:
    """Return the content of a gzip file of one or more members.

    It is unpacked up to one byte beyond the limit, never further. Raises PayloadTooLargeError or
    MalformedBodyError.
    """
    content = bytearray()
    rest = body
    while rest:
        position = len(body) - len(rest)
        member = zlib.decompressobj(_GZIP)
        try:
            content += member.decompress(rest, most_bytes + 1 - len(content))
        except zlib.error:
            raise MalformedBodyError(position, "this is not gzip") from None
        if len(content) > most_bytes:
            raise _too_large(most_bytes)
        if not member.eof:
            raise MalformedBodyError(len(body), "the gzip data end too early")
        rest = member.unused_data
    return bytes(content)


def _too_large(most_bytes: int) -> PayloadTooLargeError:
    return PayloadTooLargeError(f"the unpacked body is larger than {most_bytes} bytes")

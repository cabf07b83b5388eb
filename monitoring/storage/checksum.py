"""The end of every payload: four bytes that tell whether the rest is what was written. Pure.

They are the beginning of its SHA-256 and no CRC, because every PostgreSQL has sha256(bytea) built in and crc32
only since version 18: so SQL, too, passes over a damaged payload instead of showing what it never held.
"""

from hashlib import sha256

SIZE = 4


def seal(body: bytes) -> bytes:
    """Return the body with its checksum."""
    return body + sha256(body).digest()[:SIZE]


def unseal(payload: bytes | memoryview) -> memoryview:
    """Return the body of a payload without copying it. Raises ValueError if the checksum does not match."""
    whole = memoryview(payload)
    body = whole[:-SIZE]
    if len(whole) <= SIZE or sha256(body).digest()[:SIZE] != whole[-SIZE:]:
        raise ValueError("the checksum does not match")
    return body

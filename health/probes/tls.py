"""TLS of probes: contexts that are made once, and what a certificate says."""

import ssl
from datetime import datetime
from functools import lru_cache

from cryptography import x509

# What OpenSSL found wrong, in words that say nothing about the host. Source: X509_V_ERR_*, x509_vfy.h.
_FAULTS = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    18: "its certificate is signed by nobody but itself",
    19: "its certificate is signed by an unknown authority",
    20: "its certificate is signed by an unknown authority",
    21: "its certificate is signed by an unknown authority",
    23: "its certificate is revoked",
    62: "its certificate is for another host",
    64: "its certificate is for another host",
}


@lru_cache(maxsize=2)
def context(*, verify: bool) -> ssl.SSLContext:
    """Return the context for all probes that verify, or for all that do not; loading the authorities is slow."""
    made = ssl.create_default_context()
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def fault(error: ssl.SSLError) -> str:
    """Return in plain words why a handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _FAULTS.get(error.verify_code, "its certificate is not valid")
    return "no TLS connection came about"


def expiry(connection: ssl.SSLObject | ssl.SSLSocket | None) -> datetime | None:
    """Return when the certificate of the other side ends, verified or not; None without TLS."""
    encoded = connection.getpeercert(binary_form=True) if connection is not None else None
    if encoded is None:
        return None
    try:
        return x509.load_der_x509_certificate(encoded).not_valid_after_utc
    except (
        ValueError
    ):  # a date or a name that the library cannot read says nothing about the service
        return None


def expiry_warning(expires_at: datetime | None, *, at: datetime, days: int) -> str:
    """Return what is worth a warning about the end of a certificate, or an empty text; 0 days warn never."""
    if expires_at is None or days == 0:
        return ""
    left = (expires_at - at).total_seconds() / 86_400
    if left >= days:
        return ""
    if left < 0:
        return "its certificate has expired"
    return f"its certificate ends in {int(left)} days, fewer than {days}"

"""Whether a watched service can be probed as it is written; pure."""

from collections.abc import Iterator

from health.probes.endpoint import HTTP_KINDS, LONGEST_URL, endpoint_of, is_plain
from health.probes.expectations import check_statuses as _check_statuses
from monitoring.errors import InvalidInputError

HEARTBEAT = "heartbeat"
RECORD_TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT")


def check_statuses(text: str) -> str:
    """Return the list of expected statuses without blanks.

    Raises InvalidInputError, with details for the field `expected_status`.
    """
    try:
        return _check_statuses(text)
    except ValueError as error:
        raise _invalid({"expected_status": [str(error)]}) from None


def check_target(
    kind: str,
    url: str,
    *,
    path: str = "",
    expected_status: str = "",
    record_type: str = "A",
    has_credentials: bool = False,
) -> None:
    """Check what a person has entered; whether the address may be reached is told by the probe itself.

    An empty `url` is the environment's business and passes. Raises InvalidInputError, with details by field.
    """
    faults: dict[str, list[str]] = {}
    for field, message in _faults(kind, url, path, expected_status, record_type):
        faults.setdefault(field, []).append(message)
    if has_credentials and kind in {"tcp", "dns", "smtp", HEARTBEAT}:
        faults.setdefault("credentials", []).append(f"are of no use for the kind {kind}")
    if faults:
        raise _invalid(faults)


def _faults(
    kind: str, url: str, path: str, expected_status: str, record_type: str
) -> Iterator[tuple[str, str]]:
    if kind == HEARTBEAT:
        if url:
            yield "url", "must be empty: a heartbeat calls us"
        return
    if url:
        yield from (("url", message) for message in _url_faults(kind, url))
    elif kind != "http":
        yield "url", "must not be empty"
    if kind == "http":
        yield from (("path", message) for message in _path_faults(path))
        yield from (("expected_status", message) for message in _status_faults(expected_status))
    if kind == "dns" and record_type.upper() not in RECORD_TYPES:
        yield "record_type", f"must be one of {', '.join(RECORD_TYPES)}"


def _url_faults(kind: str, url: str) -> Iterator[str]:
    try:
        endpoint = endpoint_of(kind, url)
    except ValueError as error:
        yield str(error)
        return
    if kind in HTTP_KINDS and "?" in endpoint.path:
        yield "must hold no query (?): it belongs into the path"
    if kind == "dns" and not endpoint.name:
        yield "must end in the name that is asked for, as in dns:///www.example.org"


def _path_faults(path: str) -> Iterator[str]:
    if path and path[0] not in "/?":
        yield "must begin with /"
    if not is_plain(path):
        yield "must have only the printable ASCII characters of a URL, and no #"
    if len(path) > LONGEST_URL:
        yield f"must have at most {LONGEST_URL} characters"


def _status_faults(text: str) -> Iterator[str]:
    try:
        _check_statuses(text)
    except ValueError as error:
        yield str(error)


def _invalid(faults: dict[str, list[str]]) -> InvalidInputError:
    return InvalidInputError("Invalid watched service", details=faults)

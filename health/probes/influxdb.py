"""InfluxDB: /health, and /ping where that is not known."""

from health.probes.errors import BadAnswerError
from health.probes.exchange import Exchange
from health.probes.facts import facts
from health.probes.http_exchange import HttpAnswer, basic, get, refuse_unauthorised
from health.probes.result import ProbeResult
from health.probes.target import ProbeTarget

# The user name that says: the password is a token, as version 2 and later want it.
TOKEN = "token"  # noqa: S105 - a word, not a secret


async def probe_influxdb(exchange: Exchange) -> ProbeResult:
    """Ask for the health; version 1 before 1.8 knows nothing but /ping."""
    base = exchange.endpoint.path.rstrip("/")
    answer = await get(exchange, f"{base}/health", headers=_headers(exchange.target))
    if answer.status == 404 or (answer.status == 200 and answer.json_object() is None):
        answer = await get(exchange, f"{base}/ping", headers=_headers(exchange.target))
        return _result(answer, fault=_ping_fault(answer), version=_version(answer))
    refuse_unauthorised(answer)
    body = answer.json_object() or {}
    state = body.get("status")
    if state not in {"pass", "fail"}:
        raise BadAnswerError("InfluxDB")
    fault = "" if state == "pass" else "says that it fails"
    return _result(answer, fault=fault, version=body.get("version") or _version(answer))


def _ping_fault(answer: HttpAnswer) -> str:
    refuse_unauthorised(answer)
    if answer.status not in {200, 204}:
        return f"answered HTTP {answer.status}"
    if not _version(answer):
        raise BadAnswerError("InfluxDB")
    return ""


def _version(answer: HttpAnswer) -> str:
    return answer.headers.get("X-Influxdb-Version", "")


def _headers(target: ProbeTarget) -> dict[str, str]:
    if target.credentials is not None and target.credentials[0] == TOKEN:
        return {"Authorization": f"Token {target.credentials[1]}"}
    return basic(target)


def _result(answer: HttpAnswer, *, fault: str, version: object) -> ProbeResult:
    return ProbeResult(
        0.0,
        http_status=answer.status,
        error=fault,
        details=facts(version=version),
        certificate_expires_at=answer.certificate_expires_at,
    )

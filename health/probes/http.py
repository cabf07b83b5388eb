"""HTTP(S): the status, the body, a keyword and the days that the certificate has left."""

from health.probes.endpoint import is_plain
from health.probes.errors import ProbeError
from health.probes.exchange import Exchange
from health.probes.expectations import is_expected, keyword_fault
from health.probes.facts import chosen
from health.probes.http_exchange import HttpAnswer, HttpTooLargeError, basic, get
from health.probes.result import ProbeResult
from health.probes.target import ProbeTarget


async def probe_http(exchange: Exchange) -> ProbeResult:
    """Ask for `<url><path>` once; redirects are answers like any other and are not followed."""
    path = exchange.endpoint.path.rstrip("/") + exchange.target.path
    if path[:1] not in {"/", "?", ""} or not is_plain(path):
        raise ProbeError("its path is not valid")
    try:
        answer = await get(exchange, path, headers=basic(exchange.target))
    except HttpTooLargeError as error:
        return ProbeResult(0.0, http_status=error.http_status, error=str(error))
    body = answer.json_object() if exchange.target.body == "json" else {}
    return ProbeResult(
        0.0,
        http_status=answer.status,
        body=body or {},
        error=_fault(exchange.target, answer, is_json=body is not None),
        details=chosen(body or {}, "version", "uptime"),
        certificate_expires_at=answer.certificate_expires_at,
    )


def _fault(target: ProbeTarget, answer: HttpAnswer, *, is_json: bool) -> str:
    if not is_expected(answer.status, target.expected_status):
        return f"answered HTTP {answer.status}"
    if not is_json:
        return "answer is not a JSON object"
    text = answer.body.decode(errors="replace")
    return keyword_fault(text, target.keyword, is_unwanted=target.keyword_absent)

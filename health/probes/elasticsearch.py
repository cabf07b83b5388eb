"""Elasticsearch and OpenSearch: the health of the cluster."""

from health.probes.errors import BadAnswerError
from health.probes.exchange import Exchange
from health.probes.facts import facts
from health.probes.http_exchange import basic, get, refuse_unauthorised
from health.probes.result import ProbeResult

_HEALTH = "/_cluster/health"


async def probe_elasticsearch(exchange: Exchange) -> ProbeResult:
    """Ask for the health of the cluster: yellow is degraded, red is down."""
    path = exchange.endpoint.path.rstrip("/") + _HEALTH
    answer = await get(exchange, path, headers=basic(exchange.target))
    refuse_unauthorised(answer)
    body = answer.json_object()
    colour = (body or {}).get("status")
    if body is None or colour not in {"green", "yellow", "red"}:
        raise BadAnswerError("Elasticsearch")
    return ProbeResult(
        0.0,
        http_status=answer.status,
        error="the cluster is red: data is missing" if colour == "red" else "",
        warning="the cluster is yellow: replicas are missing" if colour == "yellow" else "",
        details=facts(
            status=colour,
            nodes=body.get("number_of_nodes"),
            unassigned_shards=body.get("unassigned_shards"),
        ),
        certificate_expires_at=answer.certificate_expires_at,
    )
